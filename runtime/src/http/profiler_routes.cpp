#include "http/profiler_routes.hpp"

#include "encode/pprof.hpp"
#include "encode/profile_text.hpp"
#include "http/answers.hpp"
#include "http/profile_answer.hpp"
#include "model/cpu_profile.hpp"
#include "model/heap_profile.hpp"
#include "model/open_descriptors.hpp"
#include "probe/cpu_profiler.hpp"
#include "probe/identity.hpp"
#include "unwind/opening_stacks.hpp"

#include <leaklab/heap.hpp>

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace leaklab::http
{
namespace
{

using clock = std::chrono::steady_clock;

constexpr std::chrono::seconds default_cpu_time(30);  // net/http/pprof's

std::optional<response> refuse_without_tcmalloc()
{
  auto const heap = read_heap_stats();
  if (heap.tcmalloc) return std::nullopt;
  return response::error(
      501, fmt::format("no samples of the heap: malloc is {}, not tcmalloc", heap.allocator));
}

std::optional<response> refuse_without_openings()
{
  switch (state_of_opening_notes())
  {
    case opening_notes::on:
      break;
    case opening_notes::absent:
      return response::error(501,
                             "it is not noted who opens descriptors: link leaklab::descriptors");
    case opening_notes::bypassed:
      return response::error(
          501,
          "it is not noted who opens descriptors: leaklab::descriptors is linked "
          "to a plug-in, and must be linked to the program");
  }
  return std::nullopt;
}

model::profile make_heap_profile(symbols::symboliser& symbols)
{
  return model::make_heap_profile(symbols, own_functions);
}

model::profile make_growth_profile(symbols::symboliser& symbols)
{
  return model::make_growth_profile(symbols, own_functions);
}

model::profile make_fd_profile(sources& from)
{
  return model::make_fd_profile(from.symbols, from.places, opening_functions);
}

model::profile make_allocs_profile(symbols::symboliser& symbols)
{
  auto made = make_heap_profile(symbols);
  made.name = "allocs";
  made.default_sample_type = "alloc_space";
  return made;
}

/// Profiles the processor for as long as the client asks and waits.
response profile_cpu(request const& ask,
                     std::function<response(std::string, std::chrono::nanoseconds)> encode)
{
  auto const asked = parse_number<std::int64_t>(ask.parameter("seconds")).value_or(0);
  auto const duration = asked > 0 ? std::chrono::seconds(asked) : default_cpu_time;
  if (auto refused = refuse_too_long(duration.count())) return *refused;
  if (ask.method == verb::head) return attachment("profile", "");
  try
  {
    auto const profiler = std::make_shared<cpu_profiler>();
    return response::later(duration,
                           [profiler, begin = clock::now(), encode = std::move(encode)]
                           {
                             auto recorded = profiler->stop();
                             return encode(std::move(recorded), clock::now() - begin);
                           });
  }
  catch (cpu_profiler_busy const& busy)
  {
    return response::error(500, fmt::format("Could not enable CPU profiling: {}", busy.what()));
  }
  catch (cpu_profiler_unavailable const& unavailable)
  {
    return response::error(501,
                           fmt::format("Could not enable CPU profiling: {}", unavailable.what()));
  }
}

/// `set` answers what stands against it, if anything does.
response switch_sampling(request const& ask, std::optional<response> (*set)(std::int64_t),
                         std::int64_t (*current)())
{
  constexpr std::int64_t least = 4096;
  constexpr std::int64_t most = 1 << 30;
  if (ask.method == verb::post)
  {
    auto const period = parse_number<std::int64_t>(ask.parameter("period"));
    if (!period || *period < 0 || (*period > 0 && *period < least) || *period > most)
      return response::error(
          400,
          fmt::format("invalid value for \"period\" - must be 0, which stops, or {} to {} bytes",
                      least, most));
    if (auto refused = set(*period)) return *refused;
  }
  return plain(fmt::format("period={}\n", current()));
}

response cannot_sample()
{
  return refuse_without_tcmalloc().value_or(response::error(501, "this tcmalloc cannot sample"));
}

std::optional<response> switch_heap_sampling(std::int64_t period)
{
  switch (set_heap_sampling_period(period))
  {
    case sampling_switch::done:
      return std::nullopt;
    case sampling_switch::refused:
      return response::error(
          409, fmt::format("the period is {} bytes: live samples were drawn with it, so it is set "
                           "once, at the start of the program or by the first POST",
                           fixed_heap_sampling_period()));
    case sampling_switch::unavailable:
      break;
  }
  return cannot_sample();
}

std::optional<response> switch_allocation_sampling(std::int64_t period)
{
  if (set_allocation_sampling_period(period)) return std::nullopt;
  return cannot_sample();
}

std::string memory_text(model::profile const& made)
{
  return encode::encode_heap_text(made, read_heap_stats(), read_process_stats());
}

response memory_profile(request const& ask, symbols::symboliser& symbols,
                        model::profile (*build)(symbols::symboliser&))
{
  return answer_profile(
      ask, [&symbols, build] { return build(symbols); }, memory_text);
}

}  // namespace

std::optional<response> refuse_without_samples()
{
  if (auto refused = refuse_without_tcmalloc()) return refused;
  if (heap_sampling_period() > 0) return std::nullopt;
  return response::error(501,
                         "no heap samples: sampling is off "
                         "(POST /debug/config/heap_sampling?period=524288 starts it)");
}

response heap(request const& ask, sources& from)
{
  if (auto refused = refuse_without_samples()) return *refused;
  if (parse_number<int>(ask.parameter("gc")).value_or(0) > 0) release_free_heap();
  return memory_profile(ask, from.symbols, make_heap_profile);
}

response allocs(request const& ask, sources& from)
{
  if (auto refused = refuse_without_samples()) return *refused;
  if (allocation_sampling_period() == 0)
    return response::error(501,
                           "allocations are not counted, as that costs a call for each: "
                           "POST /debug/config/allocation_sampling?period=65536 starts it");
  return memory_profile(ask, from.symbols, make_allocs_profile);
}

response growth(request const& ask, sources& from)
{
  if (auto refused = refuse_without_tcmalloc()) return *refused;
  return memory_profile(ask, from.symbols, make_growth_profile);
}

response fd(request const& ask, sources& from)
{
  if (auto refused = refuse_without_openings()) return *refused;
  if (auto refused = refuse_seconds(ask)) return *refused;
  auto const made = make_fd_profile(from);
  return debug_level(ask) != 0 ? plain(encode::encode_count_text(made))
                               : attachment(made.name, encode::encode_pprof(made));
}

std::uint64_t count_fds(sources& from)
{
  std::uint64_t count = 0;
  if (state_of_opening_notes() == opening_notes::on)
    for (auto const& sample : make_fd_profile(from).samples)
      count += static_cast<std::uint64_t>(sample.values.front());
  return count;
}

response profile(request const& ask, sources& from)
{
  return profile_cpu(ask,
                     [&from](std::string const& recorded, std::chrono::nanoseconds duration)
                     {
                       symbols::symboliser::reading const names(from.symbols);
                       auto const made =
                           model::make_cpu_profile(recorded, duration, from.symbols, own_functions);
                       return attachment("profile", encode::encode_pprof(made));
                     });
}

response legacy_heap(request const&, sources& from)
{
  if (auto refused = refuse_without_samples()) return *refused;
  return plain(encode::encode_legacy_heap(make_heap_profile(from.symbols), read_memory_map()));
}

response legacy_growth(request const&, sources& from)
{
  if (auto refused = refuse_without_tcmalloc()) return *refused;
  return plain(encode::encode_legacy_heap(make_growth_profile(from.symbols), read_memory_map()));
}

/// Of the kinds that google-pprof reads it is a heap: so many objects of one byte.
response legacy_fd(request const&, sources& from)
{
  if (auto refused = refuse_without_openings()) return *refused;
  auto made = make_fd_profile(from);
  made.sample_types.push_back(made.sample_types.front());
  for (auto& sample : made.samples)
    sample.values.push_back(sample.values.front());
  return plain(encode::encode_legacy_heap(made, read_memory_map()));
}

response legacy_profile(request const& ask, sources&)
{
  return profile_cpu(ask, [](std::string recorded, std::chrono::nanoseconds)
                     { return attachment("profile", std::move(recorded)); });
}

response heap_sampling(request const& ask, sources&)
{
  return switch_sampling(ask, switch_heap_sampling, heap_sampling_period);
}

response allocation_sampling(request const& ask, sources&)
{
  return switch_sampling(ask, switch_allocation_sampling, allocation_sampling_period);
}

}  // namespace leaklab::http
