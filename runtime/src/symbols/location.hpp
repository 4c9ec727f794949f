// A place in the code of this process, with the names that a reader knows it by.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace leaklab::symbols
{

/// One line of source in a function. An address has several when calls were inlined there:
/// innermost first.
struct source_line
{
  std::string function;      ///< as a person reads it
  std::string linkage_name;  ///< mangled, when there is one; pprof then demangles nothing by itself
  std::string file;
  std::int64_t line = 0;        ///< 0 when unknown
  std::int64_t start_line = 0;  ///< of the function; 0 when unknown

  bool operator==(source_line const&) const = default;
};

/// A place in the program. `address` is never 0 and differs between any two places, as Alloy's
/// delta demands; for code it is the address of the call (return address - 1).
struct location
{
  std::uint64_t address = 0;
  std::vector<source_line> lines;
};

/// An executable mapping of this process, from /proc/self/maps.
struct mapping
{
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t offset = 0;
  std::string path;
  std::string build_id;  ///< hexadecimal; empty when unknown
};

}  // namespace leaklab::symbols
