// The texts behind ?debug=1, in the layout of Go's runtime/pprof: for people, and readable by every
// pprof.
#pragma once

#include "model/profile.hpp"

#include <leaklab/heap.hpp>
#include <leaklab/process.hpp>

#include <string>
#include <string_view>

namespace leaklab::encode
{

/// `<name> profile: total N`, then the groups of equal stack and labels, largest first, and the
/// profile's comments. Counts the first sample type. A sample without a stack is left out: readers of
/// the format refuse it.
[[nodiscard]] std::string encode_count_text(model::profile const& profile);

/// `heap profile: objects: bytes [objects: bytes] @ heapprofile`, the records, and the statistics
/// as `# name = value`: what is in use and, in brackets, what was allocated, or the same again when
/// the profile does not know. The growth profile's heading ends in `@ growth`. The figures estimate
/// all objects, as in the binary form. Readers scale what they find under Go's heading `@ heap/N`
/// once more and believe `@ heapprofile` (google/pprof, profile/legacy_profile.go,
/// parseHeapHeader), so that is the heading here and the sampling period is among the statistics.
[[nodiscard]] std::string encode_heap_text(model::profile const& profile, heap_stats const& heap,
                                           process_stats const& process);

/// The same records as gperftools writes them, for google-pprof: addresses without names, then
/// `maps`, the text of /proc/self/maps (gperftools, docs/heapprofile.html).
[[nodiscard]] std::string encode_legacy_heap(model::profile const& profile, std::string_view maps);

/// The same records behind a list of the names of all addresses, as `google-pprof --raw` writes it:
/// for places that are no code. Of a place that has several lines the first is named.
[[nodiscard]] std::string encode_symbolised_heap(model::profile const& profile);

}  // namespace leaklab::encode
