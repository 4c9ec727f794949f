// What the runtime itself is about, so that the watch can tell it from the program.
#pragma once

#include <atomic>
#include <cstdint>

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
  own_socket() noexcept { ++open_; }
  ~own_socket() { --open_; }

  own_socket(own_socket const&) = delete;
  own_socket& operator=(own_socket const&) = delete;

  /// How many there are now.
  [[nodiscard]] static std::size_t count() noexcept { return open_; }

 private:
  static inline std::atomic<std::size_t> open_{0};
};

}  // namespace leaklab
