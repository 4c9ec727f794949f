#include "model/holders.hpp"

#include "graph/holders.hpp"
#include "library_range.hpp"
#include "probe/identity.hpp"

#include <leaklab/function_name.hpp>
#include <leaklab/heap.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace leaklab::model
{
namespace
{

struct line_in_heap
{
  held_place place;
  graph::allocating_stacks stacks;
};

bool is_asked_for(symbols::source_line const& line, std::string const& at)
{
  return at.empty() || line.function.find(at) != line.function.npos ||
         fmt::format("{}:{}", line.file, line.line).find(at) != std::string::npos;
}

/// The largest first.
std::vector<line_in_heap> lines_in_heap(symbols::symboliser& symbols, libraries const& named,
                                        holder_question const& asked)
{
  std::map<std::pair<std::string, std::int64_t>, line_in_heap> by_line;
  std::map<std::vector<std::uintptr_t>, std::pair<double, double>> by_stack;
  for (auto const& sample : read_heap_samples())
  {
    auto& [count, bytes] = by_stack[sample.stack];
    count += sample.objects;
    bytes += sample.bytes;
  }
  for (auto const& [stack, amounts] : by_stack)
  {
    auto const* const own = innermost_own(symbols, stack, named);
    if (!own || !is_asked_for(*own, asked.at)) continue;
    auto& found = by_line[{own->file, own->line}];
    found.place.line = *own;
    found.place.count += amounts.first;
    found.place.bytes += amounts.second;
    found.stacks.push_back(stack);
  }
  std::vector<line_in_heap> lines;
  for (auto& [key, line] : by_line)
    lines.push_back(std::move(line));
  std::ranges::sort(lines, std::greater{}, [](auto const& each) { return each.place.bytes; });
  lines.resize(std::min(lines.size(), asked.places));
  return lines;
}

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

holder describe(symbols::symboliser& symbols, libraries const& named,
                graph::held_block const& block)
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

path_end describe(symbols::symboliser& symbols, graph::holding_root const& root)
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

held_object describe(symbols::symboliser& symbols, libraries const& named,
                     graph::holding_path const& path)
{
  held_object object;
  object.left_out = path.left_out;
  object.root = describe(symbols, path.root);
  for (auto const& block : path.blocks)
    object.holders.push_back(describe(symbols, named, block));
  return object;
}

}  // namespace

holder_report find_holders(symbols::symboliser& symbols, libraries const& named,
                           holder_question const& asked)
{
  symbols::symboliser::reading const names(symbols);
  auto lines = lines_in_heap(symbols, named, asked);
  std::vector<graph::allocating_stacks> places;
  for (auto& line : lines)
    places.push_back(std::move(line.stacks));
  holder_report report;
  if (!places.empty())
  {
    auto const found = graph::look_for_holders(places, asked.objects);
    static_cast<graph::heap_look&>(report) = found;
    for (auto const& path : found.paths)
      lines[path.place].place.objects.push_back(describe(symbols, named, path));
  }
  for (auto& line : lines)
    report.places.push_back(std::move(line.place));
  return report;
}

}  // namespace leaklab::model
