#include "encode/gzip.hpp"

#include <new>

namespace leaklab::encode
{

gzip_stream::gzip_stream(int level) : owner_(nullptr, deflateEnd)
{
  constexpr int gzip_format = 16;
  if (deflateInit2(&state_, level, Z_DEFLATED, MAX_WBITS + gzip_format, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    throw std::bad_alloc();
  owner_.reset(&state_);
}

std::string gzip_stream::pack(std::string_view plain, int flush)
{
  state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  state_.avail_in = static_cast<uInt>(plain.size());
  std::string packed;
  do
  {
    auto const before = packed.size();
    packed.resize(before + plain.size() / 4 + 4096);
    state_.next_out = reinterpret_cast<Bytef*>(packed.data() + before);
    state_.avail_out = static_cast<uInt>(packed.size() - before);
    deflate(&state_, flush);
    packed.resize(packed.size() - state_.avail_out);
  } while (state_.avail_out == 0);
  return packed;
}

}  // namespace leaklab::encode
