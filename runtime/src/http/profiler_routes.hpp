// The handlers of the heap's, the descriptors' and the processor's paths: profiles for pprof, the
// forms that google-pprof reads, and the switches of the samplers.
#pragma once

#include "http/route.hpp"

#include <optional>

namespace leaklab::http
{

/// What the endpoint's thread does is no part of what the program does.
constexpr std::string_view own_functions = "leaklab::http::";
/// Nor is what the endpoint opens when it is made, and what its watch does.
constexpr std::string_view opening_functions[] = {own_functions,
                                                  "leaklab::endpoint::", "leaklab::model::"};

[[nodiscard]] response heap(request const& ask, sources& from);
[[nodiscard]] response allocs(request const& ask, sources& from);
[[nodiscard]] response growth(request const& ask, sources& from);
[[nodiscard]] response fd(request const& ask, sources& from);
[[nodiscard]] response profile(request const& ask, sources& from);

[[nodiscard]] response legacy_heap(request const& ask, sources& from);
[[nodiscard]] response legacy_growth(request const& ask, sources& from);
[[nodiscard]] response legacy_fd(request const& ask, sources& from);
[[nodiscard]] response legacy_profile(request const& ask, sources& from);

[[nodiscard]] response heap_sampling(request const& ask, sources& from);
[[nodiscard]] response allocation_sampling(request const& ask, sources& from);

/// Refuses where there are no samples of the heap, and says why.
[[nodiscard]] std::optional<response> refuse_without_samples();

/// The open descriptors, for the index; 0 when nobody notes who opens them.
[[nodiscard]] std::uint64_t count_fds(sources& from);

}  // namespace leaklab::http
