#include "symbols/task_blocks.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace leaklab::symbols
{
namespace
{

std::string wait_text(std::chrono::milliseconds wait)
{
  using namespace std::chrono;
  if (wait < 1s) return "";
  auto const [count, unit] = wait < 2min
                                 ? std::pair(floor<seconds>(wait).count(), "second")
                                 : std::pair(std::int64_t{floor<minutes>(wait).count()}, "minute");
  return fmt::format(", {} {}{}", count, unit, count == 1 ? "" : "s");
}

std::string doing(task_info const& task)
{
  if (task.state != task_state::waiting || !*task.operation)
    return std::string(to_string(task.state));
  std::string text = task.operation;
  for (std::size_t i = 1; i < task.branches.size(); ++i)
    text.append(" | ").append(task.branches[i].operation);
  return text;
}

std::string headline(task_info const& task)
{
  return fmt::format("task {} [{}{}]: {}\n", task.id, doing(task), wait_text(task.waiting_for),
                     task.name);
}

}  // namespace

std::string task_blocks(std::vector<task_info> const& tasks, place_book& places)
{
  std::string text;
  auto const frame = [&](location const& place)
  {
    auto const& line = place.lines.front();
    text += fmt::format("\n\t{}:{}\n", line.file, line.line);
  };
  for (auto const& task : tasks)
  {
    text += headline(task);
    for (auto const* const place : places.chain(task))
    {
      text += place->lines.front().function;
      frame(*place);
    }
    for (std::size_t i = 1; i < task.branches.size(); ++i)
    {
      auto const& branch = task.branches[i];
      text += fmt::format("also waits for {}", branch.operation);
      if (!branch.at)
      {
        text += '\n';
        continue;
      }
      auto const& place = places.at(branch.at);
      text += fmt::format(" in {}", place.lines.front().function);
      frame(place);
    }
    auto const& origin = places.at(task.spawned_at);
    text += fmt::format("created by {}", origin.lines.front().function);
    if (task.parent) text += fmt::format(" in task {}", task.parent);
    frame(origin);
    text += '\n';
  }
  return text;
}

}  // namespace leaklab::symbols
