#include "http/trace_route.hpp"

#include "encode/trace_events.hpp"
#include "http/answers.hpp"
#include "model/task_timeline.hpp"
#include "task/task_trace.hpp"

#include <fmt/format.h>

#include <chrono>
#include <memory>

namespace leaklab::http
{
namespace
{

constexpr double longest_trace = 300;  // seconds

response trace_file(std::string body)
{
  auto answer = typed("application/json", std::move(body));
  answer.headers.emplace_back("Content-Disposition", "attachment; filename=\"trace.json\"");
  return answer;
}

}  // namespace

response trace_tasks(request const& ask, symbols::place_book& places)
{
  auto seconds = parse_number<double>(ask.parameter("seconds")).value_or(1);
  if (!(seconds > 0)) seconds = 1;
  if (seconds > longest_trace)
    return response::error(
        400, fmt::format("invalid value for \"seconds\" - must be at most {}", longest_trace));
  if (ask.method == verb::head) return trace_file("");
  try
  {
    auto const trace = std::make_shared<task_trace>();
    std::chrono::duration<double> const duration(seconds);
    return response::later(std::chrono::ceil<std::chrono::milliseconds>(duration),
                           [trace, &places]
                           {
                             auto const names = places.reading();
                             auto const timeline = model::make_task_timeline(trace->stop());
                             return trace_file(encode::encode_trace_events(timeline, places));
                           });
  }
  catch (trace_busy const& busy)
  {
    return response::error(500, fmt::format("Could not enable tracing: {}", busy.what()));
  }
}

}  // namespace leaklab::http
