#include "model/resources.hpp"

#include "probe/descriptors.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace leaklab::model
{
namespace
{

/// Of a task that waits, in one of its branches maybe.
struct waits_of_task
{
  char const* name = "";
  std::vector<task_wait> waits;
  bool is_stuck = false;
  bool is_new = false;    // it may have begun to wait after the look
  bool is_found = false;  // waits for one of the resources
};

using waiting_tasks = std::unordered_map<task_id, waits_of_task>;

waiting_tasks list_waiting(graph::awaited_objects const& look)
{
  constexpr std::chrono::milliseconds step(10);  // in which waits are measured
  auto const age = std::chrono::steady_clock::now() - look.asked_at;
  waiting_tasks found;
  for_each_task(
      [&](task_info const& task)
      {
        if (task.state != task_state::waiting) return;
        waits_of_task made;
        made.name = task.name;
        made.waits = task.branches;
        if (made.waits.empty())
          made.waits.push_back({task.operation, task.waits_at, task.waiting_for});
        made.is_stuck = std::ranges::binary_search(look.stuck, task.id, {}, &graph::stuck_task::id);
        // How long is known of a tracked operation.
        made.is_new = *task.operation != 0 && task.waiting_for < age + step;
        found.emplace(task.id, std::move(made));
      });
  return found;
}

/// Whether an operation of this name may wait for such an object. One without a name is not tracked.
bool may_wait_for(std::string_view operation, graph::awaited_object const& object)
{
  using enum graph::awaited_kind;
  bool const is_of_channel = operation.starts_with("channel ");
  switch (object.kind)
  {
    case channel:
      return operation.empty() || operation == (object.sends ? "channel send" : "channel receive");
    case task:
      return operation == "co_spawn";
    case timer:
    case descriptor:
      break;
  }
  return !is_of_channel && operation != "co_spawn";
}

/// One of these is in the type of each handler that resumes a task, or runs on its executor.
constexpr std::string_view types_of_tasks[] = {"tracked_handler", "awaitable_handler",
                                               "resume_executor", "task_executor"};

class resource_reporter
{
 public:
  resource_reporter(symbols::symboliser& symbols, libraries const& named,
                    graph::awaited_objects const& found)
      : symbols_(symbols), named_(named), found_(found), tasks_(list_waiting(found))
  {
  }

  resource_report report()
  {
    static_cast<graph::heap_look&>(report_) = found_;
    report_.no_proof = found_.no_proof;
    for (auto const& object : found_.found)
      if (auto next = describe(object); !next.waiters.empty())
        report_.resources.push_back(std::move(next));
    std::ranges::stable_sort(report_.resources, std::greater{},
                             [](resource const& each) { return each.waiters.size(); });
    for (auto const& [id, task] : tasks_)
    {
      report_.stuck += task.is_stuck;
      report_.waiters += task.is_found;
      if (!task.is_found && !task.is_new) ++report_.elsewhere[task.waits.front().operation];
    }
    find_cycles();
    return std::move(report_);
  }

 private:
  resource describe(graph::awaited_object const& object)
  {
    using enum graph::awaited_kind;
    resource made;
    add_waiters(object, made);
    if (made.waiters.empty()) return made;
    switch (object.kind)
    {
      case channel:
        made.kind = "channel";
        made.way = object.sends ? "send" : "receive";
        made.capacity = object.capacity;
        break;
      case timer:
        made.kind = "timer";
        if (object.expiry != std::chrono::steady_clock::time_point::max())
          made.expires_in = object.expiry - std::chrono::steady_clock::now();
        break;
      case descriptor:
        made.kind = "descriptor";
        made.descriptor = object.descriptor;
        made.target = descriptor_target(object.descriptor);
        break;
      case task:
        made.kind = "task";
        made.task = object.task;
    }
    if (object.block) made.block = name_of(symbols_, named_, *object.block);
    if (object.root.kind != graph::root_kind::nothing) made.place = name_of(symbols_, object.root);
    return made;
  }

  void add_waiters(graph::awaited_object const& object, resource& into)
  {
    std::unordered_set<task_id> own;
    for (auto const& [id, function] : object.waiters)
    {
      if (id == 0 || !is_of_task(function))
      {
        ++into.other_handlers;
        continue;
      }
      auto const task = tasks_.find(id);
      if (task == tasks_.end()) continue;
      auto const& waits = task->second.waits;
      auto const wait = std::ranges::find_if(
          waits, [&](task_wait const& each) { return may_wait_for(each.operation, object); });
      if (wait == waits.end()) continue;
      task->second.is_found = true;
      own.insert(id);
      into.waiters.push_back({id, task->second.name, *wait, task->second.is_stuck});
    }
    std::ranges::copy_if(object.referrers, std::back_inserter(into.referrers),
                         [&](task_id each) { return !own.contains(each); });
  }

  /// Whether this function of Asio's completes the operation of a task, by the type of its handler.
  bool is_of_task(std::uintptr_t function)
  {
    if (function == 0) return true;  // a task that waits for another
    auto const [known, is_new] = is_of_task_.try_emplace(function);
    if (is_new)
    {
      auto const& name = symbols_.lines(function).back().linkage_name;
      known->second = std::ranges::any_of(
          types_of_tasks, [&](std::string_view type) { return name.find(type) != name.npos; });
    }
    return known->second;
  }

  /// Another task that waits for the same object completes nothing.
  void find_cycles()
  {
    auto const is_stuck = [&](task_id id)
    {
      auto const task = tasks_.find(id);
      return task != tasks_.end() && task->second.is_stuck;
    };
    std::vector<wait_edge> edges;
    for (std::size_t i = 0; i != report_.resources.size(); ++i)
    {
      auto const& each = report_.resources[i];
      auto others = each.referrers;
      if (each.task != 0) others.push_back(each.task);
      std::erase_if(others, std::not_fn(is_stuck));
      for (auto const& waiter : each.waiters)
        for (auto const other : others)
          if (waiter.is_stuck) edges.push_back({waiter.id, i, other});
    }
    report_.cycles = find_wait_cycles(std::move(edges));
  }

  symbols::symboliser& symbols_;
  libraries const& named_;
  graph::awaited_objects const& found_;
  waiting_tasks tasks_;
  std::unordered_map<std::uintptr_t, bool> is_of_task_;
  resource_report report_;
};

}  // namespace

resource_report report_resources(symbols::symboliser& symbols, libraries const& named,
                                 graph::awaited_objects const& found)
{
  symbols::symboliser::reading const names(symbols);
  return resource_reporter(symbols, named, found).report();
}

}  // namespace leaklab::model
