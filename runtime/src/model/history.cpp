#include "model/history.hpp"

#include <algorithm>
#include <vector>

namespace leaklab::model
{

void history::add(gauge_point const& point)
{
  last_ = point.value;
  for (auto& w : windows_)
  {
    w.least = w.begun ? std::min(w.least, point.value) : point.value;
    w.begun = true;
    if (!w.points.empty() && point.seconds < w.points.back().seconds + w.step) continue;
    w.points.push_back({point.seconds, w.least});
    if (w.points.size() > capacity) w.points.pop_front();
    w.begun = false;
  }
}

judgement history::judge(double noise) const
{
  judgement result;
  for (auto const& w : windows_)
  {
    std::vector<gauge_point> const points(w.points.begin(), w.points.end());
    auto const found = leaklab::judge(points, noise);
    if (&w == &windows_.front() || found.verdict == verdict::leaking) result = found;
  }
  return result;
}

}  // namespace leaklab::model
