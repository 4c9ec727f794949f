// The paths of the heap and the processor: profiles for pprof, the forms that google-pprof reads,
// and the switches of the samplers.
#pragma once

#include "http/message.hpp"
#include "model/profile.hpp"
#include "symbols/symboliser.hpp"

#include <optional>
#include <string>

namespace leaklab::http
{

/// For one thread: the server's.
class profiler_routes
{
 public:
  /// `symbols` outlives this and every answer that comes later.
  explicit profiler_routes(symbols::symboliser& symbols) : symbols_(symbols) {}

  /// Nothing when the path is not one of these.
  [[nodiscard]] std::optional<response> operator()(request const& ask);

 private:
  using route = response (profiler_routes::*)(request const&);
  using builder = model::profile (*)(symbols::symboliser&);

  [[nodiscard]] response heap(request const& ask);
  [[nodiscard]] response allocs(request const& ask);
  [[nodiscard]] response growth(request const& ask);
  [[nodiscard]] response profile(request const& ask);
  [[nodiscard]] response legacy_heap(request const& ask);
  [[nodiscard]] response legacy_growth(request const& ask);
  [[nodiscard]] response legacy_profile(request const& ask);
  [[nodiscard]] response heap_sampling(request const& ask);
  [[nodiscard]] response allocation_sampling(request const& ask);

  [[nodiscard]] response memory_profile(request const& ask, builder build);

  symbols::symboliser& symbols_;
};

}  // namespace leaklab::http
