#include "symbols/place_book.hpp"
#include "symbols/task_blocks.hpp"

#include <leaklab/testing.hpp>

#include <fmt/format.h>

#include <algorithm>
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

std::vector<task_info> look(task_id since, boost::asio::io_context* context)
{
  if (context)
  {
    if (context->stopped()) context->restart();
    context->poll();
  }
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
  auto in = places.chain(task);
  in.push_back(&places.at(task.spawned_at));
  return std::any_of(allowed.begin(), allowed.end(),
                     [&](allowed_tasks const& entry)
                     {
                       auto const& wanted = entry.name_or_function;
                       return wanted == task.name ||
                              std::any_of(in.begin(), in.end(),
                                          [&](auto const* const place)
                                          { return place->lines.front().function == wanted; });
                     });
}

}  // namespace

task_id last_task()
{
  return count_tasks().spawned;
}

std::string find_tasks_left(task_id since, leak_options const& options)
{
  using clock = std::chrono::steady_clock;
  demand_reasons(options);
  auto const end = clock::now() + options.patience;
  if (look(since, options.context).empty()) return {};  // the common case needs no names
  symbols::symboliser symbols;
  symbols::place_book places(symbols);
  auto const names = places.reading();
  auto const look_again = [&]
  {
    auto found = look(since, options.context);
    if (!options.allowed.empty())
      std::erase_if(
          found, [&](task_info const& task) { return is_allowed(task, options.allowed, places); });
    return found;
  };
  auto left = look_again();
  for (clock::duration pause = 100us; !left.empty() && clock::now() < end;
       pause = std::min<clock::duration>(2 * pause, 100ms))
  {
    std::this_thread::sleep_for(std::min(pause, end - clock::now()));
    left = look_again();
  }
  if (left.empty()) return {};

  auto const total = left.size();
  std::sort(left.begin(), left.end(), [](auto const& a, auto const& b) { return a.id < b.id; });
  left.resize(std::min(total, most_shown));
  auto report =
      fmt::format("{} {} left behind after {} ms:\n\n{}", total, total == 1 ? "task" : "tasks",
                  options.patience.count(), symbols::task_blocks(left, places));
  if (total > most_shown) report += fmt::format("... and {} more\n", total - most_shown);
  return report;
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
