// Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace leaklab::encode
{

struct metric_label
{
  std::string_view name;  ///< [a-zA-Z_][a-zA-Z0-9_]*
  std::string_view value;
};

/// Writes families one after the other, each with its samples together, as the format demands. The
/// caller keeps names of families and label sets unique, ends the names of counters, and of no
/// others, in _total, and uses base units.
class metrics_text
{
 public:
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

  enum class kind
  {
    counter,
    gauge
  };

  /// Begins a family; the samples that follow belong to it.
  void family(kind type, std::string_view name, std::string_view help);
  void sample(double value, std::initializer_list<metric_label> labels = {});

  /// A family of one sample without labels.
  void counter(std::string_view name, std::string_view help, double value);
  void gauge(std::string_view name, std::string_view help, double value);

  [[nodiscard]] std::string const& text() const noexcept { return text_; }

 private:
  std::string text_;
  std::string family_;
};

}  // namespace leaklab::encode
