// The operations that wait in Asio's queues, each with the channel, the timer or the descriptor that
// completes it.
//
// Of channels and concurrent channels, of timers of std::chrono::steady_clock, and of the descriptors
// that an epoll reactor knows, which are sockets, acceptors, pipes and terminals. What waits otherwise,
// for a signal, a name, an executor, is not found.
#pragma once

#include "graph/asio_services.hpp"
#include "graph/heap_snapshot.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace leaklab::graph
{

enum class awaited_kind : std::uint8_t
{
  channel,
  timer,
  descriptor,
  task  ///< its end
};

struct awaited_thing
{
  awaited_kind kind = awaited_kind::channel;
  bool sends = false;  ///< to the channel; otherwise receives from it
  int descriptor = -1;
  std::size_t capacity = 0;                        ///< of the channel
  std::chrono::steady_clock::time_point expiry{};  ///< of the timer
  range bytes;  ///< the object, or as much of it as is known; of a descriptor Asio's record of it
};

struct queued_operation
{
  std::size_t thing = 0;       ///< which
  std::uintptr_t address = 0;  ///< the operation's, its handler is in it
};

struct asio_queues
{
  array<awaited_thing> things;  ///< those for which an operation waits
  array<queued_operation> operations;
};

/// In a forked child, before the channels' links are cut. What a thread was changing at the time of the
/// fork is left out. False when there is no memory for it; nothing is found where services are not
/// known (asio_services.hpp).
[[nodiscard]] bool read_asio_queues(heap_snapshot& heap, asio_services const& services,
                                    asio_queues& found) noexcept;

}  // namespace leaklab::graph
