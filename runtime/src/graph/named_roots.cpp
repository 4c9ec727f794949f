#include "graph/named_roots.hpp"

#include "library_range.hpp"

#include <link.h>

#include <algorithm>

namespace leaklab::graph
{
namespace
{

std::uintptr_t own_thread_pointer() noexcept
{
  return reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer());
}

/// The same block in another thread: where the C library makes one with the thread, it lies as far
/// from the thread pointer in each.
range in_thread(thread_local_block const& block, stopped_thread const& thread) noexcept
{
  auto const shift = thread.thread_pointer - own_thread_pointer();
  return {block.bytes.begin + shift, block.bytes.end + shift};
}

template <class T>
range bytes_of(array<T> const& words) noexcept
{
  return {reinterpret_cast<std::uintptr_t>(words.begin()),
          reinterpret_cast<std::uintptr_t>(words.end())};
}

}  // namespace

std::vector<thread_local_block> find_thread_local_blocks()
{
  std::vector<thread_local_block> found;
  ::dl_iterate_phdr(
      [](dl_phdr_info* file, std::size_t, void* into)
      {
        auto const begin = reinterpret_cast<std::uintptr_t>(file->dlpi_tls_data);
        for (auto const& part : std::span(file->dlpi_phdr, file->dlpi_phnum))
          if (part.p_type == PT_TLS && begin != 0)
            static_cast<std::vector<thread_local_block>*>(into)->push_back(
                {reinterpret_cast<std::uintptr_t>(file->dlpi_phdr), {begin, begin + part.p_memsz}});
        return 0;
      },
      &found);
  return found;
}

named_roots::named_roots(heap_snapshot& heap, looking_child const& child,
                         std::span<std::span<detail::task_record> const> tasks,
                         std::span<thread_local_block const> blocks, int own_thread) noexcept
    : heap_(heap),
      others_(child.threads),
      all_(heap.space(), child.threads.size() + 1),
      blocks_(blocks)
{
  auto const& roots = heap.roots();
  auto const most = roots.of_program.size() + roots.of_break.size() + 1 +
                    (child.threads.size() + 1) * blocks.size();
  telling_ = array<range>(heap.space(), most);
  is_whole_ = all_ && telling_ && find_task_frames(heap.space(), tasks, heap.blocks(), frames_);
  if (!is_whole_) return;

  stopped_thread own;
  own.id = own_thread;
  own.stack_pointer = child.stack;
  own.thread_pointer = own_thread_pointer();
  all_.push(own);
  for (auto const& each : child.threads)
    all_.push(each);

  telling_.push(bytes_of(frames_.addresses));
  for (auto const* const some : {&roots.of_program, &roots.of_break})
    for (auto const& each : *some)
    {
      auto const file = library_range::of_object(reinterpret_cast<void const*>(each.begin));
      if (each.begin < file.end()) telling_.push({each.begin, std::min(each.end, file.end())});
    }
  for (auto const& thread : all_)
    for (auto const& block : blocks_)
      if (auto const bytes = in_thread(block, thread);
          !heap.blocks().find_span(block.bytes.begin) &&
          heap.map().is_readable(bytes.begin, bytes.size()))
        telling_.push(bytes);
}

holding_root named_roots::find(std::uintptr_t address) const noexcept
{
  holding_root found;
  found.address = address;
  auto const as = [&](root_kind kind, int thread = 0)
  {
    found.kind = kind;
    found.thread = thread;
    return found;
  };
  if (auto const frames = bytes_of(frames_.addresses); frames.contains(address))
  {
    auto const& owner = frames_.owners[(address - frames.begin) / sizeof address];
    found.task = owner.id;
    found.task_name = owner.name;
    return as(root_kind::task);
  }
  if (bytes_of(heap_.roots().kernel_words).contains(address)) return as(root_kind::kernel);
  if (library_range::of_object(reinterpret_cast<void const*>(address)).begin() != 0)
    return as(root_kind::variable);
  for (auto const& thread : all_)
    for (auto const& block : blocks_)
      if (auto const bytes = in_thread(block, thread); bytes.contains(address))
      {
        found.address = address - bytes.begin;
        found.module = block.module;
        return as(root_kind::thread_variable, thread.id);
      }
  for (auto const& thread : others_)
    if (range{thread.frame_begin, thread.frame_end}.contains(address))
      return as(root_kind::registers, thread.id);
    else if (address == reinterpret_cast<std::uintptr_t>(&thread.stack_pointer))
      return as(root_kind::stack, thread.id);  // one that lies in a block
  for (auto const& thread : all_)
    if (is_on_stack(address, thread)) return as(root_kind::stack, thread.id);
  return as(root_kind::mapped);
}

bool named_roots::is_on_stack(std::uintptr_t address, stopped_thread const& thread) const noexcept
{
  auto const* const region = heap_.map().find(address);
  return region && region->contains(thread.stack_pointer) &&
         (region->is_main_stack || region->lies_on_a_guard);
}

}  // namespace leaklab::graph
