#include "http/heap_graph_routes.hpp"

#include "encode/profile_text.hpp"
#include "graph/lost_objects.hpp"
#include "http/answers.hpp"
#include "http/profile_answer.hpp"
#include "http/profiler_routes.hpp"
#include "model/heap_profile.hpp"

#include <leaklab/heap.hpp>
#include <leaklab/process.hpp>

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <string>

namespace leaklab::http
{
namespace
{

/// What a thread holds for a moment in a way that a mark does not see, it no longer holds then.
constexpr std::chrono::milliseconds between_marks(250);

std::string how_found(graph::lost_objects const& lost)
{
  using milliseconds = std::chrono::duration<double, std::milli>;
  return fmt::format(
      "{} of {} samples are lost: two marks of all memory agree, or one found none; {} of {} blocks "
      "reached, free ones among the rest; threads stood still for {:.1f} ms, a mark took {:.0f} ms "
      "and {:.1f} MB; a reference that is not kept as an address is not seen",
      lost.found.size(), lost.samples, lost.reached, lost.blocks, milliseconds(lost.pause).count(),
      milliseconds(lost.time).count(), static_cast<double>(lost.child_bytes) / 1e6);
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

}  // namespace

response lost(request const& ask, sources& from)
{
  if (auto refused = refuse_without_samples()) return *refused;
  if (auto refused = refuse_seconds(ask)) return *refused;
  if (ask.method == verb::head) return attachment("lost", "");
  auto first = std::make_shared<graph::lost_objects>(graph::look_for_lost_objects());
  if (!first->problem.empty() || first->found.empty()) return answer_lost(ask, from, *first);
  return response::later(
      between_marks,
      [ask, &from, first]
      {
        symbols::symboliser::reading const names(from.symbols);
        return answer_lost(ask, from,
                           graph::in_both(std::move(*first), graph::look_for_lost_objects()));
      });
}

}  // namespace leaklab::http
