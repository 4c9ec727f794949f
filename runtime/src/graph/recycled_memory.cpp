#include "graph/recycled_memory.hpp"

#include <leaklab/detail/asio_version.hpp>

#if LEAKLAB_AWAIT_CHAIN && LEAKLAB_RTTI

#include "graph/asio_members.hpp"

#include <cstdint>
#include <cstring>

namespace leaklab::graph
{
namespace
{

/// asio::detail::call_stack::context, which lies on the stack of the thread that runs the scheduler.
struct running_context
{
  std::uintptr_t scheduler;
  std::uintptr_t thread;  // a thread_info_base, on the stack, too
  std::uintptr_t next;
};

class memory_cleaner
{
 public:
  memory_cleaner(memory_map const& map, block_table const& blocks) noexcept
      : map_(map), blocks_(blocks)
  {
  }

  void clear_of(std::uintptr_t scheduler, stopped_thread const& thread) const noexcept
  {
    auto const* const stack = map_.find(thread.stack_pointer);
    if (!stack || !stack->readable) return;
    constexpr auto word = sizeof(std::uintptr_t);
    for (auto at = thread.stack_pointer / word * word; at + sizeof(running_context) <= stack->end;
         at += word)
    {
      auto const found = load<running_context>(at);
      if (found.scheduler == scheduler && stack->contains(found.thread) &&
          (found.next == 0 || stack->contains(found.next)))
        clear_kept(found.thread);
    }
  }

 private:
  void clear_kept(std::uintptr_t thread) const noexcept
  {
    auto* const info = reinterpret_cast<asio_detail::thread_info_base*>(thread);
    if (thread % alignof(asio_detail::thread_info_base) != 0 ||
        !is_private(map_, info, sizeof *info))
      return;
    auto& kept = info->*member(kept_by_thread());
    for (void* const each : kept)
      if (each && !is_kept(reinterpret_cast<std::uintptr_t>(each))) return;
    for (void* const each : kept)
      if (block which; blocks_.find(reinterpret_cast<std::uintptr_t>(each), which))
      {
        auto const bytes = blocks_.bytes_of(which);
        if (is_private(map_, each, bytes.size())) std::memset(each, 0, bytes.size());
      }
  }

  /// Asio leaves the size in the first byte.
  [[nodiscard]] bool is_kept(std::uintptr_t address) const noexcept
  {
    constexpr auto unit = static_cast<std::size_t>(member(unit_of_kept()));
    block which;
    if (!blocks_.find(address, which)) return false;
    auto const bytes = blocks_.bytes_of(which);
    auto const size = load<unsigned char>(address) * unit;
    return bytes.begin == address && size != 0 && size < bytes.size() &&
           bytes.size() <= size + size / 2 + 64;
  }

  memory_map const& map_;
  block_table const& blocks_;
};

}  // namespace

void clear_recycled_memory(asio_services const& services, memory_map const& map,
                           block_table const& blocks,
                           std::span<stopped_thread const> threads) noexcept
{
  memory_cleaner const cleaner(map, blocks);
  services.for_each<asio_detail::scheduler>(
      [&](asio_detail::scheduler& each)
      {
        for (auto const& thread : threads)
          cleaner.clear_of(reinterpret_cast<std::uintptr_t>(&each), thread);
      });
}

}  // namespace leaklab::graph

#else

namespace leaklab::graph
{

void clear_recycled_memory(asio_services const&, memory_map const&, block_table const&,
                           std::span<stopped_thread const>) noexcept
{
}

}  // namespace leaklab::graph

#endif
