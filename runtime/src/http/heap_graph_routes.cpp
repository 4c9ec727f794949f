#include "http/heap_graph_routes.hpp"

#include "encode/holders.hpp"
#include "encode/pprof.hpp"
#include "encode/profile_text.hpp"
#include "encode/words.hpp"
#include "graph/lost_objects.hpp"
#include "http/answers.hpp"
#include "http/profile_answer.hpp"
#include "http/profiler_routes.hpp"
#include "http/two_marks.hpp"
#include "model/heap_profile.hpp"
#include "model/holders.hpp"

#include <leaklab/heap.hpp>
#include <leaklab/process.hpp>

#include <fmt/format.h>

#include <optional>
#include <string>

namespace leaklab::http
{
namespace
{

std::string how_found(graph::lost_objects const& lost)
{
  return fmt::format(
      "{} of {} samples are lost: two marks of all memory agree, or one found none; {} of {} blocks "
      "reached, free ones among the rest; {} and {:.1f} MB; a reference that is not kept as an address "
      "is not seen",
      lost.found.size(), lost.samples, lost.reached, lost.blocks,
      encode::cost_of_mark(lost.pause, lost.time), static_cast<double>(lost.child_bytes) / 1e6);
}

std::string lost_text(model::profile const& made)
{
  return encode::encode_heap_text(made, read_heap_stats(), read_process_stats());
}

response answer_lost(request const& ask, sources& from, graph::lost_objects const& lost)
{
  if (!lost.problem.empty())
    return response::error(503, "it is not known what is lost: " + lost.problem);
  return answer_profile(
      ask,
      [&]
      {
        return model::make_lost_profile(from.symbols, graph::as_heap_samples(lost), how_found(lost),
                                        "leaklab::http::");
      },
      lost_text);
}

/// Nothing when it is no number from 1 to 100.
std::optional<std::size_t> count_of(request const& ask, char const* name, std::size_t otherwise)
{
  auto const text = ask.parameter(name);
  if (text.empty()) return otherwise;
  auto const count = parse_number<std::size_t>(text).value_or(0);
  return count >= 1 && count <= 100 ? std::optional(count) : std::nullopt;
}

template <class Encode>
response answer_holders(request const& ask, sources& from, Encode encode)
{
  if (auto refused = refuse_without_samples()) return *refused;
  auto const places = count_of(ask, "places", 3);
  auto const objects = count_of(ask, "objects", 3);
  if (!places || !objects)
    return response::error(400, "\"places\" and \"objects\" must be from 1 to 100");
  if (ask.method == verb::head) return plain("");
  auto const report = model::find_holders(from.symbols, from.watch.named_libraries(),
                                          {ask.parameter("at"), *places, *objects});
  if (!report.problem.empty())
    return response::error(503, "it is not known who holds what: " + report.problem);
  return encode(report);
}

}  // namespace

response lost(request const& ask, sources& from)
{
  if (auto refused = refuse_without_samples()) return *refused;
  if (auto refused = refuse_seconds(ask)) return *refused;
  if (ask.method == verb::head) return attachment("lost", "");
  return answer_after_two_marks(graph::look_for_lost_objects, from,
                                [ask, &from](graph::lost_objects const& lost)
                                { return answer_lost(ask, from, lost); });
}

response holders(request const& ask, sources& from)
{
  auto const format = ask.parameter("format");
  if (!format.empty() && format != "text" && format != "json" && format != "pprof")
    return response::error(400, "invalid value for \"format\" - must be text, json or pprof");
  return answer_holders(ask, from,
                        [&](model::holder_report const& report)
                        {
                          if (format == "json")
                            return typed("application/json", encode::holders_as_json(report));
                          if (format != "pprof") return plain(encode::holders_as_text(report));
                          auto const made = model::make_holders_profile(from.symbols, report);
                          return attachment(made.name, encode::encode_pprof(made));
                        });
}

response legacy_holders(request const& ask, sources& from)
{
  return answer_holders(ask, from,
                        [&](model::holder_report const& report)
                        {
                          return plain(encode::encode_symbolised_heap(
                              model::make_holders_profile(from.symbols, report)));
                        });
}

}  // namespace leaklab::http
