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
#include <span>
#include <utility>

namespace leaklab::encode
{
namespace
{

namespace json = boost::json;

constexpr double much_longer = 1.5;  // times
constexpr std::size_t most_elsewhere = 10;

std::string bytes(double count)
{
  return count < 1 << 20 ? fmt::format("{:.0f} KiB", count / (1 << 10))
                         : amount(model::figure_kind::heap, count);
}

json::value place(source_site const& site)
{
  if (!site) return nullptr;
  return json::object{
      {"function", clean_function_name(site.function)}, {"file", site.file}, {"line", site.line}};
}

json::value places(model::finding const& f, bool with_proof)
{
  json::array all;
  for (auto const& place : f.places)
  {
    auto entry = line_json(place.line);
    entry["amount"] = place.amount;
    entry["share"] = place.share;
    if (with_proof && f.kind == model::figure_kind::heap)
      entry["lost_bytes"] = std::llround(place.lost);
    all.push_back(std::move(entry));
  }
  return all;
}

// Of a finding or a wait_site.
template <class Tasks>
void append_sites(std::string& text, Tasks const& of)
{
  for (auto const& [word, site] :
       {std::pair("waits in", of.waits_at), std::pair("spawned by", of.spawned_at)})
    if (site)
      append(text, "  {} {}\n\t{}:{}\n", word, clean_function_name(site.function), site.file,
             site.line);
}

template <class Tasks>
void append_oldest(std::string& text, Tasks const& of)
{
  if (of.example) append(text, "  oldest {}, task {}\n", time(seconds(of.oldest)), of.example);
}

void append_proven(std::string& text, model::finding const& f)
{
  bool const is_heap = f.kind == model::figure_kind::heap;
  if (!f.proven) return;
  if (*f.proven == 0)
    append(text, "  none proven: {}\n",
           is_heap ? "as far as it is sampled, the program still refers to all of it"
                   : "what they wait for can still be reached");
  else if (!is_heap)
    append(text, "  proven: nothing can wake {:.0f} of them\n", *f.proven);
}

// What is known of the place, and where to look closer.
void append_details(std::string& text, model::finding const& f)
{
  append_sites(text, f);
  if (f.found.verdict <= verdict::growing && !has_stopped(f) &&
      f.found.since > much_longer * f.found.seconds)
    append(text, "  began to rise {} ago\n", time(f.found.since));
  append_oldest(text, f);
  auto const* const verb = f.kind == model::figure_kind::heap ? "allocated" : "opened";
  for (auto const& [line, grown, share, lost] : f.places)
  {
    append(text, "  {}{} by {}\n\t{}:{}\n",
           f.places.size() > 1 ? fmt::format("{:.0f} % ", share * 100) : "", verb, line.function,
           line.file, line.line);
    if (lost > 0) append(text, "  proven: nothing refers to {} of it\n", bytes(lost));
  }
  append_proven(text, f);
  if (!f.places_unknown.empty()) append(text, "  {} by: not known, {}\n", verb, f.places_unknown);
  if (f.kind == model::figure_kind::heap)
    text += "  more: go tool pprof -top -seconds 5 URL/debug/pprof/heap\n";
  if (!f.example_descriptor.empty())
    append(text, "  for example {}\n", to_utf8(f.example_descriptor));
  if (f.kind == model::figure_kind::fds) text += "  more: ls -l /proc/PID/fd\n";
  if (!f.mark.empty())
    append(text, "  began {} after the mark \"{}\"\n", time(f.mark_before), to_utf8(f.mark));
}

void append_elsewhere(std::string& text, std::vector<model::wait_site> const& sites)
{
  double tasks = 0;
  for (auto const& site : sites)
    tasks += site.tasks;
  if (tasks == 0) return;
  append(text, "\nstuck: {:.0f} tasks at places that are no finding\n", tasks);
  for (auto const& site : std::span(sites).first(std::min(sites.size(), most_elsewhere)))
  {
    append(text, "  {:.0f} in \"{}\"\n", site.tasks, site.operation);
    append_sites(text, site);
    append_oldest(text, site);
  }
  if (sites.size() > most_elsewhere)
    append(text, "  {} more places: curl 'URL/debug/pprof/stuck?debug=1'\n",
           sites.size() - most_elsewhere);
}

void append_proof(std::string& text, model::proof const& proof)
{
  append_elsewhere(text, proof.elsewhere);
  text += "\nProof:\n";
  if (!proof.tasks_unknown.empty())
    append(text, "  not known which tasks are stuck: {}\n", proof.tasks_unknown);
  else
    append(text, "  {} of {} waiting tasks are stuck{}\n", proof.stuck, proof.waiting,
           proof.stuck ? "; more: curl 'URL/debug/pprof/stuck?debug=1'" : "");
  if (!proof.heap_unknown.empty())
    append(text, "  not known what memory is lost: {}\n", proof.heap_unknown);
  else if (proof.lost > 0)
    append(text, "  {} of memory are lost; more: go tool pprof -top URL/debug/pprof/lost\n",
           bytes(proof.lost));
  else
    text += "  no memory of the program is lost, as far as it is sampled\n";
  if (proof.tasks_unknown.empty() || proof.heap_unknown.empty())
    append(text,
           "  two marks of all memory agree, or one found none; {};\n"
           "  a reference that is not kept as an address is not seen\n",
           cost_of_mark(proof.pause, proof.time));
}

// Of a finding: null where it is not known.
json::value proven(model::finding const& f)
{
  if (!f.proven) return nullptr;
  return json::object{
      {f.kind == model::figure_kind::heap ? "bytes" : "tasks", std::llround(*f.proven)}};
}

json::value or_null(std::string const& problem)
{
  return problem.empty() ? json::value() : json::value(problem);
}

json::object as_json(model::proof const& proof)
{
  json::array elsewhere;
  for (auto const& site :
       std::span(proof.elsewhere).first(std::min(proof.elsewhere.size(), most_elsewhere)))
    elsewhere.push_back(json::object{{"what", site.operation},
                                     {"tasks", std::llround(site.tasks)},
                                     {"waits_at", place(site.waits_at)},
                                     {"spawned_at", place(site.spawned_at)},
                                     {"oldest_seconds", seconds(site.oldest)},
                                     {"example_task", site.example}});
  return {{"tasks",
           {{"problem", or_null(proof.tasks_unknown)},
            {"stuck", proof.stuck},
            {"waiting", proof.waiting},
            {"elsewhere", std::move(elsewhere)}}},
          {"heap",
           {{"problem", or_null(proof.heap_unknown)}, {"lost_bytes", std::llround(proof.lost)}}},
          {"pause_seconds", seconds(proof.pause)},
          {"mark_seconds", seconds(proof.time)}};
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
  if (report.proof) append_proof(text, *report.proof);

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
                       {"places", places(f, report.proof.has_value())},
                       {"example_descriptor", nullptr},
                       {"mark", nullptr}};
    if (std::isfinite(j.bound)) entry["bound"] = j.bound;
    if (j.verdict == verdict::bounded) entry["full_in_seconds"] = j.full_in;
    if (!f.example_descriptor.empty()) entry["example_descriptor"] = to_utf8(f.example_descriptor);
    if (f.example)
    {
      entry["oldest_seconds"] = seconds(f.oldest);
      entry["example_task"] = f.example;
    }
    if (!f.mark.empty())
      entry["mark"] = json::object{{"text", to_utf8(f.mark)}, {"seconds_before", f.mark_before}};
    if (report.proof) entry["proven"] = proven(f);
    findings.push_back(std::move(entry));
  }
  json::object figures;
  for (auto const& [figure, found] : report.figures)
    figures[to_utf8(figure)] = to_string(found.verdict);
  json::object not_watched;
  if (!report.heap_not_watched.empty()) not_watched["heap"] = report.heap_not_watched;
  json::object all{
      {"verdict", to_string(report.verdict)},    {"watched_seconds", report.watched_seconds},
      {"seconds_needed", report.seconds_needed}, {"patience_seconds", report.patience_seconds},
      {"findings", std::move(findings)},         {"figures", std::move(figures)},
      {"not_watched", std::move(not_watched)}};
  if (report.proof) all["proof"] = as_json(*report.proof);
  return json::serialize(all) + "\n";
}

}  // namespace leaklab::encode
