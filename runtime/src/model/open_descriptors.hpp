// The descriptors that are open, by the stack that opened them. The endpoint's own are left out.
#pragma once

#include "model/profile.hpp"
#include "symbols/place_book.hpp"
#include "symbols/symboliser.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace leaklab::model
{

/// Named "fd", with fd/count: a sample for each stack and kind, with the label "kind". What nobody
/// has noted is at a place called "not known". Throws like read_fd_counts. May read debug data from
/// disk.
[[nodiscard]] profile make_fd_profile(symbols::symboliser& symbols, symbols::place_book& places);

/// Descriptors that were opened at one line.
struct opening_place
{
  symbols::source_line line;  ///< innermost_own(); without a function where there is none
  std::size_t count = 0;
  std::vector<std::uintptr_t> stack;  ///< most of them; empty when it is not known
};

/// Where the open descriptors of a kind (probe/descriptors.hpp) were opened, most first: the lines
/// that are the program's own, then those of world/, then stacks without such a line. Throws like
/// read_fd_counts. Any thread.
[[nodiscard]] std::vector<opening_place> find_opening_places(symbols::symboliser& symbols,
                                                             std::string_view kind);

}  // namespace leaklab::model
