#include "encode/append.hpp"
#include "encode/words.hpp"
#include "page/chart.hpp"
#include "page/html.hpp"
#include "page/quantity.hpp"
#include "page/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace leaklab::page
{
namespace
{

using encode::append;
using model::figure_kind;

constexpr std::size_t most_bytes_of_gauges = 10 * 1024;  // and one more chart
constexpr std::size_t most_marks = 8;
constexpr std::size_t longest_name = 60;

unit unit_of(figure_kind kind)
{
  return kind == figure_kind::heap ? unit::bytes : unit::count;
}

std::string figure(chart const& of, std::string const& values)
{
  std::string text;
  append(
      text,
      "<figure>\n<figcaption><h3>{}</h3>{}\n<div class=\"values\">\n{}</div></figcaption>\n{}<details><summary>{} as a "
      "table</summary>\n{}</details>\n</figure>\n",
      of.title, word(of.found.verdict), values, picture(of), of.title, table(of));
  return text;
}

std::string value(std::string_view name, std::string_view line, double now, unit of)
{
  return fmt::format("<p class=\"value\">{}<data value=\"{:.17g}\">{}</data>{}{}</p>\n", line, now,
                     quantity(now, of), name.empty() ? "" : " ", name);
}

class charts
{
 public:
  explicit charts(live_view const& view) : view_(view)
  {
    auto const& marks = view.seen.marks;
    first_mark_ = marks.size() - std::min(marks.size(), most_marks);
    for (auto i = first_mark_; i != marks.size(); ++i)
      marks_.push_back({static_cast<int>(i - first_mark_ + 1), marks[i].seconds});
  }

  std::string of_kind(figure_kind kind)
  {
    std::string text;
    std::size_t left_out = 0;
    for (auto const& course : view_.seen.courses)
      if (course.kind == kind && text.size() > most_bytes_of_gauges)
        ++left_out;
      else if (course.kind == kind)
        text += kind == figure_kind::heap ? of_memory(&course) : of_course(course);
    if (kind == figure_kind::heap && text.empty()) text = of_memory(nullptr);
    if (left_out > 0)
      append(text,
             "<p class=\"small\">{} more gauges: <a href=\"debug/vars\">all figures</a></p>\n",
             left_out);
    return text;
  }

  std::string list_of_marks() const
  {
    if (marks_.empty()) return {};
    std::string text = "<h3 class=\"small\">Marks</h3>\n<ol class=\"marks\">\n";
    for (auto i = first_mark_; i != view_.seen.marks.size(); ++i)
      append(text, "<li><bdi>{}</bdi>, {} ago</li>\n", html(view_.seen.marks[i].text),
             encode::time(-view_.seen.marks[i].seconds));
    return text += "</ol>\n";
  }

 private:
  chart begun(std::string title, unit of, judgement const& found)
  {
    return {.id = fmt::format("chart-{}", ++count_),
            .title = std::move(title),
            .unit = of,
            .seconds = view_.seen.seconds,
            .lines = {},
            .found = found,
            .marks = marks_};
  }

  static chart_line line(std::string name, std::vector<gauge_point> points, double now)
  {
    points.push_back({0, now});
    return {std::move(name), std::move(points)};
  }

  std::string of_course(model::figure_course const& course)
  {
    auto const title = course.kind == figure_kind::tasks ? "Tasks"
                       : course.kind == figure_kind::fds ? "Open descriptors"
                                                         : html(course.what, longest_name);
    auto made = begun(title, unit_of(course.kind), course.found);
    made.lines.push_back(line(title, course.points, course.value));
    auto const bound = std::isfinite(course.found.bound)
                           ? "of at most " + quantity(course.found.bound, made.unit)
                           : std::string();
    return figure(made, value(bound, "", course.value, made.unit));
  }

  // RSS beside what it is made of.
  std::string of_memory(model::figure_course const* heap)
  {
    auto made = begun("Memory", unit::bytes, heap ? heap->found : judgement());
    std::string values;
    if (heap)
    {
      made.lines.push_back(line("Heap in use", heap->points, heap->value));
      values += value("heap in use", "<i class=\"key-1\"></i>", heap->value, unit::bytes);
    }
    auto const resident = static_cast<double>(view_.all.process.resident_bytes);
    made.lines.push_back(line("Resident (RSS)", view_.seen.resident, resident));
    values += value("resident (RSS)", fmt::format("<i class=\"key-{}\"></i>", made.lines.size()),
                    resident, unit::bytes);
    return figure(made, values);
  }

  live_view const& view_;
  std::vector<chart_mark> marks_;
  std::size_t first_mark_ = 0;
  int count_ = 0;
};

// The times that there is more of than they show, and all.
std::string choice_of_time(live_view const& view)
{
  std::string text;
  auto const watched = view.seen.report.watched_seconds;
  auto const add = [&](double seconds, std::string const& name)
  {
    append(text, "<a href=\"{}\"{}>{}</a>\n",
           seconds > 0 ? fmt::format("?seconds={}", seconds) : ".",
           seconds == view.asked_seconds ? " aria-current=\"true\"" : "", name);
  };
  for (double const seconds : {60, 3600, 86400})
    if (seconds < watched) add(seconds, whole_time(seconds));
  if (text.empty()) return text;
  add(0, "all, " + encode::time(watched));
  return "<nav aria-label=\"Time that is shown\">" + text + "</nav>\n";
}

}  // namespace

std::string charts_section(live_view const& view)
{
  charts made(view);
  std::string text;
  append(
      text,
      "<section aria-labelledby=\"time\">\n<div class=\"head\"><h2 id=\"time\">Over time</h2>\n{}</div>\n",
      choice_of_time(view));
  text += "<div class=\"charts\">\n";
  for (auto const kind :
       {figure_kind::tasks, figure_kind::heap, figure_kind::fds, figure_kind::gauge})
    text += made.of_kind(kind);
  return text + "</div>\n" + made.list_of_marks() + "</section>\n";
}

}  // namespace leaklab::page
