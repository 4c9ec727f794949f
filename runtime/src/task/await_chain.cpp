#include "task/await_chain.hpp"

#include <leaklab/detail/asio_stack.hpp>

#include <malloc.h>

#include <bit>
#include <cstddef>

namespace leaklab::detail
{

#if LEAKLAB_AWAIT_CHAIN

namespace
{

// The layout of a frame does not depend on its executor.
using frame = boost::asio::detail::awaitable_frame_base<boost::asio::any_io_executor>;

// Protected members, reached as a derived class may.
struct opened_frame : frame
{
  static frame* caller(frame* f) noexcept { return f->*(&opened_frame::caller_); }
  static void* memory(frame* f) noexcept { return (f->*(&opened_frame::coro_)).address(); }

  // See coroutine_promise.hpp; null is an unknown location, too.
  static std::source_location awaits_at(frame* f) noexcept
  {
    return std::bit_cast<std::source_location>(f->*(&opened_frame::attached_thread_));
  }

  static frame_offsets offsets() noexcept
  {
    // Addresses in it are all that is asked for.
    alignas(frame) std::byte space[sizeof(frame)];
    auto* const f = reinterpret_cast<frame*>(space);
    auto const of = [&](auto const& member) noexcept
    { return static_cast<std::uint64_t>(reinterpret_cast<std::byte const*>(&member) - space); };
    return {of(f->*(&opened_frame::coro_)), of(f->*(&opened_frame::caller_)),
            of(f->*(&opened_frame::attached_thread_))};
  }
};

}  // namespace

void read_await_chain(void* const* stack, task_info& info) noexcept
{
  for (auto* f = static_cast<frame*>(*stack); f; f = opened_frame::caller(f))
  {
    auto* const memory = opened_frame::memory(f);
    info.frame_bytes += malloc_usable_size(memory);
    if (info.frame_count < task_info::max_frames)
    {
      info.frames[info.frame_count] = *static_cast<void**>(memory);
      if (info.frame_count > 0)  // the innermost awaits no coroutine
        info.awaits_at[info.frame_count] = opened_frame::awaits_at(f);
    }
    ++info.frame_count;
  }
}

frame_offsets await_chain_layout() noexcept
{
  return opened_frame::offsets();
}

#else

void read_await_chain(void* const*, task_info&) noexcept
{
}

frame_offsets await_chain_layout() noexcept
{
  return {};
}

#endif

}  // namespace leaklab::detail
