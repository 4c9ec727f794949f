#include "http/task_routes.hpp"

#include "encode/pprof.hpp"
#include "encode/profile_text.hpp"
#include "encode/task_list.hpp"
#include "encode/trace_events.hpp"
#include "http/answers.hpp"
#include "model/task_list.hpp"
#include "model/task_profile.hpp"
#include "model/task_timeline.hpp"
#include "task/task_trace.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <variant>

namespace leaklab::http
{
namespace
{

std::variant<model::task_filter, response> parse_filter(request const& ask)
{
  model::task_filter filter;
  if (auto const state = ask.parameter("state"); !state.empty())
  {
    for (auto const known : {task_state::running, task_state::ready, task_state::waiting})
      if (to_string(known) == state) filter.state = known;
    if (!filter.state)
      return response::error(400,
                             "invalid value for \"state\" - must be running, ready or waiting");
  }
  if (auto const wait = ask.parameter("min_wait"); !wait.empty())
  {
    auto const duration = parse_duration(wait);
    if (!duration)
      return response::error(
          400, "invalid value for \"min_wait\" - must be a duration such as 500ms, 10s or 2m");
    filter.min_wait = *duration;
  }
  if (auto const limit = ask.parameter("limit"); !limit.empty())
  {
    auto const count = parse_number<std::size_t>(limit);
    if (!count) return response::error(400, "invalid value for \"limit\" - must be a whole number");
    filter.limit = *count;
  }
  return filter;
}

// The function that the address lies in.
std::string symbol_name(std::uint64_t address, sources& from)
{
  if (auto const* const place = from.places.find(address)) return place->lines.front().function;
  return from.symbols.lines(address).back().function;
}

// The same, and behind it those that are inlined there, innermost last, as google-pprof reads them.
std::string symbol_names(std::uint64_t address, sources& from)
{
  if (from.places.find(address)) return symbol_name(address, from);
  std::string names;
  for (auto const& line : from.symbols.lines(address))
    names.insert(0, names.empty() ? line.function : line.function + "--");
  return names;
}

constexpr double longest_trace = 300;  // seconds

response trace_file(std::string body)
{
  auto answer = typed("application/json", std::move(body));
  answer.headers.emplace_back("Content-Disposition", "attachment; filename=\"trace.json\"");
  return answer;
}

}  // namespace

response tasks(request const& ask, sources& from)
{
  if (auto const refused = refuse_seconds(ask)) return *refused;
  auto const debug = debug_level(ask);
  if (debug >= 2)
  {
    auto const filter = parse_filter(ask);
    if (auto const* const refused = std::get_if<response>(&filter)) return *refused;
    return plain(encode::tasks_as_text(model::list_tasks(std::get<model::task_filter>(filter)),
                                       from.places));
  }
  auto profile = model::make_task_profile(from.places);
  if (ask.path.ends_with("/goroutine")) profile = model::as_goroutine_profile(std::move(profile));
  if (debug != 0) return plain(encode::encode_count_text(profile));
  profile.mappings = from.symbols.mappings();
  return attachment(profile.name, encode::encode_pprof(profile));
}

response task_list(request const& ask, sources& from)
{
  auto const filter = parse_filter(ask);
  if (auto const* const refused = std::get_if<response>(&filter)) return *refused;
  return typed(
      "application/json",
      encode::tasks_as_json(model::list_tasks(std::get<model::task_filter>(filter)), from.places));
}

response symbol(request const& ask, sources& from)
{
  bool const is_legacy = ask.path == "/pprof/symbol";
  std::string_view addresses = ask.method == verb::post ? ask.body : ask.query;
  std::string text = "num_symbols: 1\n";
  while (!addresses.empty())
  {
    auto word = addresses.substr(0, addresses.find('+'));
    addresses.remove_prefix(std::min(addresses.size(), word.size() + 1));
    if (!word.starts_with("0x")) continue;
    std::uint64_t address = 0;
    auto const [end, error] =
        std::from_chars(word.data() + 2, word.data() + word.size(), address, 16);
    if (error != std::errc{} || address == 0) continue;
    auto const name = is_legacy ? symbol_names(address, from) : symbol_name(address, from);
    if (!name.starts_with("0x")) text += fmt::format("{:#x} {}\n", address, name);
  }
  return plain(std::move(text));
}

response trace(request const& ask, sources& from)
{
  auto seconds = parse_number<double>(ask.parameter("seconds")).value_or(1);
  if (!(seconds > 0)) seconds = 1;
  if (seconds > longest_trace)
    return response::error(
        400, fmt::format("invalid value for \"seconds\" - must be at most {}", longest_trace));
  if (ask.method == verb::head) return trace_file("");
  try
  {
    auto const recording = std::make_shared<task_trace>();
    std::chrono::duration<double> const duration(seconds);
    return response::later(std::chrono::ceil<std::chrono::milliseconds>(duration),
                           [recording, &places = from.places]
                           {
                             auto const names = places.reading();
                             auto const timeline = model::make_task_timeline(recording->stop());
                             return trace_file(encode::encode_trace_events(timeline, places));
                           });
  }
  catch (trace_busy const& busy)
  {
    return response::error(500, fmt::format("Could not enable tracing: {}", busy.what()));
  }
}

}  // namespace leaklab::http
