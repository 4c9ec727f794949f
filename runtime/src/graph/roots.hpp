// Where a mark of the heap begins: every place outside the heap that may hold a reference into it.
//
// That is whatever the program can write or could once write: the variables of the program and its
// libraries, the stacks of all threads from the stack pointer up, their registers, thread-local
// storage, and what the program has mapped itself, be it an arena, a fiber's stack, or memory shared
// with others. Besides, what the kernel keeps for it: the data of an epoll and of a timer. Not the
// variables of tcmalloc, which lead to what is free, nor its traces of samples, which have old words of
// stacks; and what tcmalloc has taken from sbrk for itself
// is a place apart, since in it are the heads of lists of free blocks (mark.hpp).
#pragma once

#include "graph/block_table.hpp"
#include "graph/memory_map.hpp"
#include "graph/sampled_objects.hpp"
#include "graph/stopped_threads.hpp"
#include "graph/workspace.hpp"

#include <sys/types.h>

#include <cstdint>
#include <span>

namespace leaklab::graph
{

struct roots
{
  array<std::uintptr_t> kernel_words;  ///< of which the one root outside the program's memory is
  array<range> of_program;
  array<range> of_break;      ///< what lies between the blocks in the memory from sbrk
  array<range> of_allocator;  ///< tcmalloc's variables, which are no roots
};

/// Adds all to `found`, in no order. Those of the kernel's are in memory of `space`. `threads` are
/// those of the process that this is a fork of, `parent`; `own_stack` is how deep the stack of the
/// thread that forked was. False when there is no memory for it or /proc could not be read.
[[nodiscard]] bool find_roots(workspace& space, memory_map const& map, block_table const& blocks,
                              array<sampled_object> const& samples,
                              std::span<stopped_thread const> threads, std::uintptr_t own_stack,
                              pid_t parent, roots& found) noexcept;

}  // namespace leaklab::graph
