// The lines that a program prints about itself: text for people, or one JSON object a line.
#pragma once

#include <leaklab/verdict.hpp>

#include <boost/json.hpp>
#include <runner/lab.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace leaklab
{

/// The gauge that program_info names, as the report lines show it.
struct shown_gauge
{
  std::string name;                             ///< "tasks"
  std::string label;                            ///< "Tasks"
  std::function<std::optional<double>()> read;  ///< nothing where it is not watched
  bool bytes = false;
  /// Looks at all memory: how many tasks nothing can wake, how many bytes nothing refers to. Nothing where
  /// that is not known, or is no more than noise. Empty where nothing can be proven.
  std::function<std::optional<double>()> prove{};
};

/// "tasks", "heap" or "fds"; any other name is that of a gauge of the program's own, which reads 0
/// while it is not there.
[[nodiscard]] shown_gauge find_gauge(std::string_view name);

class reporter
{
 public:
  /// `is_to_end` says whether the program has been told to.
  reporter(program_info const& program, shown_gauge const& gauge, bool json,
           std::function<bool()> is_to_end)
      : program_(program), gauge_(gauge), json_(json), is_to_end_(std::move(is_to_end))
  {
  }

  // Each prints one line to stdout, and throws std::system_error when it cannot. A reader that does
  // not read is waited for, but no longer than until the program is to end: then the line is lost.
  void listening(std::string const& url) const;
  void start() const;
  void after(std::chrono::milliseconds elapsed, work_counts const& work) const;
  void judged(judgement const& j) const;
  /// Tasks that nothing can wake, bytes that nothing refers to.
  void proven(double amount) const;
  void limit(std::string const& what) const;
  void serving(std::string const& url) const;
  void end(std::chrono::milliseconds elapsed, work_counts const& work) const;

 private:
  void line(std::string const& text, boost::json::object const& fields) const;
  [[nodiscard]] std::string gauges_text() const;
  [[nodiscard]] boost::json::object progress(char const* event,
                                             std::chrono::milliseconds elapsed) const;
  [[nodiscard]] boost::json::object progress(char const* event, std::chrono::milliseconds elapsed,
                                             work_counts const& work) const;

  program_info const& program_;
  shown_gauge gauge_;
  bool json_;
  std::function<bool()> is_to_end_;
};

}  // namespace leaklab
