// The answer of a path that shows one of the profiles that exist at every moment.
#pragma once

#include "http/message.hpp"
#include "model/profile.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace leaklab::http
{

/// Refuses a time that is longer than the runtime's own limit: a profile that nobody waits for must
/// end. Nothing when it is good.
[[nodiscard]] std::optional<response> refuse_too_long(std::int64_t seconds);

/// Answers as net/http/pprof: with the profile, with its text when `debug` asks for it, and with the
/// change over a time when `seconds` does. `build` may be called again after that time. Of
/// memory, it hides the frames of libraries (library_frames.hpp) unless `frames` is "all".
[[nodiscard]] response answer_profile(request const& ask, std::function<model::profile()> build,
                                      std::string (*as_text)(model::profile const&));

}  // namespace leaklab::http
