// The page behind /debug/pprof/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace leaklab::http
{

/// What there is to look at, with counts. Links are relative, so the page works behind a prefix.
[[nodiscard]] std::string index_page(std::uint64_t live_tasks, std::size_t heap_samples,
                                     std::size_t growths);

}  // namespace leaklab::http
