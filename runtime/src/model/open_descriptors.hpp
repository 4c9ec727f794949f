// The descriptors that are open, by the stack that opened them.
#pragma once

#include "model/profile.hpp"
#include "model/readings.hpp"
#include "symbols/place_book.hpp"
#include "symbols/symboliser.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string_view>

namespace leaklab::model
{

/// Named "fd", with fd/count: a sample for each stack and kind, with the label "kind". What nobody
/// has noted is at a place called "not known". Left out are those that functions have opened whose
/// names begin with one of `hidden`: the endpoint's own. Throws like read_fd_counts. May read debug
/// data from disk.
[[nodiscard]] profile make_fd_profile(symbols::symboliser& symbols, symbols::place_book& places,
                                      std::span<std::string_view const> hidden);

/// How many are open by kind (probe/descriptors.hpp) and the stack that opened them, which is empty
/// where nobody has noted it. The endpoint's own are among them. Throws like read_fd_counts. Any
/// thread.
[[nodiscard]] std::map<std::string_view, amounts_by_stack> read_openings();

/// Whether a function with a name that begins with one of `hidden` has opened it. Code of the
/// program's that such a function calls, a gauge's, is not hidden. May read debug data from disk.
[[nodiscard]] bool is_hidden(symbols::symboliser& symbols, std::span<std::uintptr_t const> opened,
                             std::span<std::string_view const> hidden);

}  // namespace leaklab::model
