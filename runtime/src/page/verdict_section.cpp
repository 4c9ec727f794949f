#include "encode/append.hpp"
#include "encode/words.hpp"
#include "page/html.hpp"
#include "page/sections.hpp"

#include <leaklab/function_name.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace leaklab::page
{
namespace
{

using encode::append;

constexpr std::size_t most_findings = 4;
constexpr std::size_t most_bytes = 5 * 1024;  // and one more finding
constexpr std::size_t most_lines = 3;         // of a finding

// What the worst finding is about, to begin a sentence with.
std::string figure_of(model::finding const& f)
{
  switch (f.kind)
  {
    case model::figure_kind::tasks:
      return "The number of tasks";
    case model::figure_kind::fds:
      return "The number of open descriptors";
    case model::figure_kind::heap:
      return "The heap";
    case model::figure_kind::gauge:
      break;
  }
  return "The program’s gauge “<bdi>" + html(f.what, 80) + "</bdi>”";
}

std::string sentence(model::leak_report const& report)
{
  auto const it = report.findings.empty() ? "A figure" : figure_of(report.findings.front());
  switch (report.verdict)
  {
    case verdict::leaking:
      return fmt::format("{} has risen for {} or longer, and goes on.", it,
                         encode::time(report.patience_seconds));
    case verdict::growing:
      return fmt::format("{} rises. After {} of that it will be called a leak.", it,
                         encode::time(report.patience_seconds));
    case verdict::held:
      return it + " rose, has stopped, and has not come back.";
    case verdict::bounded:
      return it + " rises, and is below the bound that was declared for it.";
    case verdict::steady:
      return fmt::format(
          "Nothing rises: not the tasks, {}the descriptors or the program’s own gauges.",
          report.heap_not_watched.empty() ? "the heap, " : "");
    case verdict::unknown:
      break;
  }
  return fmt::format("The program has not been watched for long enough: {} more.",
                     encode::time(report.seconds_needed));
}

std::string row(std::string_view term, std::string const& what)
{
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", term, what);
}

std::string row(std::string_view term, source_site const& site)
{
  return site ? row(term, place(clean_function_name(site.function), site.file, site.line))
              : std::string();
}

std::string question(std::string_view path, std::string_view text)
{
  return fmt::format("<a href=\"{}\">{}</a> ", path, text);
}

// The end of "file:line" that a query can have as it is, which is enough for /debug/holders.
std::string plain_end(std::string_view file, std::int64_t line)
{
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  constexpr std::size_t enough = 80;
  auto const begin =
      std::max(file.find_last_not_of(plain) + 1, file.size() - std::min(file.size(), enough));
  return fmt::format("{}:{}", file.substr(begin), line);
}

// What looks at all memory, which nobody does unasked.
std::string questions(model::finding const& f)
{
  std::string text;
  if (f.kind == model::figure_kind::tasks)
    text = question("debug/pprof/stuck?debug=1", "Can anything still wake them?");
  if (f.kind == model::figure_kind::heap && !f.places.empty())
  {
    auto const& line = f.places.front().line;
    text = question("debug/holders?places=1&amp;at=" + plain_end(line.file, line.line),
                    "Who holds it?") +
           question("debug/pprof/lost?debug=1", "Does anything still refer to it?");
  }
  return text.empty() ? text : row("ask", text + "The answer stops the program for a moment.");
}

std::string details(model::finding const& f, bool has_graph)
{
  auto text = row("waits in", f.waits_at) + row("spawned by", f.spawned_at);
  if (f.example)
    text += row("oldest", fmt::format("{}, task {}",
                                      encode::time(std::chrono::duration<double>(f.oldest).count()),
                                      f.example));
  std::string_view const verb = f.kind == model::figure_kind::heap ? "allocated by" : "opened by";
  for (std::size_t i = 0; i != std::min(f.places.size(), most_lines); ++i)
  {
    auto const& [line, grown, share, lost] = f.places[i];
    text += row(f.places.size() > 1 ? fmt::format("{:.0f} % {}", share * 100, verb) : verb,
                place(line.function, line.file, line.line));
  }
  if (!f.places_unknown.empty()) text += row(verb, "not known: " + html(f.places_unknown));
  if (!f.example_descriptor.empty()) text += row("for example", html(f.example_descriptor));
  if (!f.mark.empty())
    text += row("began", fmt::format("{} after the mark “<bdi>{}</bdi>”",
                                     encode::time(f.mark_before), html(f.mark)));
  return has_graph ? text + questions(f) : text;
}

std::string item(model::finding const& f, double patience, bool has_graph)
{
  auto const text = details(f, has_graph);
  return fmt::format("<li><h3>{} <bdi>{}</bdi></h3>\n<p>{}{}</p>\n{}</li>\n", word(f.found.verdict),
                     html(encode::subject(f)), html(encode::course(f, patience)),
                     f.found.reason.empty() ? "" : "; " + html(f.found.reason),
                     text.empty() ? "" : "<dl>\n" + text + "</dl>\n");
}

}  // namespace

std::string verdict_section(live_view const& view)
{
  auto const& report = view.seen.report;
  std::string text;
  append(
      text,
      "<section class=\"verdict {}\" aria-labelledby=\"verdict\">\n<h2 id=\"verdict\">Verdict</h2>\n"
      "<p class=\"large\" role=\"status\">{}</p>\n<p>{}</p>\n",
      class_of(report.verdict), to_string(report.verdict), sentence(report));
  if (!report.heap_not_watched.empty())
    append(text, "<p>The heap is not watched: {}.</p>\n", html(report.heap_not_watched));
  std::size_t shown = 0;
  std::string findings;
  for (; shown != std::min(report.findings.size(), most_findings) && findings.size() < most_bytes;
       ++shown)
    findings += item(report.findings[shown], report.patience_seconds, view.all.heap.tcmalloc);
  if (shown > 0) append(text, "<ol class=\"findings\">\n{}</ol>\n", findings);
  append(text,
         "<p class=\"small\"><a href=\"debug/leaks\">{}</a> Watched for {}.</p>\n</section>\n",
         report.findings.size() > shown
             ? fmt::format("{} more, and all of it as text.", report.findings.size() - shown)
             : "As text, with the rules.",
         encode::time(report.watched_seconds));
  return text;
}

}  // namespace leaklab::page
