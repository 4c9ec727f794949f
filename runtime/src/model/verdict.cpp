#include "model/trend.hpp"

#include <algorithm>

namespace leaklab
{

std::string_view to_string(verdict v) noexcept
{
  switch (v)
  {
    case verdict::leaking:
      return "leaking";
    case verdict::growing:
      return "growing";
    case verdict::held:
      return "held";
    case verdict::bounded:
      return "bounded";
    case verdict::steady:
      return "steady";
    case verdict::unknown:
      break;
  }
  return "not known";
}

std::chrono::duration<double> shortest_span(std::chrono::duration<double> patience) noexcept
{
  return std::max<std::chrono::duration<double>>(patience / 60, std::chrono::milliseconds(1500));
}

judgement judge(std::span<gauge_point const> history, judge_options const& options)
{
  model::trend figure;
  for (auto const& point : history)
    figure.add(point.seconds, point.value, options);
  return figure.judge(options);
}

}  // namespace leaklab
