#include "graph/heap_snapshot.hpp"

#include "graph/free_lists.hpp"
#include "probe/allocator.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

namespace leaklab::graph
{
namespace
{

/// Empty when there is none.
std::string problem_of(look const& seen)
{
  switch (seen.reason)
  {
    case 0:
      return seen.problem;
    case no_memory:
      return "the look at the heap had too little memory";
    case no_memory_map:
      return "/proc/self/maps could not be read";
    case kernel_queue:
      return "this program uses io_uring or aio, where the kernel keeps references that cannot be "
             "seen";
    case samples_not_found:
      return "this tcmalloc keeps its samples in a way that is not known here";
    case no_roots:
      return "the program's memory could not be read in /proc";
    default:
      return "the look at the heap failed";
  }
}

}  // namespace

heap_snapshot::heap_snapshot(looking_child const& child)
{
  bool const has_map = map_.read(space_);
  bool const has_blocks = blocks_.read(space_);
  bool const has_samples =
      has_map && has_blocks && find_sampled_objects(space_, map_, traces_, blocks_, samples_);
  child.has_begun();
  if (!has_map) child.fail(no_memory_map);
  if (!has_blocks) child.fail(no_memory);
  if (map_.has_kernel_queue()) child.fail(kernel_queue);
  if (!has_samples) child.fail(samples_not_found);
  // A block may have pages that nobody is to touch, such as the guard of a stack. In this process they
  // may be read.
  for (auto const& region : map_.regions())
    if (!region.readable && region.backing == backing::nothing &&
        blocks_.extent().begin < region.end && region.begin < blocks_.extent().end)
      ::mprotect(reinterpret_cast<void*>(region.begin), region.size(), PROT_READ);
  if (!find_roots(space_, map_, blocks_, samples_, child.threads, child.stack, child.parent,
                  roots_))
    child.fail(no_roots);
  child.close_inherited();
}

std::size_t heap_snapshot::bytes() const noexcept
{
  return blocks_.bytes() + samples_.most_bytes() + roots_.of_program.most_bytes() +
         roots_.of_break.most_bytes();
}

void heap_snapshot::run(mark& reached, std::span<range const> first) const noexcept
{
  free_lists free(blocks_, [&](block const& which) { reached.ignore(which); });
  for (auto const& memory : roots_.of_break)
    free.find_in_metadata(memory);
  for (auto const& memory : roots_.of_allocator)
    free.find_in_variables(memory);
  for (auto const& root : first)
    reached.add(root);
  reached.follow();
  for (auto const& root : roots_.of_program)
    reached.add(root);
  for (auto const& root : roots_.of_break)
    reached.add_without_free_lists(root);
  reached.follow();
  reached.add_ends();
  reached.follow();
}

std::string problem_of_allocator()
{
  return malloc_is_tcmalloc() ? std::string()
                              : fmt::format("malloc is {}, not tcmalloc", malloc_library());
}

bool take_over(look const& seen, heap_look& into)
{
  into.problem = problem_of(seen);
  into.pause = seen.pause;
  into.time = seen.time;
  return into.problem.empty();
}

}  // namespace leaklab::graph
