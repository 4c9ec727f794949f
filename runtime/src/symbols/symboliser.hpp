// Names and source lines for code addresses of this process.
#pragma once

#include "symbols/location.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace leaklab::symbols
{

/// A variable that lives as long as the program, or its library, does.
struct variable
{
  std::string name;          ///< as a person reads it
  std::string linkage_name;  ///< empty where the symbol table has none
  std::uint64_t offset = 0;  ///< of the address in it
  std::string vtable_of;     ///< a class, where the compiler has made it for that

  bool operator==(variable const&) const = default;
};

/// Reads the ELF files and DWARF data of this process, local files only: it never asks a debuginfod
/// server. Any thread; a first question about an address may read debug data from disk, a second
/// one is a lookup. Names are kept; the debug data is let go, as it is large: megabytes even for a
/// small program.
class symboliser
{
 public:
  symboliser();
  ~symboliser();

  symboliser(symboliser const&) = delete;
  symboliser& operator=(symboliser const&) = delete;

  /// While one lives, what was read for one question is still there for the next. Make one where
  /// many are asked at once.
  class reading;

  /// The functions at the instruction that contains `address`, calls inlined there first; never
  /// empty. For a frame of a stack pass the return address - 1, which lies in the call. Without
  /// debug data it is the ELF symbol, without that "<file>+0x…", outside of all files "0x…". The
  /// reference lives as long as the symboliser.
  [[nodiscard]] std::vector<source_line> const& lines(std::uint64_t address);

  /// The variable that holds `address`: of any linkage, a vtable too. Without one in the symbol table,
  /// its name is "<file>+0x…". Nothing where no file is mapped. Not kept, so that a second question
  /// takes as long as the first.
  [[nodiscard]] std::optional<variable> variable_at(std::uint64_t address);

  /// The thread-local variable at `offset` in the block of the file that `module` is an address of.
  /// Nothing without one in the symbol table.
  [[nodiscard]] std::optional<variable> thread_variable_at(std::uint64_t module,
                                                           std::uint64_t offset);

  /// What a std::function calls that has this address for its call: `handle::<lambda>`. Empty when it
  /// is none, or when the linker or the compiler has folded several of the same code into one.
  [[nodiscard]] std::string callable_at(std::uint64_t address);

  /// The executable files mapped now (mappings.hpp), the main binary first.
  [[nodiscard]] std::vector<mapping> mappings();

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

class symboliser::reading
{
 public:
  /// `symbols` outlives it.
  explicit reading(symboliser& symbols);
  ~reading();

  reading(reading const&) = delete;
  reading& operator=(reading const&) = delete;

 private:
  impl& symbols_;
};

}  // namespace leaklab::symbols
