#include "encode/task_list.hpp"

#include "encode/utf8.hpp"
#include "symbols/task_blocks.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace leaklab::encode
{
namespace
{

namespace json = boost::json;

json::object place_json(symbols::location const& place)
{
  auto const& line = place.lines.front();
  return {{"function", line.function}, {"file", line.file}, {"line", line.line}};
}

double seconds(std::chrono::milliseconds wait)
{
  return std::chrono::duration<double>(wait).count();
}

json::object task_json(task_info const& task, symbols::place_book& places)
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
  if (*task.operation)
  {
    entry["operation"] = task.operation;
    entry["waiting_seconds"] = seconds(task.waiting_for);
  }
  if (task.branches.empty()) return entry;
  json::array branches;
  for (auto const& branch : task.branches)
    branches.push_back(
        {{"operation", branch.operation},
         {"waiting_seconds", seconds(branch.waiting_for)},
         {"at", branch.at ? json::value(place_json(places.at(branch.at))) : json::value()}});
  entry["branches"] = std::move(branches);
  return entry;
}

}  // namespace

std::string tasks_as_text(model::task_list const& list, symbols::place_book& places)
{
  auto text = symbols::task_blocks(list.shown, places);
  if (auto const hidden = list.matching - list.shown.size())
    text += fmt::format("... {} more tasks; limit={} shows them all\n", hidden, list.matching);
  return text;
}

std::string tasks_as_json(model::task_list const& list, symbols::place_book& places)
{
  json::array tasks;
  tasks.reserve(list.shown.size());
  for (auto const& task : list.shown)
    tasks.push_back(task_json(task, places));
  return json::serialize(json::object{{"total", list.total},
                                      {"matching", list.matching},
                                      {"shown", list.shown.size()},
                                      {"tasks", std::move(tasks)}}) +
         "\n";
}

}  // namespace leaklab::encode
