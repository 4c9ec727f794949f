#include "http/profile_answer.hpp"

#include "encode/pprof.hpp"
#include "http/answers.hpp"
#include "model/delta.hpp"
#include "model/library_frames.hpp"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <utility>

namespace leaklab::http
{

namespace
{

response binary(request const& ask, model::profile&& made)
{
  bool const is_of_memory = made.period_type.type == "space";
  if (is_of_memory && ask.parameter("frames") != "all") model::hide_library_frames(made);
  return attachment(made.name, encode::encode_pprof(made));
}

}  // namespace

std::optional<response> refuse_too_long(std::int64_t seconds)
{
  constexpr std::int64_t longest = 300;
  if (seconds <= longest) return std::nullopt;
  return response::error(
      400, fmt::format("invalid value for \"seconds\" - must be at most {}", longest));
}

response answer_profile(request const& ask, std::function<model::profile()> build,
                        std::string (*as_text)(model::profile const&))
{
  if (auto refused = refuse_bad_seconds(ask)) return *refused;
  auto const seconds = parse_number<std::int64_t>(ask.parameter("seconds")).value_or(0);
  auto const debug = debug_level(ask);
  if (seconds > 0 && debug != 0)
    return response::error(400, "seconds and debug params are incompatible");
  if (auto refused = refuse_too_long(seconds)) return *refused;
  auto made = build();
  if (debug != 0) return plain(as_text(made));
  if (seconds == 0) return binary(ask, std::move(made));
  if (ask.method == verb::head) return attachment(made.name + "-delta", "");
  return response::later(std::chrono::seconds(seconds),
                         [ask, build = std::move(build),
                          earlier = std::make_shared<model::profile const>(std::move(made))]
                         {
                           auto later = build();
                           if (later.sample_types != earlier->sample_types)
                             return response::error(
                                 500, "the counting of allocations was switched in the meantime");
                           return binary(ask, model::difference(std::move(later), *earlier));
                         });
}

}  // namespace leaklab::http
