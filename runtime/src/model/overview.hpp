// What there is and how it came to be: for one who looks at the whole program at once.
#pragma once

#include "model/finding.hpp"
#include "model/marks.hpp"
#include "model/wait_site.hpp"

#include <leaklab/verdict.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace leaklab::model
{

/// A figure over time.
struct figure_course
{
  figure_kind kind = figure_kind::tasks;
  std::string what;  ///< the gauge's name; empty for the others
  double value = 0;  ///< now
  judgement found;
  /// The least values of stretches of time; seconds from now, so below 0.
  std::vector<gauge_point> points;
};

struct overview
{
  leak_report report;
  double seconds = 0;  ///< that the courses go back, at most
  std::vector<figure_course> courses;
  std::vector<gauge_point> resident;  ///< RSS; not judged
  std::vector<wait_site> waits;       ///< the largest first
  std::vector<grown_place> heap;      ///< the lines that hold most of it, with their bytes
  std::string heap_unknown;           ///< why there are none
  std::vector<grown_place> openings;  ///< the lines that opened most of the open descriptors
  std::string openings_unknown;
  std::vector<kept_mark> marks;  ///< within those seconds; seconds from now, so below 0
};

}  // namespace leaklab::model
