// RFC 1952.
#pragma once

#include <zlib.h>

#include <memory>
#include <string>
#include <string_view>

namespace leaklab::encode
{

/// Packs what comes in pieces. Throws std::bad_alloc.
class gzip_stream
{
 public:
  /// Of memory, until it ends (zlib's zconf.h).
  static constexpr std::size_t size = 256 * 1024;

  /// `level` is zlib's.
  explicit gzip_stream(int level);

  gzip_stream(gzip_stream const&) = delete;
  gzip_stream& operator=(gzip_stream const&) = delete;

  /// What there is to send so far, which may be nothing.
  [[nodiscard]] std::string add(std::string_view piece) { return pack(piece, Z_NO_FLUSH); }
  /// The rest. Nothing follows.
  [[nodiscard]] std::string end(std::string_view last = {}) { return pack(last, Z_FINISH); }

 private:
  std::string pack(std::string_view plain, int flush);

  z_stream state_{};
  std::unique_ptr<z_stream, decltype(&deflateEnd)> owner_;
};

}  // namespace leaklab::encode
