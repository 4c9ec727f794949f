#include "encode/leaks.hpp"

#include "encode/append.hpp"
#include "encode/utf8.hpp"

#include <leaklab/function_name.hpp>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace leaklab::encode
{
namespace
{

namespace json = boost::json;

constexpr double mebibyte = 1 << 20;

std::string subject(model::leak const& leak)
{
  switch (leak.kind)
  {
    case model::leak_kind::tasks:
      return fmt::format("tasks: {:.0f} in \"{}\"", leak.value, leak.what);
    case model::leak_kind::gauge:
      return fmt::format("{}: {:.0f}", leak.what, leak.value);
    case model::leak_kind::fds:
      return fmt::format("open descriptors: {:.0f} of kind {}", leak.value, leak.what);
    case model::leak_kind::heap:
      break;
  }
  return fmt::format("heap: {:.1f} MiB in use", leak.value / mebibyte);
}

std::string slope(model::leak const& leak)
{
  auto const scale = leak.kind == model::leak_kind::heap ? mebibyte : 1;
  auto const& f = leak.found;
  return fmt::format("{:+.1f}{} a second ({:+.1f} to {:+.1f}) over {:.1f} s", f.slope / scale,
                     leak.kind == model::leak_kind::heap ? " MiB" : "", f.slowest / scale,
                     f.fastest / scale, f.seconds);
}

json::value place(source_site const& site)
{
  if (!site) return nullptr;
  return json::object{
      {"function", clean_function_name(site.function)}, {"file", site.file}, {"line", site.line}};
}

json::value place(std::optional<symbols::source_line> const& line)
{
  if (!line) return nullptr;
  return json::object{{"function", line->function}, {"file", line->file}, {"line", line->line}};
}

// What is known of the place, and where to look closer.
void append_details(std::string& text, model::leak const& leak)
{
  for (auto const& [word, site] :
       {std::pair("waits in", leak.waits_at), std::pair("spawned by", leak.spawned_at)})
    if (site)
      append(text, "  {} {}\n\t{}:{}\n", word, clean_function_name(site.function), site.file,
             site.line);
  if (leak.example)
    append(text, "  oldest {:.1f} s, task {}\n", std::chrono::duration<double>(leak.oldest).count(),
           leak.example);
  if (auto const& line = leak.allocated_at)
    append(text, "  allocated by {}\n\t{}:{}\n", line->function, line->file, line->line);
  if (leak.kind == model::leak_kind::heap)
    text += "  more: go tool pprof -top -seconds 5 URL/debug/pprof/heap\n";
  if (leak.kind == model::leak_kind::fds)
    append(text, "  for example {}\n  more: ls -l /proc/PID/fd\n",
           to_utf8(leak.example_descriptor));
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

  for (auto const& leak : report.leaks)
  {
    append(text, "\n{}, {}\n", subject(leak), slope(leak));
    append_details(text, leak);
  }
  if (!watches_heap) append(text, "\nheap: not watched: {}\n", report.heap_not_watched);

  append(
      text,
      "\nWatched for {:.1f} s: {} series of tasks by place, {}descriptors by kind, gauges.\n"
      "A leak is a floor that rises in each fifth of the time watched. Not seen: what grows by less than 5 (heap:\n"
      "1 MiB) in the longest window, and a leak that a falling load hides. A load that only rises looks like a leak.\n",
      report.watched_seconds, report.series, watches_heap ? "heap in use, " : "");
  return text;
}

std::string leaks_as_json(model::leak_report const& report)
{
  json::array leaks;
  for (auto const& leak : report.leaks)
  {
    json::object entry{{"kind", to_string(leak.kind)},
                       {"what", leak.what},
                       {"value", leak.value},
                       {"per_second", leak.found.slope},
                       {"per_second_range", {leak.found.slowest, leak.found.fastest}},
                       {"seconds", leak.found.seconds},
                       {"waits_at", place(leak.waits_at)},
                       {"spawned_at", place(leak.spawned_at)},
                       {"oldest_seconds", nullptr},
                       {"example_task", nullptr},
                       {"allocated_at", place(leak.allocated_at)},
                       {"example_descriptor", nullptr}};
    if (!leak.example_descriptor.empty())
      entry["example_descriptor"] = to_utf8(leak.example_descriptor);
    if (leak.example)
    {
      entry["oldest_seconds"] = std::chrono::duration<double>(leak.oldest).count();
      entry["example_task"] = leak.example;
    }
    leaks.push_back(std::move(entry));
  }
  json::object not_watched;
  if (!report.heap_not_watched.empty()) not_watched["heap"] = report.heap_not_watched;
  return json::serialize(json::object{{"verdict", to_string(report.verdict)},
                                      {"watched_seconds", report.watched_seconds},
                                      {"seconds_needed", report.seconds_needed},
                                      {"leaks", std::move(leaks)},
                                      {"not_watched", std::move(not_watched)}}) +
         "\n";
}

}  // namespace leaklab::encode
