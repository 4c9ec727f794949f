#include "symbols/function_name.hpp"
#include "symbols/place_book.hpp"
#include "symbols/task_blocks.hpp"

#include <leaklab/testing.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <exception>
#include <span>
#include <stdexcept>
#include <thread>

namespace leaklab::testing
{
namespace
{

using namespace std::chrono_literals;

constexpr std::size_t most_shown = 20;

void demand_reasons(leak_options const& options)
{
  for (auto const& entry : options.allowed)
    if (entry.reason.empty())
      throw std::invalid_argument(
          fmt::format("the tasks \"{}\" are allowed without a reason", entry.name_or_function));
}

using clock = std::chrono::steady_clock;

constexpr clock::duration longest_pause = 100ms;

/// Runs what is ready. A context of tasks that always are is left at `when`.
void poll(boost::asio::io_context& context, clock::time_point when)
{
  if (context.stopped()) context.restart();
  while (context.poll_one() != 0 && clock::now() < when)
    ;
}

/// Runs the context until `when`, or until it has nothing to do. How many handlers it ran.
std::size_t run_until(boost::asio::io_context& context, clock::time_point when)
{
  if (context.stopped()) context.restart();
  return context.run_until(when);
}

std::vector<task_info> look(task_id since)
{
  std::vector<task_info> found;
  for_each_task(
      [&](task_info const& task)
      {
        if (task.id > since) found.push_back(task);
      });
  return found;
}

bool is_allowed(task_info const& task, std::vector<allowed_tasks> const& allowed,
                symbols::place_book& places)
{
  auto const name = [](symbols::location const* place) -> std::string_view
  { return place->lines.front().function; };
  auto const in = places.chain(task);
  auto const spawned_by = name(&places.at(task.spawned_at));
  return std::ranges::any_of(allowed,
                             [&](allowed_tasks const& entry)
                             {
                               auto const& wanted = entry.name_or_function;
                               return wanted == task.name || wanted == spawned_by ||
                                      std::ranges::any_of(
                                          in, [&](auto const* const place)
                                          { return symbols::names_function(wanted, name(place)); });
                             });
}

// A line, of tasks in the order of their ids.
std::string proof(std::vector<task_info> const& left, leak_options const& options)
try
{
  auto stuck = options.prove();
  std::erase_if(
      stuck, [&](task_id id) { return !std::ranges::binary_search(left, id, {}, &task_info::id); });
  if (stuck.empty()) return "none is proven stuck: what they wait for can still be reached\n";
  auto const shown = std::span(stuck).first(std::min(stuck.size(), most_shown));
  auto const more = stuck.size() - shown.size();
  return fmt::format("nothing can wake {} of them: {}{}\n", stuck.size(), fmt::join(shown, ", "),
                     more ? fmt::format(" and {} more", more) : "");
}
catch (std::exception const& problem)
{
  return fmt::format("it is not known which of them are stuck: {}\n", problem.what());
}

}  // namespace

task_id last_task()
{
  return count_tasks().spawned;
}

std::string find_tasks_left(task_id since, leak_options const& options)
{
  demand_reasons(options);
  auto* const context = options.context;
  auto const begin = clock::now();
  auto const end = begin + options.patience;
  if (context) poll(*context, begin + longest_pause);
  if (look(since).empty()) return {};  // the common case needs no names
  symbols::symboliser symbols;
  symbols::place_book places(symbols);
  auto const names = places.reading();
  auto const look_again = [&]
  {
    auto found = look(since);
    if (!options.allowed.empty())
      std::erase_if(
          found, [&](task_info const& task) { return is_allowed(task, options.allowed, places); });
    return found;
  };
  auto left = look_again();
  for (clock::duration pause = 100us; !left.empty() && clock::now() < end;
       pause = std::min(2 * pause, longest_pause))
  {
    auto const until = std::min(clock::now() + pause, end);
    // Nothing to run: only another thread can end what is left.
    if (!context || run_until(*context, until) == 0) std::this_thread::sleep_until(until);
    left = look_again();
  }
  if (left.empty()) return {};

  auto const total = left.size();
  std::ranges::sort(left, {}, &task_info::id);
  auto const proven = options.prove ? proof(left, options) : std::string();
  left.resize(std::min(total, most_shown));
  auto report =
      fmt::format("{} {} left behind after {} ms:\n\n{}", total, total == 1 ? "task" : "tasks",
                  options.patience.count(), symbols::task_blocks(left, places));
  if (total > most_shown) report += fmt::format("... and {} more\n", total - most_shown);
  return report + proven;
}

task_leak_guard::task_leak_guard(failure fail, leak_options options,
                                 std::source_location const& where)
    : fail_(std::move(fail)), options_(std::move(options)), where_(where), since_(last_task())
{
  demand_reasons(options_);
}

task_leak_guard::~task_leak_guard()
{
  if (auto const report = find_tasks_left(since_, options_); !report.empty()) fail_(report, where_);
}

}  // namespace leaklab::testing
