#include "report.hpp"

#include "parse/quantity.hpp"

#include <leaklab/gauge.hpp>
#include <leaklab/heap.hpp>
#include <leaklab/process.hpp>
#include <leaklab/task.hpp>

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace leaklab
{
namespace
{

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

}  // namespace

shown_gauge find_gauge(std::string_view name)
{
  if (name == "tasks")
    return {"tasks", "Tasks", [] { return static_cast<double>(count_tasks().live); }};
  if (name == "fds")
    return {"fds", "Open fds", [] { return static_cast<double>(read_fd_counts().total); }};
  if (name == "heap") return {"heap", "Heap", heap_in_use, true};

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

std::string reporter::gauges_json() const
{
  auto json = fmt::format("\"tasks\":{}", count_tasks().live);
  if (gauge_.name == "tasks") return json;
  auto const value = gauge_.read();
  return json + (value ? fmt::format(",\"{}\":{:.0f}", gauge_.name, *value)
                       : fmt::format(",\"{}\":null", gauge_.name));
}

std::string reporter::progress_json(std::chrono::milliseconds elapsed,
                                    work_counts const& work) const
{
  return fmt::format(R"("seconds":{},{},"offered":{},"completed":{},"refused":{})",
                     static_cast<double>(elapsed.count()) / 1000, gauges_json(), work.offered,
                     work.completed, work.refused);
}

void reporter::line(std::string const& text, std::string const& json) const
{
  auto const& chosen = json_ ? json : text;
  if (std::fwrite(chosen.data(), 1, chosen.size(), stdout) != chosen.size() ||
      std::fputc('\n', stdout) == EOF || std::fflush(stdout) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot write to standard output");
}

void reporter::listening(std::string const& url) const
{
  line(fmt::format("{}: {}/debug/pprof/", program_.name, url),
       fmt::format(R"({{"event":"listening","program":"{}","url":"{}"}})", program_.name, url));
}

void reporter::start() const
{
  line("[START] " + gauges_text(),
       fmt::format(R"({{"event":"start","seconds":0,{}}})", gauges_json()));
}

void reporter::after(std::chrono::milliseconds elapsed, work_counts const& work) const
{
  line(fmt::format("[AFTER {}] {}", to_string(elapsed), gauges_text()),
       fmt::format(R"({{"event":"after",{}}})", progress_json(elapsed, work)));
}

void reporter::judged(judgement const& j) const
{
  auto const json = fmt::format(
      R"({{"event":"verdict","verdict":"{}","gauge":"{}","per_second":{:.3f},"seconds":{:.3f}}})",
      to_string(j.verdict), gauge_.name, j.slope, j.seconds);
  if (j.verdict == verdict::unknown)
    return line(fmt::format("[VERDICT] not known: {}", j.reason), json);
  auto const slope = gauge_.bytes ? fmt::format("{:+.1f} MiB", j.slope / mebibyte)
                                  : fmt::format("{:+.1f} {}", j.slope, gauge_.name);
  line(fmt::format("[VERDICT] {}: {} a second over {:.1f} s", to_string(j.verdict), slope,
                   j.seconds),
       json);
}

void reporter::limit(std::string const& what) const
{
  line(fmt::format("[LIMIT] {}: the load has stopped, the endpoint goes on", what),
       fmt::format(R"({{"event":"limit","what":{}}})",
                   boost::json::serialize(boost::json::string(what))));
}

void reporter::serving(std::string const& url) const
{
  line(fmt::format("The load has ended; {}/debug/pprof/ goes on until Ctrl+C", url),
       fmt::format(R"({{"event":"serving","url":"{}"}})", url));
}

void reporter::end(std::chrono::milliseconds elapsed, work_counts const& work) const
{
  auto text = fmt::format("[END] {}; {} {} of {} offered", gauges_text(), work.completed,
                          program_.work, work.offered);
  if (work.refused) text += fmt::format(", {} refused", work.refused);
  if (work.outstanding()) text += fmt::format(", {} outstanding", work.outstanding());
  line(text, fmt::format(R"({{"event":"end",{}}})", progress_json(elapsed, work)));
}

}  // namespace leaklab
