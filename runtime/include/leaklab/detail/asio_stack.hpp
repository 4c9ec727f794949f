// Where Asio keeps the innermost frame of a stack of coroutines.
//
// The stack hangs on the frame of its entry point, in a private member. Its place in the frame is the
// same for every executor but for the executor that lies ahead of it.
#pragma once

#include <leaklab/detail/asio_version.hpp>

#if LEAKLAB_AWAIT_CHAIN

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>

namespace leaklab::detail
{

using entry_point = boost::asio::detail::awaitable_thread_entry_point;

template <class Executor>
using entry_frame = boost::asio::detail::awaitable_frame<entry_point, Executor>;

/// Lives as long as the entry point's frame.
template <class Executor>
[[nodiscard]] void* const* stack_of(entry_frame<Executor>* entry) noexcept
{
  constexpr auto aligned = [](std::size_t size, std::size_t alignment)
  { return (size + alignment - 1) / alignment * alignment; };
  // entry_frame: its base, a union with the executor, the pointer.
  constexpr auto executor =
      aligned(sizeof(boost::asio::detail::awaitable_frame_base<Executor>), alignof(Executor));
  constexpr auto pointer = aligned(executor + sizeof(Executor), alignof(void*));
  return reinterpret_cast<void* const*>(reinterpret_cast<std::byte const*>(entry) + pointer);
}

}  // namespace leaklab::detail

#endif
