// Whether the runtime itself is at work, so that the watch can look at the program at other times.
#pragma once

#include <atomic>
#include <cstdint>

namespace leaklab
{

/// Lives while an answer is made. Any thread.
class own_work
{
 public:
  own_work() noexcept { ++begun(); }
  ~own_work() { ++ended(); }

  own_work(own_work const&) = delete;
  own_work& operator=(own_work const&) = delete;

  /// How many have begun.
  [[nodiscard]] static std::uint64_t count() noexcept { return begun(); }
  [[nodiscard]] static bool goes_on() noexcept { return begun() != ended(); }

 private:
  static std::atomic<std::uint64_t>& begun() noexcept
  {
    static constinit std::atomic<std::uint64_t> counter{0};
    return counter;
  }
  static std::atomic<std::uint64_t>& ended() noexcept
  {
    static constinit std::atomic<std::uint64_t> counter{0};
    return counter;
  }
};

}  // namespace leaklab
