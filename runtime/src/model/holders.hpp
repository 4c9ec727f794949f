// Who holds what the heap profile shows: from an object of a place to the variable, the stack or the
// coroutine that keeps it alive.
#pragma once

#include "graph/heap_look.hpp"
#include "model/own_line.hpp"
#include "model/profile.hpp"
#include "symbols/symboliser.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leaklab::model
{

/// A block on the path from an object to a root, or several in a row that are alike.
struct holder
{
  /// The type of a block that begins with a vtable, the function of one that is a coroutine's frame;
  /// empty when it is not known.
  std::string what;
  /// What the std::function calls that the reference lies in; empty when it lies in none.
  std::string callback;
  symbols::source_line allocated_by;  ///< its line is 0 when that is not known
  std::size_t times = 1;
  std::size_t bytes = 0;   ///< of each
  std::size_t offset = 0;  ///< of the reference to the block before
};

struct path_end
{
  std::string_view kind;  ///< in a word, for programs
  std::string text;       ///< `variable routes`
  std::string name;  ///< of the variable, the task or the thread; empty where it is none of these
  std::uint64_t offset = 0;  ///< of the reference, in the variable
  std::uint64_t task = 0;
  int thread = 0;
};

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
