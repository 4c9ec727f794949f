#include "task/await_chain.hpp"

#include <leaklab/detail/start_task.hpp>

#include <malloc.h>

namespace leaklab::detail
{

#if LEAKLAB_AWAIT_CHAIN

namespace
{

using frame = boost::asio::detail::awaitable_frame_base<any_io_executor>;
using entry_frame = boost::asio::detail::awaitable_frame<entry_point, any_io_executor>;

// Protected members, reached as a derived class may.
struct opened_frame : frame
{
  static frame* caller(frame* f) noexcept { return f->*(&opened_frame::caller_); }
  static void* memory(frame* f) noexcept { return (f->*(&opened_frame::coro_)).address(); }
};

// A private member, whose name an explicit instantiation may use.
template <auto Member>
struct opened_entry
{
  friend frame* top_of_stack(entry_frame* e) noexcept { return e->*Member; }
};
frame* top_of_stack(entry_frame* e) noexcept;
template struct opened_entry<&entry_frame::top_of_stack_>;

}  // namespace

void prefetch_entry_point(void* entry) noexcept
{
  if (!entry) return;
  __builtin_prefetch(static_cast<entry_frame*>(entry));
  __builtin_prefetch(static_cast<char*>(entry) + 64);
}

void prefetch_await_chain(void* entry) noexcept
{
  if (entry) __builtin_prefetch(top_of_stack(static_cast<entry_frame*>(entry)));
}

void read_await_chain(void* entry, task_info& info) noexcept
{
  for (auto* f = top_of_stack(static_cast<entry_frame*>(entry)); f; f = opened_frame::caller(f))
  {
    auto* const memory = opened_frame::memory(f);
    info.frame_bytes += malloc_usable_size(memory);
    if (info.frame_count < task_info::max_frames)
      info.frames[info.frame_count] = *static_cast<void**>(memory);
    ++info.frame_count;
  }
}

#else

void prefetch_entry_point(void*) noexcept
{
}
void prefetch_await_chain(void*) noexcept
{
}
void read_await_chain(void*, task_info&) noexcept
{
}

#endif

}  // namespace leaklab::detail
