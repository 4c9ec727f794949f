#include "http/stuck_routes.hpp"

#include "encode/pprof.hpp"
#include "encode/profile_text.hpp"
#include "encode/task_list.hpp"
#include "encode/words.hpp"
#include "graph/stuck_tasks.hpp"
#include "http/answers.hpp"
#include "http/task_routes.hpp"
#include "http/two_marks.hpp"
#include "model/task_list.hpp"
#include "model/task_profile.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <variant>

namespace leaklab::http
{
namespace
{

std::string how_found(graph::stuck_tasks const& stuck)
{
  return fmt::format(
      "{} of {} waiting tasks are stuck: two marks of all memory agree, or one found none; {}; a "
      "reference that is not kept as an address is not seen",
      stuck.found.size(), stuck.waiting, encode::cost_of_mark(stuck.pause, stuck.time));
}

std::string name_of(request const& ask)
{
  return ask.path.substr(pprof_prefix.size());
}

constexpr auto not_known_stuck = "it is not known which tasks are stuck";

response answer_stuck(request const& ask, sources& from, model::task_filter filter,
                      graph::stuck_tasks const& stuck)
{
  if (!stuck.problem.empty())
    return response::error(503, fmt::format("{}: {}", not_known_stuck, stuck.problem));
  filter.among.emplace();
  for (auto const& each : stuck.found)
    filter.among->push_back(each.id);
  if (debug_level(ask) >= 2)
  {
    auto list = model::list_tasks(filter);
    auto const bytes = list.bytes();
    auto answer = piecewise(plain_text, encode::tasks_as_text(std::move(list), from.places), bytes);
    answer.body = how_found(stuck) + "\n\n";
    return answer;
  }
  auto const names = from.places.reading();
  auto made = model::make_task_profile(from.places, filter);
  if (ask.path.ends_with("/goroutineleak"))
    made = model::as_goroutine_profile(std::move(made), name_of(ask));
  else
    made.name = name_of(ask);
  made.mappings = from.symbols.mappings();
  made.comments.push_back(how_found(stuck));
  return debug_level(ask) != 0 ? plain(encode::encode_count_text(made))
                               : attachment(made.name, encode::encode_pprof(made));
}

}  // namespace

response stuck(request const& ask, sources& from)
{
  if (auto refused = refuse_without_tcmalloc(not_known_stuck)) return *refused;
  if (auto refused = refuse_seconds(ask)) return *refused;
  auto parsed = parse_filter(ask);
  if (auto const* const refused = std::get_if<response>(&parsed)) return *refused;
  if (ask.method == verb::head) return attachment(name_of(ask), "");
  auto filter = std::get<model::task_filter>(std::move(parsed));
  filter.state = task_state::waiting;
  return answer_after_two_marks(graph::look_for_stuck_tasks, from,
                                [ask, &from, filter](graph::stuck_tasks const& found)
                                { return answer_stuck(ask, from, filter, found); });
}

}  // namespace leaklab::http
