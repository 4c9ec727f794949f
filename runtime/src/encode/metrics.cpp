#include "metrics.hpp"

#include "append.hpp"
#include "escape.hpp"
#include "utf8.hpp"

#include <fmt/format.h>

#include <cmath>

namespace leaklab::encode
{
namespace
{

std::string number(double value)
{
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

}  // namespace

void metrics_text::family(kind type, std::string_view name, std::string_view help)
{
  family_ = name;
  append(text_, "# HELP {} {}\n# TYPE {} {}\n", name, escape(help, quotes::kept), name,
         type == kind::counter ? "counter" : "gauge");
}

void metrics_text::sample(double value, std::initializer_list<metric_label> labels)
{
  text_ += family_;
  char separator = '{';
  for (auto const& label : labels)
  {
    append(text_, "{}{}=\"{}\"", separator, label.name, escape(to_utf8(label.value)));
    separator = ',';
  }
  if (labels.size() != 0) text_ += '}';
  text_ += ' ' + number(value) + '\n';
}

void metrics_text::counter(std::string_view name, std::string_view help, double value)
{
  family(kind::counter, name, help);
  sample(value);
}

void metrics_text::gauge(std::string_view name, std::string_view help, double value)
{
  family(kind::gauge, name, help);
  sample(value);
}

}  // namespace leaklab::encode
