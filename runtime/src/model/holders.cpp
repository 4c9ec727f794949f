#include "model/holders.hpp"

#include "graph/holders.hpp"
#include "library_range.hpp"

#include <leaklab/heap.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <string_view>
#include <utility>

namespace leaklab::model
{
namespace
{

constexpr std::size_t most_stacks = 4;  // of a line

struct line_in_heap
{
  held_place place;
  std::vector<std::pair<double, std::vector<std::uintptr_t>>> stacks;  // with the bytes of each
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
    found.stacks.emplace_back(amounts.second, stack);
  }
  std::vector<line_in_heap> lines;
  for (auto& [key, line] : by_line)
  {
    std::ranges::sort(line.stacks, std::greater{}, [](auto const& each) { return each.first; });
    line.stacks.resize(std::min(line.stacks.size(), most_stacks));
    lines.push_back(std::move(line));
  }
  std::ranges::sort(lines, std::greater{}, [](auto const& each) { return each.place.bytes; });
  lines.resize(std::min(lines.size(), asked.places));
  return lines;
}

/// What the symbol tables say of an address; null when it lies in no file or has no name there.
symbols::source_line const* symbol_at(symbols::symboliser& symbols, std::uintptr_t address)
{
  auto const* const place = reinterpret_cast<void const*>(address);
  if (library_range::of_object(place).begin() == 0) return nullptr;
  auto const& line = symbols.lines(address).back();
  return line.linkage_name.empty() ? nullptr : &line;
}

/// The coroutine whose frame begins with this word; empty when it is none. GCC and Clang call its
/// code so.
std::string coroutine_at(symbols::symboliser& symbols, std::uintptr_t first_word)
{
  auto const* const found = symbol_at(symbols, first_word);
  if (!found) return {};
  bool const is_coroutine = found->linkage_name.find(".actor") != std::string::npos ||
                            found->linkage_name.find(".resume") != std::string::npos;
  return is_coroutine ? found->function : std::string();
}

std::string name_of(symbols::symboliser& symbols, libraries const& named,
                    graph::held_block const& block)
{
  if (auto const coroutine = coroutine_at(symbols, block.first_word); !coroutine.empty())
    return "coroutine " + coroutine;
  std::string name;
  constexpr std::string_view table = "vtable for ";
  if (auto const* const found = symbol_at(symbols, block.first_word);
      found && found->function.starts_with(table))
    name = found->function.substr(table.size());
  if (auto const* const own = innermost_own(symbols, block.stack, named))
    name += fmt::format("{}allocated by {} in {}:{}", name.empty() ? "" : ", ", own->function,
                        own->file, own->line);
  return name;
}

std::string thread_name(int thread)
{
  std::ifstream file(fmt::format("/proc/self/task/{}/comm", thread));
  std::string name;
  std::getline(file, name);
  return fmt::format("thread {}{}{}", thread, name.empty() ? "" : " ", name);
}

std::string root_of(symbols::symboliser& symbols, graph::holding_path const& path)
{
  switch (path.root)
  {
    case graph::root_kind::nothing:
      break;
    case graph::root_kind::memory:
      if (auto const* const variable = symbol_at(symbols, path.address))
        return "variable " + variable->function;
      return library_range::of_object(reinterpret_cast<void const*>(path.address)).begin() == 0
                 ? "memory that the program has mapped"
                 : "a variable without a name";
    case graph::root_kind::stack:
      return "stack or thread-local storage of " + thread_name(path.thread);
    case graph::root_kind::registers:
      return "register of " + thread_name(path.thread);
    case graph::root_kind::kernel:
      return "an epoll or a timer";
  }
  return {};
}

held_object describe(symbols::symboliser& symbols, libraries const& named,
                     graph::holding_path const& path)
{
  held_object object;
  object.left_out = path.left_out;
  object.root = root_of(symbols, path);
  for (auto const& block : path.blocks)
    object.holders.push_back({name_of(symbols, named, block), block.bytes, block.offset});
  return object;
}

}  // namespace

holder_report find_holders(symbols::symboliser& symbols, libraries const& named,
                           holder_question const& asked)
{
  symbols::symboliser::reading const names(symbols);
  auto lines = lines_in_heap(symbols, named, asked);
  std::vector<std::vector<std::uintptr_t>> stacks;
  std::vector<std::size_t> line_of;
  for (std::size_t i = 0; i != lines.size(); ++i)
    for (auto const& [bytes, stack] : lines[i].stacks)
    {
      stacks.push_back(stack);
      line_of.push_back(i);
    }
  holder_report report;
  if (!stacks.empty())
  {
    auto const found = graph::look_for_holders(stacks, asked.objects);
    report.problem = found.problem;
    report.pause = found.pause;
    report.time = found.time;
    for (auto const& path : found.paths)
      if (auto& objects = lines[line_of[path.place]].place.objects; objects.size() < asked.objects)
        objects.push_back(describe(symbols, named, path));
  }
  for (auto& line : lines)
    report.places.push_back(std::move(line.place));
  return report;
}

profile make_holders_profile(holder_report const& report)
{
  profile made;
  made.name = "holders";
  made.sample_types = {{"inuse_objects", "count"}, {"inuse_space", "bytes"}};
  made.period_type = {"space", "bytes"};
  made.time_ns =
      std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  std::map<std::pair<std::string, std::int64_t>, std::uint32_t> known;
  auto const at = [&](symbols::source_line const& line)
  {
    auto const index = static_cast<std::uint32_t>(made.locations.size());
    auto const [found, is_new] = known.try_emplace({line.function, line.line}, index);
    if (is_new) made.locations.push_back({index + 1, {line}});
    return found->second;
  };
  auto const named = [&](std::string name)
  {
    symbols::source_line line;
    line.function = std::move(name);
    return at(line);
  };
  for (auto const& place : report.places)
    for (auto const& object : place.objects)
    {
      auto const share = 1 / static_cast<double>(place.objects.size());
      auto& sample = made.samples.emplace_back();
      sample.values = {std::llround(place.count * share), std::llround(place.bytes * share)};
      sample.stack.push_back(at(place.line));
      for (std::size_t i = 1; i < object.holders.size(); ++i)
      {
        auto const& holder = object.holders[i];
        sample.stack.push_back(named(holder.name.empty()
                                         ? fmt::format("a block of {} bytes", holder.bytes)
                                         : holder.name));
      }
      sample.stack.push_back(named(object.root.empty() ? "nothing: lost" : object.root));
    }
  return made;
}

}  // namespace leaklab::model
