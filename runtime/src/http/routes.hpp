// The endpoint's paths: which snapshot, in which encoding, under which headers. The answers are
// those of Go's net/http/pprof where it has the same path, so that its clients work unchanged.
#pragma once

#include "http/route.hpp"

namespace leaklab::http
{

/// For one thread: the server's.
class routes
{
 public:
  explicit routes(model::leak_watch const& watch, bool hide_arguments = false)
      : from_{watch, hide_arguments}
  {
  }

  [[nodiscard]] response operator()(request const& ask);

 private:
  sources from_;
};

}  // namespace leaklab::http
