// Descriptors kept for the time when the program has used up all others: that is when the endpoint
// is needed.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

namespace leaklab::http
{

/// Other threads may be quicker to take what is released: then there is less in reserve until
/// take() finds free ones again. Any thread.
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

  [[nodiscard]] std::size_t held() const noexcept
  {
    std::lock_guard const lock(mutex_);
    return held_;
  }

  void take() noexcept
  {
    std::lock_guard const lock(mutex_);
    for (; lent_ == 0 && held_ < size; ++held_)
      if ((fds_[held_] = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0) return;
  }

  void release(std::size_t count) noexcept
  {
    std::lock_guard const lock(mutex_);
    close(count);
  }

  /// Releases all for as long as the result lives.
  [[nodiscard]] auto lend() noexcept
  {
    std::lock_guard const lock(mutex_);
    ++lent_;
    close(size);
    auto const take_back = [](descriptor_reserve* lent)
    {
      --lent->lent_;
      lent->take();
    };
    return std::unique_ptr<descriptor_reserve, decltype(take_back)>(this);
  }

 private:
  void close(std::size_t count) noexcept
  {
    for (; count > 0 && held_ > 0; --count)
      ::close(fds_[--held_]);
  }

  mutable std::mutex mutex_;
  std::array<int, size> fds_{};
  std::size_t held_ = 0;
  std::atomic<int> lent_ = 0;
};

}  // namespace leaklab::http
