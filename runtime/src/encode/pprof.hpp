// pprof's own format, https://github.com/google/pprof/blob/main/proto/profile.proto, compressed
// with gzip.
#pragma once

#include "model/profile.hpp"

#include <string>

namespace leaklab::encode
{

/// What `go tool pprof`, Pyroscope and Parca read. Mappings say that all their symbols are in the
/// profile, so that no client looks for more. Throws std::bad_alloc only.
[[nodiscard]] std::string encode_pprof(model::profile const& profile);

}  // namespace leaklab::encode
