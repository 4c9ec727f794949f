#include "report.hpp"

#include "graph/lost_objects.hpp"
#include "graph/stuck_tasks.hpp"
#include "graph/two_marks.hpp"
#include "model/finding.hpp"
#include "parse/quantity.hpp"

#include <leaklab/gauge.hpp>
#include <leaklab/heap.hpp>
#include <leaklab/process.hpp>
#include <leaklab/task.hpp>

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <system_error>

namespace leaklab
{
namespace
{

namespace json = boost::json;

constexpr double mebibyte = 1 << 20;

std::string value_text(shown_gauge const& g)
{
  auto const value = g.read();
  if (!value) return "not watched";
  return g.bytes ? fmt::format("{:.1f} MiB", *value / mebibyte) : fmt::format("{:.0f}", *value);
}

std::optional<double> heap_in_use()
{
  auto const heap = read_heap_stats();
  return heap.watched ? std::optional(static_cast<double>(heap.in_use_bytes)) : std::nullopt;
}

std::optional<double> above_noise(double amount, model::figure_kind kind)
{
  return amount < noise_of(kind) ? std::nullopt : std::optional(amount);
}

std::optional<double> stuck_tasks()
{
  auto const stuck = graph::two_marks(graph::look_for_stuck_tasks);
  return above_noise(static_cast<double>(stuck.found.size()), model::figure_kind::tasks);
}

std::optional<double> lost_bytes()
{
  double bytes = 0;
  for (auto const& sample : as_heap_samples(graph::two_marks(graph::look_for_lost_objects)))
    bytes += sample.bytes;
  return above_noise(bytes, model::figure_kind::heap);
}

}  // namespace

shown_gauge find_gauge(std::string_view name)
{
  if (name == "tasks")
    return {"tasks", "Tasks", [] { return static_cast<double>(count_tasks().live); }, false,
            stuck_tasks};
  if (name == "fds")
    return {"fds", "Open fds", [] { return static_cast<double>(read_fd_counts().total); }};
  if (name == "heap") return {"heap", "Heap", heap_in_use, true, lost_bytes};

  std::string label(name);
  label.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(label.front())));
  return {std::string(name), label,
          [own = std::string(name)]
          {
            auto const gauges = read_gauges();
            auto const found = std::ranges::find(gauges, own, &gauge_value::name);
            return found == gauges.end() ? 0 : found->value;
          }};
}

std::string reporter::gauges_text() const
{
  auto text = fmt::format("Tasks: {}", count_tasks().live);
  if (gauge_.name != "tasks") text += fmt::format(", {}: {}", gauge_.label, value_text(gauge_));
  return text;
}

json::object reporter::progress(char const* event, std::chrono::milliseconds elapsed) const
{
  json::object made{{"event", event},
                    {"seconds", std::chrono::duration<double>(elapsed).count()},
                    {"tasks", count_tasks().live}};
  if (gauge_.name == "tasks") return made;
  auto const value = gauge_.read();
  made[gauge_.name] = value ? json::value(std::llround(*value)) : json::value();
  return made;
}

json::object reporter::progress(char const* event, std::chrono::milliseconds elapsed,
                                work_counts const& work) const
{
  auto made = progress(event, elapsed);
  made["offered"] = work.offered;
  made["completed"] = work.completed;
  made["refused"] = work.refused;
  return made;
}

void reporter::line(std::string const& text, json::object const& fields) const
{
  auto const chosen = json_ ? json::serialize(fields) : text;
  constexpr int patience_ms = 100;
  for (pollfd out{STDOUT_FILENO, POLLOUT, 0}; ::poll(&out, 1, patience_ms) == 0;)
    if (is_to_end_()) return;
  if (std::fwrite(chosen.data(), 1, chosen.size(), stdout) != chosen.size() ||
      std::fputc('\n', stdout) == EOF || std::fflush(stdout) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot write to standard output");
}

void reporter::listening(std::string const& url) const
{
  line(fmt::format("{}: {}/debug/pprof/", program_.name, url),
       {{"event", "listening"}, {"program", program_.name}, {"url", url}});
}

void reporter::start() const
{
  line("[START] " + gauges_text(), progress("start", {}));
}

void reporter::after(std::chrono::milliseconds elapsed, work_counts const& work) const
{
  line(fmt::format("[AFTER {}] {}", to_string(elapsed), gauges_text()),
       progress("after", elapsed, work));
}

void reporter::judged(judgement const& j) const
{
  json::object const fields{{"event", "verdict"},
                            {"verdict", to_string(j.verdict)},
                            {"gauge", gauge_.name},
                            {"per_second", j.slope},
                            {"seconds", j.seconds}};
  if (j.verdict == verdict::unknown)
    return line(fmt::format("[VERDICT] not known: {}", j.reason), fields);
  auto const amount = [this](double value)
  {
    return gauge_.bytes ? fmt::format("{:+.1f} MiB", value / mebibyte)
                        : fmt::format("{:+.1f} {}", value, gauge_.name);
  };
  auto const course = j.verdict == verdict::held
                          ? fmt::format("{}, not come back for {:.1f} s", amount(j.rise), j.until)
                          : fmt::format("{} a second over {:.1f} s", amount(j.slope), j.seconds);
  line(fmt::format("[VERDICT] {}: {}", to_string(j.verdict), course), fields);
}

void reporter::proven(double amount) const
{
  line(gauge_.bytes
           ? fmt::format("[PROVEN] nothing refers to {:.1f} MiB of the heap", amount / mebibyte)
           : fmt::format("[PROVEN] nothing can wake {:.0f} tasks", amount),
       {{"event", "proven"}, {"gauge", gauge_.name}, {"amount", std::llround(amount)}});
}

void reporter::limit(std::string const& what) const
{
  line(fmt::format("[LIMIT] {}: the load has stopped, the endpoint goes on", what),
       {{"event", "limit"}, {"what", what}});
}

void reporter::serving(std::string const& url) const
{
  line(fmt::format("The load has ended; {}/debug/pprof/ goes on until Ctrl+C", url),
       {{"event", "serving"}, {"url", url}});
}

void reporter::end(std::chrono::milliseconds elapsed, work_counts const& work) const
{
  auto text = fmt::format("[END] {}; {} {} of {} offered", gauges_text(), work.completed,
                          program_.work, work.offered);
  if (work.refused) text += fmt::format(", {} refused", work.refused);
  if (work.outstanding()) text += fmt::format(", {} outstanding", work.outstanding());
  line(text, progress("end", elapsed, work));
}

}  // namespace leaklab
