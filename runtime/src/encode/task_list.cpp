#include "encode/task_list.hpp"

#include "encode/utf8.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <iterator>
#include <unordered_map>
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

// Cleaning a name costs more than looking one up, and a million tasks share a few names.
class name_cache
{
 public:
  std::string const& operator()(source_site const& site)
  {
    auto& name = names_[site.function];
    if (name.empty()) name = clean_function_name(site.function);
    return name;
  }

 private:
  std::unordered_map<char const*, std::string> names_;
};

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

json::object site_json(source_site const& site, name_cache& names)
{
  return {{"function", names(site)}, {"file", site.file}, {"line", site.line}};
}

}  // namespace

std::string tasks_as_text(task_filter const& filter)
{
  auto const selected = select(filter);
  name_cache names;
  std::string text;
  auto out = std::back_inserter(text);
  for (auto const& task : selected.shown)
  {
    text += headline(task);
    if (task.waits_at)
      fmt::format_to(out, "{}\n\t{}:{}\n", names(task.waits_at), task.waits_at.file, task.waits_at.line);
    fmt::format_to(out, "created by {}", names(task.spawned_at));
    if (task.parent) fmt::format_to(out, " in task {}", task.parent);
    fmt::format_to(out, "\n\t{}:{}\n\n", task.spawned_at.file, task.spawned_at.line);
  }
  if (auto const hidden = selected.matching - selected.shown.size())
    fmt::format_to(out, "... {} more tasks; limit={} shows them all\n", hidden, selected.matching);
  return text;
}

std::string tasks_as_json(task_filter const& filter)
{
  auto const selected = select(filter);
  name_cache names;
  json::array tasks;
  tasks.reserve(selected.shown.size());
  for (auto const& task : selected.shown)
  {
    json::object entry{{"id", task.id},
                       {"parent", task.parent},
                       {"name", to_utf8(task.name)},
                       {"state", to_string(task.state)},
                       {"operation", nullptr},
                       {"waiting_seconds", nullptr},
                       {"waits_at", nullptr},
                       {"spawned_at", site_json(task.spawned_at, names)}};
    if (task.waits_at)
    {
      entry["operation"] = task.operation;
      entry["waiting_seconds"] = std::chrono::duration<double>(task.waiting_for).count();
      entry["waits_at"] = site_json(task.waits_at, names);
    }
    tasks.push_back(std::move(entry));
  }
  return json::serialize(json::object{{"total", selected.total},
                                      {"matching", selected.matching},
                                      {"shown", selected.shown.size()},
                                      {"tasks", std::move(tasks)}}) +
         "\n";
}

}  // namespace leaklab::encode
