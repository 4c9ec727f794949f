// Random things out of the bytes that a fuzzer, or a random generator, hands over.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string>
#include <string_view>

namespace leaklab::fuzz
{

/// Ends the process, which is what a fuzzer takes for a finding.
inline void require(bool holds, std::source_location const where = std::source_location::current())
{
  if (holds) return;
  std::fprintf(stderr, "%s:%u: does not hold\n", where.file_name(),
               static_cast<unsigned>(where.line()));
  std::abort();
}

/// Once the bytes are used up, all numbers are 0 and all texts empty.
class byte_source
{
 public:
  explicit byte_source(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] bool empty() const noexcept { return at_ == bytes_.size(); }

  template <class Number = std::uint8_t>
  Number number()
  {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i)
      value = value << 8 | take();
    return static_cast<Number>(value);
  }

  /// Below `end`, which is above 0.
  std::size_t index(std::size_t end) { return number<std::uint16_t>() % end; }

  std::string text()
  {
    std::size_t const size = number() % 32;
    std::string const taken(bytes_.substr(at_, size));
    at_ += taken.size();
    return taken;
  }

 private:
  std::uint8_t take()
  {
    return at_ < bytes_.size() ? static_cast<std::uint8_t>(bytes_[at_++]) : std::uint8_t{0};
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace leaklab::fuzz
