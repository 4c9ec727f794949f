// Names for the places that a task shows: the lines where it waits and was spawned, and the
// coroutines that it is in.
#pragma once

#include "symbols/location.hpp"
#include "symbols/symboliser.hpp"

#include <leaklab/task.hpp>

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace leaklab::symbols
{

/// Gives each line of source an address that stays the same for the same program from run to run,
/// never 0, with the top bit set: no code lies there. Remembers them, so that a client which saw
/// only the address can ask for the name. One thread.
class place_book
{
 public:
  explicit place_book(symboliser& symbols) : symbols_(symbols) {}

  /// For those who ask for the names of many tasks.
  [[nodiscard]] symboliser::reading reading() { return symboliser::reading(symbols_); }

  /// A site without a line is no code: its name stays as it is.
  [[nodiscard]] location const& at(source_site const& site);

  /// The await chain of a task, innermost first: the co_await that it is in, then the coroutines
  /// that await that one, each at its co_await, or at the line of its definition where that is not
  /// known. Frames of Asio, of leaklab::detail and of scopes are left out. Empty for a task that
  /// waits in nothing tracked and whose frames are not known.
  [[nodiscard]] std::vector<location const*> chain(task_info const& task);

  /// Null for an address that at() has not given out.
  [[nodiscard]] location const* find(std::uint64_t address) const;

 private:
  struct coroutine
  {
    location place;
    bool hidden = false;
  };

  [[nodiscard]] coroutine const& at_code(void const* resume_function);

  /// One spelling for each file: a compiler that is called with a relative path writes that into a
  /// std::source_location, and the whole path into the debug information.
  [[nodiscard]] std::string const& spelling_of(std::string_view file);

  symboliser& symbols_;
  std::unordered_map<std::uint64_t, location> sites_;
  std::unordered_map<void const*, coroutine> coroutines_;
  std::set<std::string, std::less<>> files_;
};

}  // namespace leaklab::symbols
