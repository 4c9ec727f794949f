// What a path of references ends in.
#pragma once

#include <cstdint>

namespace leaklab::graph
{

enum class root_kind : std::uint8_t
{
  nothing,          ///< no root leads to the object
  itself,           ///< but for the object itself, over the blocks of its path
  lost,             ///< but for another such object, the path's last block
  variable,         ///< at `address`
  thread_variable,  ///< of `thread`, at `address` in the thread-local block of `module`
  task,             ///< `task`: the path's last block is a coroutine frame of it
  stack,            ///< of `thread`
  registers,        ///< of `thread`
  kernel,           ///< what an epoll or a timer has
  mapped            ///< other memory of the program's
};

/// Refers to no memory of the heap.
struct holding_root
{
  root_kind kind = root_kind::nothing;
  int thread = 0;
  std::uintptr_t address = 0;
  std::uintptr_t module = 0;  ///< an address in its file
  std::uint64_t task = 0;
  char const* task_name = "";  ///< lives as long as the process
};

}  // namespace leaklab::graph
