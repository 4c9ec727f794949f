// Who holds what the heap profile shows: from an object of a place to the variable, the stack or the
// coroutine that keeps it alive.
#pragma once

#include "graph/heap_look.hpp"
#include "model/holder_names.hpp"
#include "model/own_line.hpp"
#include "model/profile.hpp"
#include "symbols/symboliser.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace leaklab::model
{

struct held_object
{
  std::vector<holder> holders;  ///< the object first
  std::size_t left_out = 0;     ///< blocks in the middle of a long path
  path_end root;
};

struct held_place
{
  symbols::source_line line;
  double count = 0;  ///< of all its objects, as the heap profile estimates it
  double bytes = 0;
  std::vector<held_object> objects;  ///< the oldest ones
};

struct holder_report : graph::heap_look
{
  std::vector<held_place> places;
};

struct holder_question
{
  /// Part of the function or of "file:line" that allocated; empty for any.
  std::string at;
  std::size_t places = 3;   ///< those with the most bytes
  std::size_t objects = 3;  ///< of each
};

/// Marks the heap once, twice where an object seems to be lost. Any thread; blocks it meanwhile.
[[nodiscard]] holder_report find_holders(symbols::symboliser& symbols, libraries const& named,
                                         holder_question const& asked);

/// Named "holders": the paths as stacks, the object's line the leaf and the root the other end. The
/// bytes and objects of a place are shared out among the objects that were looked at.
[[nodiscard]] profile make_holders_profile(symbols::symboliser& symbols,
                                           holder_report const& report);

}  // namespace leaklab::model
