// The endpoint's paths: which snapshot, in which encoding, under which headers. The answers are
// those of Go's net/http/pprof where it has the same path, so that its clients work unchanged.
#pragma once

#include "http/route.hpp"

namespace leaklab::http
{

/// For one thread, that of the handlers, but for what is_quick().
class routes
{
 public:
  explicit routes(model::leak_watch const& watch, bool hide_arguments = false,
                  bool needs_token = false)
      : from_{watch, hide_arguments, needs_token}
  {
  }

  [[nodiscard]] response operator()(request const& ask);

  /// Whether its handler takes next to no time and may run at any, on another thread: what says
  /// whether the program is well does not wait for profiles. The metrics are when the watch has
  /// counted what they say.
  [[nodiscard]] bool is_quick(request const& ask) const;

 private:
  sources from_;
};

}  // namespace leaklab::http
