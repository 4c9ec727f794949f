#include "http/task_routes.hpp"

#include "encode/append.hpp"
#include "encode/profile_text.hpp"
#include "encode/task_list.hpp"
#include "encode/trace_events.hpp"
#include "http/answers.hpp"
#include "http/profile_answer.hpp"
#include "model/task_list.hpp"
#include "model/task_profile.hpp"
#include "model/task_timeline.hpp"
#include "model/thread_profile.hpp"
#include "task/task_trace.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <memory>
#include <optional>

namespace leaklab::http
{
namespace
{

/// Names for the addresses of one request. They are not kept: whoever asks for all there are must
/// not fill the memory of the endpoint's own symboliser.
class named_addresses
{
 public:
  explicit named_addresses(symbols::place_book const& places) : places_(places) {}

  /// The function that the address lies in.
  std::string function(std::uint64_t address)
  {
    if (auto const* const place = places_.find(address)) return place->lines.front().function;
    return symbols_.lines(address).back().function;
  }

  /// The same, and behind it those that are inlined there, innermost last, as google-pprof reads
  /// them.
  std::string functions(std::uint64_t address)
  {
    if (places_.find(address)) return function(address);
    std::string names;
    for (auto const& line : symbols_.lines(address))
      names.insert(0, names.empty() ? line.function : line.function + "--");
    return names;
  }

 private:
  symbols::place_book const& places_;
  symbols::symboliser symbols_;
  symbols::symboliser::reading reading_{symbols_};
};

// Of one request for names; what is left over stays without one.
constexpr int most_addresses = 32 * 1024;
constexpr std::chrono::seconds longest_naming(2);

constexpr double longest_trace = 300;  // seconds

response trace_file(encode::pieces more, std::size_t kept_bytes)
{
  auto answer = piecewise("application/json", std::move(more), kept_bytes);
  answer.headers.emplace_back("Content-Disposition", "attachment; filename=\"trace.json\"");
  return answer;
}

}  // namespace

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

response tasks(request const& ask, sources& from)
{
  if (debug_level(ask) >= 2 && ask.parameter("seconds").empty())
  {
    auto const filter = parse_filter(ask);
    if (auto const* const refused = std::get_if<response>(&filter)) return *refused;
    auto list = model::list_tasks(std::get<model::task_filter>(filter));
    auto const bytes = list.bytes();
    return piecewise(plain_text, encode::tasks_as_text(std::move(list), from.places), bytes);
  }
  auto const build = [&from, as_goroutine = ask.path.ends_with("/goroutine")]
  {
    auto const names = from.places.reading();
    auto made = model::make_task_profile(from.places);
    if (as_goroutine) made = model::as_goroutine_profile(std::move(made));
    made.mappings = from.symbols.mappings();
    return made;
  };
  return answer_profile(ask, build, encode::encode_count_text);
}

response threads(request const& ask, sources& from)
{
  auto const build = [&from]
  {
    auto made = model::make_thread_profile();
    made.mappings = from.symbols.mappings();
    return made;
  };
  return answer_profile(ask, build, encode::encode_count_text);
}

response task_list(request const& ask, sources& from)
{
  auto const filter = parse_filter(ask);
  if (auto const* const refused = std::get_if<response>(&filter)) return *refused;
  auto list = model::list_tasks(std::get<model::task_filter>(filter));
  auto const bytes = list.bytes();
  return piecewise("application/json", encode::tasks_as_json(std::move(list), from.places), bytes);
}

response symbol(request const& ask, sources& from)
{
  bool const is_legacy = ask.path == "/pprof/symbol";
  std::string_view addresses = ask.method == verb::post ? ask.body : ask.query;
  std::string text = "num_symbols: 1\n";
  named_addresses names(from.places);
  auto const end_at = std::chrono::steady_clock::now() + longest_naming;
  for (int left = most_addresses;
       !addresses.empty() && left > 0 && std::chrono::steady_clock::now() < end_at; --left)
  {
    auto word = addresses.substr(0, addresses.find('+'));
    addresses.remove_prefix(std::min(addresses.size(), word.size() + 1));
    if (!word.starts_with("0x")) continue;
    std::uint64_t address = 0;
    auto const [end, error] =
        std::from_chars(word.data() + 2, word.data() + word.size(), address, 16);
    if (error != std::errc{} || address == 0) continue;
    auto const name = is_legacy ? names.functions(address) : names.function(address);
    if (!name.starts_with("0x")) encode::append(text, "{:#x} {}\n", address, name);
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
  if (ask.method == verb::head) return trace_file([] { return std::string(); }, 0);
  try
  {
    auto const recording = std::make_shared<task_trace>();
    std::chrono::duration<double> const duration(seconds);
    return response::later(std::chrono::ceil<std::chrono::milliseconds>(duration),
                           [recording, &places = from.places]
                           {
                             auto timeline = model::make_task_timeline(recording->stop());
                             auto const bytes = timeline.bytes();
                             return trace_file(
                                 encode::encode_trace_events(std::move(timeline), places), bytes);
                           });
  }
  catch (trace_busy const& busy)
  {
    return response::error(500, fmt::format("Could not enable tracing: {}", busy.what()));
  }
}

}  // namespace leaklab::http
