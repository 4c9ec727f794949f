// Descriptors kept for the time when the program has used up all others: that is when the endpoint
// is needed.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <memory>
#include <utility>

namespace leaklab::http
{

/// Other threads may be quicker to take what is released: then there is less in reserve until
/// take() finds free ones again. For one thread.
class descriptor_reserve
{
 public:
  /// A client takes one; a handler takes up to three at a time.
  static constexpr std::size_t size = 8;
  static constexpr std::size_t for_handlers = 4;

  descriptor_reserve() noexcept
  {
    fds_.fill(-1);
    take();
  }
  ~descriptor_reserve() { release(size); }

  descriptor_reserve(descriptor_reserve const&) = delete;
  descriptor_reserve& operator=(descriptor_reserve const&) = delete;

  [[nodiscard]] std::size_t held() const noexcept { return held_; }

  void take() noexcept
  {
    for (; held_ < size; ++held_)
      if ((fds_[held_] = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0) return;
  }

  void release(std::size_t count) noexcept
  {
    for (; count > 0 && held_ > 0; --count)
      ::close(fds_[--held_]);
  }

  /// Releases all for as long as the result lives.
  [[nodiscard]] auto lend() noexcept
  {
    release(size);
    auto const take_back = [](descriptor_reserve* lent) { lent->take(); };
    return std::unique_ptr<descriptor_reserve, decltype(take_back)>(this);
  }

 private:
  std::array<int, size> fds_{};
  std::size_t held_ = 0;
};

}  // namespace leaklab::http
