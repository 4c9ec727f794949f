#include "page/chart.hpp"

#include "encode/append.hpp"
#include "encode/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace leaklab::page
{
namespace
{

using encode::append;

// Pixels, from above. The width is the reader's, so places along it are shares of it.
constexpr double plot_top = 18;
constexpr double plot_height = 126;
constexpr double plot_bottom = plot_top + plot_height;
constexpr double height = plot_bottom + 22;

// Of the lines' own coordinates, which are stretched over the plot.
constexpr double fine = 1000;

constexpr int most_value_lines = 4;
constexpr int most_time_lines = 4;
constexpr int table_rows = 10;
constexpr std::size_t most_points = 100;

struct scale
{
  double low = 0;
  double high = 1;
  double step = 1;

  [[nodiscard]] double y(double value) const
  {
    return plot_bottom - (value - low) / (high - low) * plot_height;
  }
};

// From 0, so that the height of a line tells the truth. Between whole numbers there is nothing.
scale scale_of(chart const& c)
{
  double low = 0;
  double high = 0;
  bool are_whole = true;
  for (auto const& line : c.lines)
    for (auto const& point : line.points)
      if (std::isfinite(point.value))
      {
        low = std::min(low, point.value);
        high = std::max(high, point.value);
        are_whole = are_whole && point.value == std::round(point.value);
      }
  if (low == high) high = 1;
  auto const step = std::max(scale_step(high - low, most_value_lines, c.unit), are_whole ? 1.0 : 0);
  return {std::floor(low / step) * step, std::ceil(high / step) * step, step};
}

double share(chart const& c, double seconds)
{
  return c.seconds > 0 ? std::clamp(1 + seconds / c.seconds, 0.0, 1.0) : 1;
}

std::string percent(double share)
{
  return fmt::format("{:.4g}%", share * 100);
}

// As the points themselves, the least of some.
std::vector<gauge_point> thinned(std::vector<gauge_point> const& points)
{
  auto const of_each = points.size() / most_points + 1;
  std::vector<gauge_point> result;
  std::size_t number = 0;
  for (auto const& point : points)
  {
    if (!std::isfinite(point.value)) continue;
    if (number++ % of_each == 0 || &point == &points.back())
      result.push_back(point);
    else
      result.back().value = std::min(result.back().value, point.value);
  }
  return result;
}

// Steps from point to point are shorter than points.
std::string path(chart const& c, scale const& s, chart_line const& line)
{
  std::string text;
  long x = 0;
  long y = 0;
  for (auto const& point : thinned(line.points))
  {
    auto const to_x = std::lround(share(c, point.seconds) * fine);
    auto const to_y = std::lround((s.high - point.value) / (s.high - s.low) * fine);
    if (text.empty())
      append(text, "M{} {}l", to_x, to_y);
    else
      append(text, "{} {} ", to_x - x, to_y - y);
    x = to_x;
    y = to_y;
  }
  if (text.ends_with('l')) text += "0 0";
  return text;
}

std::string described(chart const& c)
{
  std::string text;
  for (auto const& line : c.lines)
  {
    std::optional<double> first;
    double low = 0;
    double high = 0;
    double last = 0;
    for (auto const& point : line.points)
    {
      if (!std::isfinite(point.value)) continue;
      if (!first) first = low = high = point.value;
      low = std::min(low, point.value);
      high = std::max(high, point.value);
      last = point.value;
    }
    if (!first) continue;
    append(text, "{}{}: from {} to {}, between {} and {}. ", c.lines.size() > 1 ? line.name : "",
           c.lines.size() > 1 ? "" : "Over this time", quantity(*first, c.unit),
           quantity(last, c.unit), quantity(low, c.unit), quantity(high, c.unit));
  }
  append(text, "The verdict: {}.", to_string(c.found.verdict));
  return text;
}

void add_scale(std::string& text, chart const& c, scale const& s)
{
  for (auto value = s.low; value <= s.high + s.step / 2; value += s.step)
    append(text,
           "<line class=\"grid\" x2=\"100%\" y1=\"{0:.1f}\" y2=\"{0:.1f}\"/>"
           "<text x=\"-8\" y=\"{1:.1f}\" text-anchor=\"end\">{2}</text>\n",
           s.y(value), s.y(value) + 4, quantity(std::abs(value) < s.step / 2 ? 0 : value, c.unit));
  append(text, "<text x=\"100%\" y=\"{}\" text-anchor=\"end\">now</text>\n", height - 6);
  auto const step = time_step(c.seconds, most_time_lines);
  for (auto ago = step; ago <= c.seconds; ago += step)
    if (share(c, -ago) <= 0.85)  // there stands "now"
      append(text,
             "<line class=\"tick\" x1=\"{0}\" x2=\"{0}\" y1=\"{1}\" y2=\"{2}\"/>"
             "<text x=\"{0}\" y=\"{3}\"{4}>{5} ago</text>\n",
             percent(share(c, -ago)), plot_bottom, plot_bottom + 5, height - 6,
             share(c, -ago) < 0.08 ? "" : " text-anchor=\"middle\"", whole_time(ago));
}

void add_rise(std::string& text, chart const& c)
{
  if (!is_finding(c.found.verdict) || c.found.since <= 0) return;
  auto const begin = share(c, -c.found.since);
  append(text, "<rect class=\"rise\" x=\"{}\" width=\"{}\" y=\"{}\" height=\"{}\"/>\n",
         percent(begin), percent(share(c, -c.found.until) - begin), plot_top, plot_height);
}

void add_bound(std::string& text, chart const& c, scale const& s)
{
  if (c.found.bound > s.high) return;
  append(text,
         "<line class=\"bound\" x2=\"100%\" y1=\"{0:.1f}\" y2=\"{0:.1f}\"/>"
         "<text x=\"100%\" y=\"{1:.1f}\" text-anchor=\"end\">bound {2}</text>\n",
         s.y(c.found.bound), s.y(c.found.bound) - 4, quantity(c.found.bound, c.unit));
}

void add_marks(std::string& text, chart const& c)
{
  for (auto const& mark : c.marks)
    append(text,
           "<line class=\"mark\" x1=\"{0}\" x2=\"{0}\" y1=\"{1}\" y2=\"{2}\"/>"
           "<text class=\"mark\" x=\"{0}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>\n",
           percent(share(c, mark.seconds)), plot_top, plot_bottom, plot_top - 5, mark.number);
}

// The last value that was known by then.
std::optional<double> value_at(chart_line const& line, double seconds)
{
  auto const after = std::ranges::upper_bound(line.points, seconds, {}, &gauge_point::seconds);
  if (after == line.points.begin()) return std::nullopt;
  return after[-1].value;
}

}  // namespace

std::string picture(chart const& of)
{
  auto const s = scale_of(of);
  std::string text;
  append(text,
         "<svg role=\"img\" aria-labelledby=\"{0}-title\" aria-describedby=\"{0}-desc\" "
         "height=\"{1}\">\n<title id=\"{0}-title\">{2}, the last {3}</title>\n"
         "<desc id=\"{0}-desc\">{4}</desc>\n",
         of.id, height, of.title, encode::time(of.seconds), described(of));
  add_rise(text, of);
  append(text,
         "<svg y=\"{}\" width=\"100%\" height=\"{}\" viewBox=\"0 0 {} {}\" "
         "preserveAspectRatio=\"none\">\n",
         plot_top, plot_height, fine, fine);
  for (std::size_t i = 0; i != of.lines.size(); ++i)
    append(text, "<path class=\"line-{}\" d=\"{}\"/>\n", i + 1, path(of, s, of.lines[i]));
  text += "</svg>\n";
  add_scale(text, of, s);
  add_bound(text, of, s);
  add_marks(text, of);
  return text += "</svg>\n";
}

std::string table(chart const& of)
{
  std::string text;
  append(text, "<table><caption>{}, the last {}</caption>\n<thead><tr><th scope=\"col\">Time</th>",
         of.title, encode::time(of.seconds));
  for (auto const& line : of.lines)
    append(text, "<th scope=\"col\">{}</th>", line.name);
  text += "</tr></thead>\n<tbody>\n";
  for (int row = 0; row != table_rows; ++row)
  {
    auto const seconds = -of.seconds * row / (table_rows - 1);
    append(text, "<tr><th scope=\"row\">{}</th>",
           row == 0 ? "now" : encode::time(-seconds) + " ago");
    for (auto const& line : of.lines)
    {
      auto const value = value_at(line, seconds);
      append(text, "<td>{}</td>", value ? quantity(*value, of.unit) : "–");
    }
    text += "</tr>\n";
  }
  return text += "</tbody></table>\n";
}

}  // namespace leaklab::page
