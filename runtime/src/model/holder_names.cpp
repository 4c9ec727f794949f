#include "model/holder_names.hpp"

#include "library_range.hpp"
#include "probe/identity.hpp"

#include <leaklab/function_name.hpp>

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace leaklab::model
{
namespace
{

bool lies_in_a_file(std::uintptr_t address)
{
  return library_range::of_object(reinterpret_cast<void const*>(address)).begin() != 0;
}

/// The class, or the coroutine, of a block that begins with this word; empty when it is neither's.
/// GCC and Clang call the code of a coroutine so.
std::string type_of(symbols::symboliser& symbols, std::uintptr_t first_word)
{
  if (!lies_in_a_file(first_word)) return {};
  if (auto const table = symbols.variable_at(first_word); table && !table->vtable_of.empty())
    return table->vtable_of;
  auto const& line = symbols.lines(first_word).back();
  bool const is_coroutine = line.linkage_name.find(".actor") != line.linkage_name.npos ||
                            line.linkage_name.find(".resume") != line.linkage_name.npos;
  return is_coroutine ? "coroutine " + clean_function_name(line.function) : "";
}

path_end end_without_name(std::string_view kind, std::string text)
{
  path_end end;
  end.kind = kind;
  end.text = std::move(text);
  return end;
}

path_end end_in_variable(std::string_view kind, std::optional<symbols::variable> const& found)
{
  auto end = end_without_name(kind, std::string(kind));
  if (!found) return end;
  end.name = found->name;
  end.offset = found->offset;
  end.text += " " + end.name;
  return end;
}

path_end end_in_thread(int thread, path_end end)
{
  auto name = read_thread_name(thread);
  end.thread = thread;
  end.text += fmt::format(" of thread {}{}{}", thread, name.empty() ? "" : " ", name);
  if (end.name.empty()) end.name = std::move(name);
  return end;
}

}  // namespace

holder name_of(symbols::symboliser& symbols, libraries const& named, graph::held_block const& block)
{
  holder found;
  found.what = type_of(symbols, block.first_word);
  for (auto const word : block.words_behind)
    if (found.callback.empty() && lies_in_a_file(word)) found.callback = symbols.callable_at(word);
  if (auto const* const own = innermost_own(symbols, block.stack, named)) found.allocated_by = *own;
  found.times = block.times;
  found.bytes = block.bytes;
  found.offset = block.offset;
  return found;
}

path_end name_of(symbols::symboliser& symbols, graph::holding_root const& root)
{
  using enum graph::root_kind;
  switch (root.kind)
  {
    case nothing:
      return end_without_name("lost", "nothing: lost");
    case itself:
      return end_without_name("lost", "itself: lost");
    case lost:
      return end_without_name("lost", "an object that is lost");
    case variable:
      return end_in_variable("variable", symbols.variable_at(root.address));
    case thread_variable:
      return end_in_thread(root.thread,
                           end_in_variable("thread-local variable",
                                           symbols.thread_variable_at(root.module, root.address)));
    case task:
    {
      auto end = end_without_name("task", fmt::format("task {}, {}", root.task, root.task_name));
      end.name = root.task_name;
      end.task = root.task;
      return end;
    }
    case stack:
      return end_in_thread(root.thread, end_without_name("stack", "stack"));
    case registers:
      return end_in_thread(root.thread, end_without_name("register", "register"));
    case kernel:
      return end_without_name("kernel", "an epoll or a timer");
    case mapped:
      break;
  }
  return end_without_name("mapped memory",
                          fmt::format("memory that the program has mapped at {:#x}", root.address));
}

}  // namespace leaklab::model
