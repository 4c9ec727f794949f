#include "encode/task_list.hpp"

#include "encode/append.hpp"
#include "encode/utf8.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <vector>

namespace leaklab::encode
{
namespace
{

namespace json = boost::json;

struct selection
{
  std::vector<task_info> shown;
  std::size_t matching = 0;
  std::size_t total = 0;
};

selection select(task_filter const& filter)
{
  selection result;
  for_each_task(
      [&](task_info const& task)
      {
        ++result.total;
        if (!filter.accepts(task)) return;
        if (result.matching++ < filter.limit) result.shown.push_back(task);
      });
  return result;
}

std::string wait_text(std::chrono::milliseconds wait)
{
  using namespace std::chrono;
  if (wait < 1s) return "";
  auto const [count, unit] = wait < 2min ? std::pair(floor<seconds>(wait).count(), "second")
                                         : std::pair(std::int64_t{floor<minutes>(wait).count()}, "minute");
  return fmt::format(", {} {}{}", count, unit, count == 1 ? "" : "s");
}

std::string headline(task_info const& task)
{
  auto const doing =
      task.state == task_state::waiting && *task.operation ? task.operation : to_string(task.state);
  return fmt::format("task {} [{}{}]: {}\n", task.id, doing, wait_text(task.waiting_for), task.name);
}

json::object place_json(model::location const& place)
{
  auto const& line = place.lines.front();
  return {{"function", line.function}, {"file", line.file}, {"line", line.line}};
}

json::object task_json(task_info const& task, model::place_book& places)
{
  json::array frames;
  for (auto const* const place : places.chain(task))
    frames.push_back(place_json(*place));
  json::object entry{{"id", task.id},
                     {"parent", task.parent},
                     {"name", to_utf8(task.name)},
                     {"state", to_string(task.state)},
                     {"operation", nullptr},
                     {"waiting_seconds", nullptr},
                     {"frame_bytes", task.frame_bytes},
                     {"frames", std::move(frames)},
                     {"spawned_at", place_json(places.at(task.spawned_at))}};
  if (task.waits_at)
  {
    entry["operation"] = task.operation;
    entry["waiting_seconds"] = std::chrono::duration<double>(task.waiting_for).count();
  }
  return entry;
}

}  // namespace

std::string task_blocks(std::vector<task_info> const& tasks, model::place_book& places)
{
  std::string text;
  auto const frame = [&](model::location const& place)
  {
    auto const& line = place.lines.front();
    append(text, "\n\t{}:{}\n", line.file, line.line);
  };
  for (auto const& task : tasks)
  {
    text += headline(task);
    for (auto const* const place : places.chain(task))
    {
      text += place->lines.front().function;
      frame(*place);
    }
    auto const& origin = places.at(task.spawned_at);
    append(text, "created by {}", origin.lines.front().function);
    if (task.parent) append(text, " in task {}", task.parent);
    frame(origin);
    text += '\n';
  }
  return text;
}

std::string tasks_as_text(task_filter const& filter, model::place_book& places)
{
  auto const selected = select(filter);
  auto text = task_blocks(selected.shown, places);
  if (auto const hidden = selected.matching - selected.shown.size())
    text += fmt::format("... {} more tasks; limit={} shows them all\n", hidden, selected.matching);
  return text;
}

std::string tasks_as_json(task_filter const& filter, model::place_book& places)
{
  auto const selected = select(filter);
  json::array tasks;
  tasks.reserve(selected.shown.size());
  for (auto const& task : selected.shown)
    tasks.push_back(task_json(task, places));
  return json::serialize(json::object{{"total", selected.total},
                                      {"matching", selected.matching},
                                      {"shown", selected.shown.size()},
                                      {"tasks", std::move(tasks)}}) +
         "\n";
}

}  // namespace leaklab::encode
