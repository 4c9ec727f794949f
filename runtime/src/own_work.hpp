// What the runtime itself is about, so that the watch can tell it from the program.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace leaklab
{

/// Lives while an answer is made, which takes memory. Any thread.
class own_work
{
 public:
  own_work() noexcept { ++begun_; }
  ~own_work() { ++ended_; }

  own_work(own_work const&) = delete;
  own_work& operator=(own_work const&) = delete;

  /// How many have begun.
  [[nodiscard]] static std::uint64_t count() noexcept { return begun_; }
  [[nodiscard]] static bool goes_on() noexcept { return begun_ != ended_; }

 private:
  static inline std::atomic<std::uint64_t> begun_{0};
  static inline std::atomic<std::uint64_t> ended_{0};
};

/// Lives with a connection to the endpoint. Any thread.
class own_socket
{
 public:
  explicit own_socket(int fd) : fd_(fd)
  {
    std::lock_guard const lock(mutex_);
    open_.push_back(fd_);
  }
  ~own_socket()
  {
    std::lock_guard const lock(mutex_);
    open_.erase(std::ranges::find(open_, fd_));
  }

  own_socket(own_socket const&) = delete;
  own_socket& operator=(own_socket const&) = delete;

  [[nodiscard]] static std::size_t count()
  {
    std::lock_guard const lock(mutex_);
    return open_.size();
  }
  [[nodiscard]] static bool is(int fd)
  {
    std::lock_guard const lock(mutex_);
    return std::ranges::find(open_, fd) != open_.end();
  }

 private:
  static inline std::mutex mutex_;
  static inline std::vector<int> open_;

  int fd_;
};

}  // namespace leaklab
