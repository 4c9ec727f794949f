#include "encode/resources.hpp"

#include "encode/append.hpp"
#include "encode/holders.hpp"
#include "encode/line_json.hpp"
#include "encode/utf8.hpp"
#include "encode/words.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <span>
#include <tuple>
#include <vector>

namespace leaklab::encode
{
namespace
{

namespace json = boost::json;

constexpr std::size_t most_examples = 10;

std::string plural(std::size_t count, std::string_view what)
{
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string target_of(model::resource const& descriptor)
{
  return descriptor.target.empty() ? "closed by now" : to_utf8(descriptor.target);
}

/// `a channel of capacity 0`, `descriptor 17, 127.0.0.1:4242 to 127.0.0.1:80`.
std::string title(model::resource const& which)
{
  if (which.kind == "channel") return fmt::format("a channel of capacity {}", which.capacity);
  if (which.kind == "descriptor")
    return fmt::format("descriptor {}, {}", which.descriptor, target_of(which));
  if (which.kind == "task") return fmt::format("the end of task {}", which.task);
  return which.expires_in ? fmt::format("a timer that expires in {}",
                                        time(std::max(which.expires_in->count(), 0.0)))
                          : "a timer that never expires";
}

/// Resources that look alike to a reader.
struct group
{
  std::vector<model::resource const*> members;
  std::vector<model::waiting_task const*> waiters;
  symbols::source_line allocated_by;  // of the first that has one
  std::size_t stuck = 0;
  std::size_t with_others =
      0;  // members that other tasks refer to, or handlers of no task wait for

  [[nodiscard]] model::resource const& first() const { return *members.front(); }
};

std::chrono::milliseconds waiting_for(model::waiting_task const* task)
{
  return task->wait.waiting_for;
}

std::vector<group> group_alike(model::resource_report const& report)
{
  using key = std::tuple<std::string_view, std::string_view, std::size_t, bool, std::string,
                         std::uint32_t, std::string, std::string>;
  std::map<key, group> groups;
  for (auto const& each : report.resources)
  {
    auto const& wait = each.waiters.front().wait;
    auto& own = groups[{each.kind, each.way, each.capacity, each.expires_in.has_value(),
                        wait.at.file, wait.at.line, each.block ? each.block->what : "",
                        each.place.task == 0 ? each.place.text : each.place.name}];
    own.members.push_back(&each);
    own.with_others += !each.referrers.empty() || each.other_handlers != 0;
    if (each.block && own.allocated_by.line == 0) own.allocated_by = each.block->allocated_by;
    for (auto const& waiter : each.waiters)
    {
      own.waiters.push_back(&waiter);
      own.stuck += waiter.is_stuck;
    }
  }
  std::vector<group> sorted;
  for (auto& each : groups)
  {
    auto& own = sorted.emplace_back(std::move(each.second));
    std::ranges::stable_sort(own.waiters, std::greater{}, waiting_for);
  }
  std::ranges::stable_sort(sorted, std::greater{},
                           [](group const& each) { return each.waiters.size(); });
  return sorted;
}

std::string heading(group const& own)
{
  auto const& first = own.first();
  auto const tasks = plural(own.waiters.size(), "task");
  auto const one = own.waiters.size() == 1;
  auto const count = own.members.size();
  auto const waits = one ? "waits" : "wait";
  if (first.kind == "channel")
    return fmt::format("{} {} to {} {} {} of capacity {}", tasks, waits, first.way,
                       first.way == "send" ? "to" : "from",
                       count == 1 ? "a channel" : plural(count, "channel"), first.capacity);
  if (first.kind == "descriptor")
    return fmt::format("{} {} for {}", tasks, waits, plural(count, "descriptor"));
  if (first.kind == "task")
    return fmt::format("{} {} for the end of {}", tasks, waits, count == 1 ? "another" : "others");
  return fmt::format(
      "{} {} for {}{}", tasks, waits, count == 1 ? "a timer" : plural(count, "timer"),
      first.expires_in ? "" : " that never " + std::string(count == 1 ? "expires" : "expire"));
}

std::string some_of(std::vector<task_id> const& numbers)
{
  auto const shown = std::min(numbers.size(), most_examples);
  auto text = fmt::format("{}", fmt::join(std::span(numbers).first(shown), " "));
  if (shown != numbers.size()) append(text, " and {} more", numbers.size() - shown);
  return text;
}

void append_expiry(std::string& text, group const& own)
{
  auto const expiry = [](auto const* each) { return each->expires_in->count(); };
  auto const [first, last] = std::ranges::minmax(own.members, {}, expiry);
  if (own.members.size() == 1)
    append(text, "  expires in {}\n", time(std::max(expiry(first), 0.0)));
  else
    append(text, "  the first expires in {}, the last in {}\n", time(std::max(expiry(first), 0.0)),
           time(std::max(expiry(last), 0.0)));
}

void append_place(std::string& text, group const& own)
{
  auto const& first = own.first();
  auto const each = own.members.size() == 1 ? "lies in" : "each lies in";
  if (first.place.task != 0)
    append(text, "  {} a coroutine of {}, {}\n", each,
           own.members.size() == 1 ? fmt::format("task {}", first.place.task) : "a task",
           first.block && !first.block->what.empty() ? first.block->what : first.place.name);
  else if (first.block)
  {
    append(text, "  {} a block of {} bytes", each, first.block->bytes);
    if (!first.block->what.empty()) append(text, ", {}", first.block->what);
    text += '\n';
  }
  else if (!first.place.text.empty())
    append(text, "  {} {}\n", each, first.place.text);
  if (auto const& line = own.allocated_by; line.line != 0 && first.place.task == 0)
    append(text, "  allocated by {}\n\t{}:{}\n", line.function, line.file, line.line);
}

void append_referrers(std::string& text, group const& own)
{
  auto const& first = own.first();
  if (first.kind != "channel" && first.kind != "timer") return;
  if (own.members.size() != 1)
  {
    if (own.with_others != 0)
      append(text, "  coroutines of other tasks refer to {} of them\n", own.with_others);
    return;
  }
  if (!first.referrers.empty())
    append(text, "  coroutines of other tasks refer to it: {}\n", some_of(first.referrers));
  if (first.other_handlers != 0)
    append(text, "  {} that {} no task's also wait{}\n", plural(first.other_handlers, "handler"),
           first.other_handlers == 1 ? "is" : "are", first.other_handlers == 1 ? "s" : "");
}

void append_group(std::string& text, group const& own, symbols::place_book& places)
{
  auto const& longest = *own.waiters.front();
  append(text, "\n{}, {}{}\n", heading(own), own.waiters.size() == 1 ? "for " : "for up to ",
         time(seconds(longest.wait.waiting_for)));
  if (own.stuck != 0)
    append(text, "  nothing can wake {}\n",
           own.waiters.size() == 1 ? "it" : fmt::format("{} of them", own.stuck));
  append(text, "  {}", to_utf8(longest.name));
  if (longest.wait.at)
  {
    auto const& line = places.at(longest.wait.at).lines.front();
    append(text, " waits in {}\n\t{}:{}", line.function, line.file, line.line);
  }
  else if (*longest.wait.operation)
    append(text, ": {}", longest.wait.operation);
  text += '\n';
  if (own.first().expires_in) append_expiry(text, own);
  if (own.first().kind == "descriptor")
    for (std::size_t i = 0; i != std::min(own.members.size(), std::size_t(3)); ++i)
      append(text, "  {} -> {}\n", own.members[i]->descriptor, target_of(*own.members[i]));
  append_place(text, own);
  append_referrers(text, own);
  std::vector<task_id> ids;
  for (auto const* const each : own.waiters)
    ids.push_back(each->id);
  append(text, "  {} {}\n", ids.size() == 1 ? "task" : "tasks", some_of(ids));
}

void append_cycle(std::string& text, std::vector<model::wait_edge> const& cycle,
                  model::resource_report const& report, symbols::place_book& places)
{
  append(text, "\n{} tasks wait for each other, and nothing can wake them\n", cycle.size());
  for (auto const& each : cycle)
  {
    auto const& object = report.resources[each.object];
    auto const& waiter = *std::ranges::find(object.waiters, each.waiter, &model::waiting_task::id);
    append(text, "  task {}, {}, waits for {}", each.waiter, to_utf8(waiter.name), title(object));
    if (object.kind != "task") append(text, "; task {} refers to it", each.other);
    text += '\n';
    if (!waiter.wait.at) continue;
    auto const& line = places.at(waiter.wait.at).lines.front();
    append(text, "\t{}:{}\n", line.file, line.line);
  }
}

json::value block_json(model::resource const& which)
{
  if (!which.block) return nullptr;
  json::object entry{{"bytes", which.block->bytes},
                     {"what", to_utf8(which.block->what)},
                     {"allocated_by", nullptr}};
  if (auto const& line = which.block->allocated_by; line.line != 0)
    entry["allocated_by"] = line_json(line);
  return entry;
}

json::object waiter_json(model::waiting_task const& task, symbols::place_book& places)
{
  json::object entry{{"task", task.id},
                     {"name", to_utf8(task.name)},
                     {"operation", task.wait.operation},
                     {"waiting_seconds", seconds(task.wait.waiting_for)},
                     {"at", nullptr},
                     {"stuck", task.is_stuck}};
  if (task.wait.at) entry["at"] = line_json(places.at(task.wait.at).lines.front());
  return entry;
}

json::object resource_json(model::resource const& which, symbols::place_book& places)
{
  json::array waiters;
  for (auto const& each : which.waiters)
    waiters.push_back(waiter_json(each, places));
  json::object entry{{"kind", which.kind},
                     {"way", nullptr},
                     {"capacity", nullptr},
                     {"expires_in_seconds", nullptr},
                     {"descriptor", nullptr},
                     {"target", to_utf8(which.target)},
                     {"task", nullptr},
                     {"block", block_json(which)},
                     {"place", nullptr},
                     {"waiters", std::move(waiters)},
                     {"other_handlers", which.other_handlers},
                     {"referrers", json::value_from(which.referrers)}};
  if (which.kind == "channel")
  {
    entry["way"] = which.way;
    entry["capacity"] = which.capacity;
  }
  if (which.expires_in) entry["expires_in_seconds"] = which.expires_in->count();
  if (which.descriptor >= 0) entry["descriptor"] = which.descriptor;
  if (which.task != 0) entry["task"] = which.task;
  if (!which.place.text.empty()) entry["place"] = path_end_json(which.place);
  return entry;
}

}  // namespace

std::string resources_as_text(model::resource_report const& report, symbols::place_book& places,
                              std::size_t limit)
{
  auto const names = places.reading();
  auto text = cost_of_mark(report.pause, report.time) + "\n";
  append(text, "{} for {}",
         report.waiters == 1 ? "1 task waits" : plural(report.waiters, "task") + " wait",
         plural(report.resources.size(), "resource"));
  if (report.no_proof.empty())
    append(text, "; nothing can wake {} of them\n", report.stuck);
  else
    append(text, "; it is not known which are stuck: {}\n", report.no_proof);
  std::vector<std::string> others;
  for (auto const& [operation, count] : report.elsewhere)
    others.push_back(fmt::format("{} {}", count, operation.empty() ? "not tracked" : operation));
  if (!others.empty())
    append(text, "waiting for something that was not found: {}\n", fmt::join(others, ", "));
  for (std::size_t i = 0; i != std::min(report.cycles.size(), limit); ++i)
    append_cycle(text, report.cycles[i], report, places);
  auto const groups = group_alike(report);
  for (std::size_t i = 0; i != std::min(groups.size(), limit); ++i)
    append_group(text, groups[i], places);
  auto const most = std::max(groups.size(), report.cycles.size());
  if (most > limit)
    append(text, "\n... {} more paragraphs; limit={} shows all\n",
           groups.size() - std::min(groups.size(), limit) + report.cycles.size() -
               std::min(report.cycles.size(), limit),
           most);
  return text;
}

std::string resources_as_json(model::resource_report const& report, symbols::place_book& places,
                              std::size_t limit)
{
  auto const names = places.reading();
  json::array resources;
  for (std::size_t i = 0; i != std::min(report.resources.size(), limit); ++i)
    resources.push_back(resource_json(report.resources[i], places));
  json::array cycles;
  for (auto const& cycle : report.cycles)
  {
    json::array steps;
    for (auto const& each : cycle)
      steps.push_back(
          {{"task", each.waiter}, {"resource", each.object}, {"next_task", each.other}});
    cycles.push_back(std::move(steps));
  }
  json::object elsewhere;
  for (auto const& [operation, count] : report.elsewhere)
    elsewhere[operation] = count;
  return json::serialize(json::object{
             {"total", report.resources.size()},
             {"shown", resources.size()},
             {"waiters", report.waiters},
             {"stuck", report.stuck},
             {"not_proven", report.no_proof.empty() ? json::value() : json::value(report.no_proof)},
             {"elsewhere", std::move(elsewhere)},
             {"cycles", std::move(cycles)},
             {"resources", std::move(resources)},
             {"pause_ms", std::chrono::duration<double, std::milli>(report.pause).count()},
             {"mark_ms", std::chrono::duration<double, std::milli>(report.time).count()}}) +
         "\n";
}

}  // namespace leaklab::encode
