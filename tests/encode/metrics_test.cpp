#include "encode/metrics.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace
{

using leaklab::encode::metrics_text;

TEST(metrics, a_family_is_its_help_its_type_and_its_samples)
{
  metrics_text metrics;
  metrics.gauge("process_open_fds", "Open file descriptors.", 7);
  metrics.family(metrics_text::kind::counter, "leaklab_tasks_total", "Tasks.");
  metrics.sample(3, {{"state", "ready"}});
  metrics.sample(0.5, {{"state", "waiting"}, {"name", "producer"}});
  metrics.counter("process_cpu_seconds_total", "Processor time.", 1.25);
  EXPECT_EQ(metrics.text(),
            "# HELP process_open_fds Open file descriptors.\n"
            "# TYPE process_open_fds gauge\n"
            "process_open_fds 7\n"
            "# HELP leaklab_tasks_total Tasks.\n"
            "# TYPE leaklab_tasks_total counter\n"
            "leaklab_tasks_total{state=\"ready\"} 3\n"
            "leaklab_tasks_total{state=\"waiting\",name=\"producer\"} 0.5\n"
            "# HELP process_cpu_seconds_total Processor time.\n"
            "# TYPE process_cpu_seconds_total counter\n"
            "process_cpu_seconds_total 1.25\n");
}

TEST(metrics, what_would_end_a_value_or_a_line_is_escaped)
{
  metrics_text metrics;
  metrics.family(metrics_text::kind::gauge, "m", "a \"b\" \\ c\nd");
  metrics.sample(1, {{"path", "C:\\x \"y\"\nz"}});
  EXPECT_EQ(metrics.text(),
            "# HELP m a \"b\" \\\\ c\\nd\n"
            "# TYPE m gauge\n"
            "m{path=\"C:\\\\x \\\"y\\\"\\nz\"} 1\n");
}

TEST(metrics, numbers_that_are_none_are_spelled_as_prometheus_reads_them)
{
  metrics_text metrics;
  metrics.family(metrics_text::kind::gauge, "m", "h");
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (double const value : {std::numeric_limits<double>::quiet_NaN(), infinity, -infinity})
    metrics.sample(value);
  EXPECT_TRUE(metrics.text().ends_with("m NaN\nm +Inf\nm -Inf\n")) << metrics.text();
}

}  // namespace
