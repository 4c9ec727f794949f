#include "http/routes.hpp"

#include "encode/leaks.hpp"
#include "encode/metrics.hpp"
#include "encode/pprof.hpp"
#include "encode/profile_text.hpp"
#include "encode/statistics.hpp"
#include "encode/task_list.hpp"
#include "http/answers.hpp"
#include "http/index_page.hpp"
#include "http/trace_route.hpp"
#include "model/statistics.hpp"
#include "model/task_profile.hpp"
#include "parse/quantity.hpp"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <variant>

namespace leaklab::http
{
namespace
{

response redirect(int status, std::string to)
{
  response answer;
  answer.status = status;
  answer.headers.emplace_back("Location", std::move(to));
  return answer;
}

// The task profile is of one moment: there is no difference over a time to be had.
std::optional<response> refuse_seconds(request const& ask)
{
  if (auto refused = refuse_bad_seconds(ask)) return refused;
  if (ask.parameter("seconds").empty()) return std::nullopt;
  return response::error(400, "\"seconds\" parameter is not supported for this profile type");
}

std::variant<encode::task_filter, response> parse_filter(request const& ask)
{
  encode::task_filter filter;
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

}  // namespace

response routes::operator()(request const& ask)
{
  static std::unordered_map<std::string_view, route> const known{
      {"/debug/pprof/", &routes::index},
      {"/debug/pprof/task", &routes::tasks},
      {"/debug/pprof/goroutine", &routes::tasks},
      {"/debug/pprof/trace", &routes::trace},
      {"/debug/pprof/cmdline", &routes::cmdline},
      {"/debug/pprof/symbol", &routes::symbol},
      {"/pprof/cmdline", &routes::cmdline},
      {"/pprof/symbol", &routes::symbol},
      {"/debug/tasks", &routes::task_list},
      {"/debug/leaks", &routes::leaks},
      {"/debug/vars", &routes::vars},
      {"/metrics", &routes::metrics},
      {"/healthz", &routes::healthz}};

  if (ask.path == "/") return redirect(302, "/debug/pprof/");
  if (ask.path == "/debug/pprof") return redirect(301, "/debug/pprof/");
  if (auto answer = profilers_(ask)) return *std::move(answer);
  auto const found = known.find(ask.path);
  if (found == known.end())
    return response::error(
        404, ask.path.starts_with(pprof_prefix) ? "Unknown profile" : "404 page not found");
  if (ask.method == verb::post && found->second != &routes::symbol) return not_allowed("GET, HEAD");
  symbols::symboliser::reading const names(symbols_);
  return (this->*found->second)(ask);
}

response routes::index(request const&)
{
  auto const live = count_tasks().live;
  return typed("text/html; charset=utf-8",
               index_page(live, heap_sampling_period() ? read_heap_samples().size() : 0,
                          read_heap_growth().size()));
}

response routes::tasks(request const& ask)
{
  if (auto const refused = refuse_seconds(ask)) return *refused;
  auto const debug = debug_level(ask);
  if (debug >= 2)
  {
    auto const filter = parse_filter(ask);
    if (auto const* const refused = std::get_if<response>(&filter)) return *refused;
    return typed("text/plain; charset=utf-8",
                 encode::tasks_as_text(std::get<encode::task_filter>(filter), places_));
  }
  auto profile = model::make_task_profile(places_);
  if (ask.path.ends_with("/goroutine")) profile = model::as_goroutine_profile(std::move(profile));
  if (debug != 0) return typed("text/plain; charset=utf-8", encode::encode_count_text(profile));
  profile.mappings = symbols_.mappings();
  return attachment(profile.name, encode::encode_pprof(profile));
}

response routes::trace(request const& ask)
{
  return trace_tasks(ask, places_);
}

response routes::cmdline(request const&)
{
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string arguments(std::istreambuf_iterator<char>(file), {});
  if (!arguments.empty() && arguments.back() == '\0') arguments.pop_back();
  if (hide_arguments_) arguments.resize(std::min(arguments.find('\0'), arguments.size()));
  return typed("text/plain; charset=utf-8", std::move(arguments));
}

// The function that lies there.
std::string routes::symbol_name(std::uint64_t address)
{
  if (auto const* const place = places_.find(address)) return place->lines.front().function;
  return symbols_.lines(address).back().function;
}

// And those inlined there behind it, the innermost last, as google-pprof reads them.
std::string routes::symbol_names(std::uint64_t address)
{
  if (places_.find(address)) return symbol_name(address);
  std::string names;
  for (auto const& line : symbols_.lines(address))
    names.insert(0, names.empty() ? line.function : line.function + "--");
  return names;
}

// The protocol of gperftools, docs/pprof_remote_servers.html: "0xA+0xB" in, a line "0xA\tname" out
// for each that is known.
response routes::symbol(request const& ask)
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
    auto const name = is_legacy ? symbol_names(address) : symbol_name(address);
    if (!name.starts_with("0x")) text += fmt::format("{:#x} {}\n", address, name);
  }
  return typed("text/plain; charset=utf-8", std::move(text));
}

response routes::task_list(request const& ask)
{
  auto const filter = parse_filter(ask);
  if (auto const* const refused = std::get_if<response>(&filter)) return *refused;
  return typed("application/json",
               encode::tasks_as_json(std::get<encode::task_filter>(filter), places_));
}

response routes::leaks(request const& ask)
{
  auto const format = ask.parameter("format");
  if (format == "json")
    return typed("application/json", encode::leaks_as_json(watch_.report(symbols_)));
  if (format.empty() || format == "text")
    return plain(encode::leaks_as_text(watch_.report(symbols_)));
  return response::error(400, "invalid value for \"format\" - must be text or json");
}

response routes::vars(request const&)
{
  return typed("application/json", encode::statistics_as_json(model::collect_statistics()));
}

response routes::metrics(request const&)
{
  return typed(encode::metrics_text::content_type,
               encode::statistics_as_metrics(model::collect_statistics()));
}

response routes::healthz(request const&)
{
  return typed("text/plain; charset=utf-8", "ok\n");
}

}  // namespace leaklab::http
