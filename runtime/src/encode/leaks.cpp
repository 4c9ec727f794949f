#include "encode/leaks.hpp"

#include "encode/append.hpp"
#include "encode/line_json.hpp"
#include "encode/utf8.hpp"
#include "encode/words.hpp"

#include <leaklab/function_name.hpp>

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace leaklab::encode
{
namespace
{

namespace json = boost::json;

constexpr double much_longer = 1.5;  // times

json::value place(source_site const& site)
{
  if (!site) return nullptr;
  return json::object{
      {"function", clean_function_name(site.function)}, {"file", site.file}, {"line", site.line}};
}

json::value places(model::finding const& f)
{
  json::array all;
  for (auto const& place : f.places)
  {
    auto entry = line_json(place.line);
    entry["amount"] = place.amount;
    entry["share"] = place.share;
    all.push_back(std::move(entry));
  }
  return all;
}

// What is known of the place, and where to look closer.
void append_details(std::string& text, model::finding const& f)
{
  for (auto const& [word, site] :
       {std::pair("waits in", f.waits_at), std::pair("spawned by", f.spawned_at)})
    if (site)
      append(text, "  {} {}\n\t{}:{}\n", word, clean_function_name(site.function), site.file,
             site.line);
  if (f.found.verdict <= verdict::growing && f.found.since > much_longer * f.found.seconds)
    append(text, "  began to rise {} ago\n", time(f.found.since));
  if (f.example)
    append(text, "  oldest {}, task {}\n", time(std::chrono::duration<double>(f.oldest).count()),
           f.example);
  auto const* const verb = f.kind == model::figure_kind::heap ? "allocated" : "opened";
  for (auto const& [line, grown, share] : f.places)
    append(text, "  {}{} by {}\n\t{}:{}\n",
           f.places.size() > 1 ? fmt::format("{:.0f} % ", share * 100) : "", verb, line.function,
           line.file, line.line);
  if (!f.places_unknown.empty()) append(text, "  {} by: not known, {}\n", verb, f.places_unknown);
  if (f.kind == model::figure_kind::heap)
    text += "  more: go tool pprof -top -seconds 5 URL/debug/pprof/heap\n";
  if (!f.example_descriptor.empty())
    append(text, "  for example {}\n", to_utf8(f.example_descriptor));
  if (f.kind == model::figure_kind::fds) text += "  more: ls -l /proc/PID/fd\n";
  if (!f.mark.empty())
    append(text, "  began {} after the mark \"{}\"\n", time(f.mark_before), to_utf8(f.mark));
}

}  // namespace

std::string leaks_as_text(model::leak_report const& report)
{
  bool const watches_heap = report.heap_not_watched.empty();
  std::string text;
  if (report.verdict == verdict::unknown)
    append(text, "not known yet: ask again in {:.1f} s\n", report.seconds_needed);
  else
    append(text, "{}{}\n", to_string(report.verdict),
           report.verdict == verdict::steady && !watches_heap ? ", as far as it is watched" : "");

  for (auto const& f : report.findings)
  {
    append(text, "\n{}: {}, {}\n", subject(f), to_string(f.found.verdict),
           course(f, report.patience_seconds));
    if (!f.found.reason.empty()) append(text, "  {}\n", f.found.reason);
    append_details(text, f);
  }
  if (!watches_heap) append(text, "\nheap: not watched: {}\n", report.heap_not_watched);

  append(
      text,
      "\nWatched for {}: {} series of tasks by place, {}descriptors by kind, gauges. Growing: a floor that\n"
      "rises in each fifth of a span; leaking: of {} or more; held: it has stopped and has not come back. Not\n"
      "seen: what grows by less than 5 (heap: 1 MiB), and a leak that a falling load hides.\n",
      time(report.watched_seconds), report.series, watches_heap ? "heap in use, " : "",
      time(report.patience_seconds));
  return text;
}

std::string leaks_as_json(model::leak_report const& report)
{
  json::array findings;
  for (auto const& f : report.findings)
  {
    auto const& j = f.found;
    json::object entry{{"verdict", to_string(j.verdict)},
                       {"kind", to_string(f.kind)},
                       {"what", f.what},
                       {"value", f.value},
                       {"share", f.share},
                       {"per_second", j.slope},
                       {"per_second_range", {j.slowest, j.fastest}},
                       {"seconds", j.seconds},
                       {"rise", j.rise},
                       {"since_seconds", j.since},
                       {"until_seconds", j.until},
                       {"bound", nullptr},
                       {"full_in_seconds", nullptr},
                       {"note", j.reason},
                       {"waits_at", place(f.waits_at)},
                       {"spawned_at", place(f.spawned_at)},
                       {"oldest_seconds", nullptr},
                       {"example_task", nullptr},
                       {"places", places(f)},
                       {"example_descriptor", nullptr},
                       {"mark", nullptr}};
    if (std::isfinite(j.bound)) entry["bound"] = j.bound;
    if (j.verdict == verdict::bounded) entry["full_in_seconds"] = j.full_in;
    if (!f.example_descriptor.empty()) entry["example_descriptor"] = to_utf8(f.example_descriptor);
    if (f.example)
    {
      entry["oldest_seconds"] = std::chrono::duration<double>(f.oldest).count();
      entry["example_task"] = f.example;
    }
    if (!f.mark.empty())
      entry["mark"] = json::object{{"text", to_utf8(f.mark)}, {"seconds_before", f.mark_before}};
    findings.push_back(std::move(entry));
  }
  json::object figures;
  for (auto const& [figure, found] : report.figures)
    figures[to_utf8(figure)] = to_string(found.verdict);
  json::object not_watched;
  if (!report.heap_not_watched.empty()) not_watched["heap"] = report.heap_not_watched;
  return json::serialize(json::object{{"verdict", to_string(report.verdict)},
                                      {"watched_seconds", report.watched_seconds},
                                      {"seconds_needed", report.seconds_needed},
                                      {"patience_seconds", report.patience_seconds},
                                      {"findings", std::move(findings)},
                                      {"figures", std::move(figures)},
                                      {"not_watched", std::move(not_watched)}}) +
         "\n";
}

}  // namespace leaklab::encode
