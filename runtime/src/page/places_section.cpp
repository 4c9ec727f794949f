#include "encode/append.hpp"
#include "encode/words.hpp"
#include "page/html.hpp"
#include "page/quantity.hpp"
#include "page/sections.hpp"

#include <leaklab/function_name.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace leaklab::page
{
namespace
{

using encode::append;

constexpr std::size_t most_rows = 5;

// A row's part of all, as a bar.
std::string bar(double share)
{
  return fmt::format(
      "<svg class=\"bar\" height=\"4\" aria-hidden=\"true\"><rect width=\"{:.1f}%\" "
      "height=\"4\"/></svg>",
      std::clamp(share, 0.0, 1.0) * 100);
}

std::string begun(std::string_view id, std::string_view title)
{
  return fmt::format("<section class=\"list\" aria-labelledby=\"{0}\">\n<h3 id=\"{0}\">{1}</h3>\n",
                     id, title);
}

std::string more(std::string_view path, std::string_view text)
{
  return fmt::format("<p class=\"small\"><a href=\"{}\">{}</a></p>\n</section>\n", path, text);
}

std::string waits(live_view const& view)
{
  auto const& sites = view.seen.waits;
  auto text = begun("waits", "Tasks, by where they wait");
  double all = 0;
  for (auto const& site : sites)
    all += site.tasks;
  text += sites.empty() ? "<p>There are no tasks.</p>\n" : "<ol>\n";
  for (std::size_t i = 0; i != std::min(sites.size(), most_rows); ++i)
  {
    auto const& site = sites[i];
    append(text, "<li><p><b>{}</b> {}", quantity(site.tasks, unit::count),
           html(site.operation, 60));
    if (site.oldest.count() > 0)
      append(text, ", oldest {}", encode::time(std::chrono::duration<double>(site.oldest).count()));
    append(text, "</p>{}", bar(site.tasks / all));
    if (site.waits_at)
      text += place(clean_function_name(site.waits_at.function), site.waits_at.file,
                    site.waits_at.line);
    if (site.spawned_at)
      append(text, "<p class=\"small\">spawned by {}</p>",
             place(clean_function_name(site.spawned_at.function), site.spawned_at.file,
                   site.spawned_at.line));
    text += "</li>\n";
  }
  if (!sites.empty()) text += "</ol>\n";
  return text + more("debug/pprof/task?debug=1",
                     sites.size() > most_rows ? fmt::format("{} more places, with their chains",
                                                            sites.size() - most_rows)
                                              : "With their chains of coroutines");
}

std::string lines(std::vector<model::grown_place> const& places, std::string const& unknown,
                  unit of)
{
  if (places.empty()) return fmt::format("<p>Not known: {}.</p>\n", html(unknown));
  std::string text = "<ol>\n";
  for (std::size_t i = 0; i != std::min(places.size(), most_rows); ++i)
  {
    auto const& [line, amount, share, lost] = places[i];
    append(text, "<li><p><b>{}</b> {:.0f} %</p>{}{}</li>\n", quantity(amount, of), share * 100,
           bar(share), place(line.function, line.file, line.line));
  }
  return text += "</ol>\n";
}

}  // namespace

std::string places_section(live_view const& view)
{
  auto const& seen = view.seen;
  return "<section aria-labelledby=\"where\">\n<h2 id=\"where\">Where it is now</h2>\n<div class=\"lists\">\n" +
         waits(view) + begun("heap", "Heap, by the line that allocated it") +
         lines(seen.heap, seen.heap_unknown, unit::bytes) +
         more("debug/pprof/heap?debug=1", "With whole stacks; estimated from samples") +
         begun("descriptors", "Descriptors, by the line that opened them") +
         lines(seen.openings, seen.openings_unknown, unit::count) +
         more("debug/pprof/fd?debug=1", "With whole stacks") + "</div>\n</section>\n";
}

}  // namespace leaklab::page
