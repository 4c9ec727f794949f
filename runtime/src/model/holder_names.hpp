// Blocks of the heap and ends of paths, by the names that a reader knows.
#pragma once

#include "graph/held_block.hpp"
#include "graph/holding_root.hpp"
#include "model/own_line.hpp"
#include "symbols/symboliser.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

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

[[nodiscard]] holder name_of(symbols::symboliser& symbols, libraries const& named,
                             graph::held_block const& block);
[[nodiscard]] path_end name_of(symbols::symboliser& symbols, graph::holding_root const& root);

}  // namespace leaklab::model
