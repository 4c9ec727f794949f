// A figure over time, as a picture and as a table.
#pragma once

#include "page/quantity.hpp"

#include <leaklab/verdict.hpp>

#include <limits>
#include <string>
#include <vector>

namespace leaklab::page
{

struct chart_line
{
  std::string name;                 ///< HTML
  std::vector<gauge_point> points;  ///< seconds from now, so at most 0
};

/// What happened at a moment, under a number.
struct chart_mark
{
  int number = 0;
  double seconds = 0;  ///< from now, so at most 0
};

struct chart
{
  std::string id;     ///< of the picture: a name of letters, digits and '-'
  std::string title;  ///< HTML
  page::unit unit = unit::count;
  double seconds = 0;             ///< that are shown
  std::vector<chart_line> lines;  ///< one or two
  judgement found;                ///< of the first line
  std::vector<chart_mark> marks;
};

/// An SVG that is as wide as there is room, with a title and a description. Shades the time of the
/// rise that `found` is about.
[[nodiscard]] std::string picture(chart const& of);

/// An HTML table of a few moments, the latest first.
[[nodiscard]] std::string table(chart const& of);

}  // namespace leaklab::page
