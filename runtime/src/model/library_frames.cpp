#include "model/library_frames.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leaklab::model
{
namespace
{

// How names begin. The last is how frames are called that have no name.
constexpr std::array<std::string_view, 11> beginnings{
    "std::", "__gnu_cxx::", "boost::asio::", "boost_asio_handler_", "leaklab::",     "operator new",
    "tc_",   "tcmalloc::",  "__libc_start_", "__pthread_once",      "libstdc++.so.",
};
constexpr std::array<std::string_view, 13> names{
    "malloc", "calloc",        "realloc",        "memalign", "valloc",       "pvalloc", "clone",
    "clone3", "aligned_alloc", "posix_memalign", "__clone3", "start_thread", "_start"};
// Where those come from whose names the compiler leaves unqualified, as it does when it inlines them.
constexpr std::array<std::string_view, 3> folders{"/include/c++/", "/bits/gthr-", "/boost/asio/"};

/// As pprof cuts names before it compares them (google/pprof, profile/prune.go, simplifyFunc).
std::string_view without_parameters(std::string_view name)
{
  std::size_t at = 0;
  for (at = name.find('('); at != name.npos; at = name.find('(', at + 1))
    if (!name.substr(at).starts_with("(anonymous namespace)") &&
        !name.substr(0, at).ends_with("operator"))
      break;
  return name.substr(0, at);
}

bool is_named_so(std::string_view function)
{
  return std::ranges::any_of(beginnings,
                             [function](auto begin) { return function.starts_with(begin); }) ||
         std::ranges::find(names, without_parameters(function)) != names.end();
}

bool is_of_library(symbols::source_line const& line)
{
  return is_named_so(line.function) ||
         std::ranges::any_of(
             folders, [&line](auto folder) { return line.file.find(folder) != std::string::npos; });
}

std::string quoted(std::string_view text)
{
  std::string pattern;
  for (char const c : text)
  {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

class hider
{
 public:
  explicit hider(profile& made) : made_(made) {}

  void hide(std::vector<std::uint32_t>& stack)
  {
    auto const own = std::ranges::find_if_not(
        stack, [this](auto index)
        { return std::ranges::all_of(made_.locations[index].lines, is_of_library); });
    if (own == stack.end()) return;
    std::vector<std::uint32_t> shown(stack.begin(), own);
    for (auto at = own; at != stack.end(); ++at)
      if (auto const index = without_callers(*at, at == own)) shown.push_back(*index);
    stack = std::move(shown);
  }

 private:
  /// The place without its functions of libraries; but with those that its innermost own function
  /// calls when that is the innermost of the stack. Nothing when it has no others.
  std::optional<std::uint32_t> without_callers(std::uint32_t index, bool is_innermost)
  {
    auto const [known, is_new] = known_.try_emplace({index, is_innermost});
    if (!is_new) return known->second;
    auto place = made_.locations[index];
    auto const own = std::ranges::find_if_not(place.lines, is_of_library);
    auto const rest =
        std::remove_if(is_innermost ? own : place.lines.begin(), place.lines.end(), is_of_library);
    if (own == place.lines.end()) return known->second;
    known->second = index;
    if (rest == place.lines.end()) return index;
    place.lines.erase(rest, place.lines.end());
    known->second = static_cast<std::uint32_t>(made_.locations.size());
    made_.locations.push_back(std::move(place));
    return known->second;
  }

  profile& made_;
  std::map<std::pair<std::uint32_t, bool>, std::optional<std::uint32_t>> known_;
};

/// Without the places that no stack has any more. Each has an address of its own, as some readers know
/// it by nothing else: one of two at a call is shown a byte further inside it.
void drop_unused(profile& made)
{
  std::vector<std::optional<std::uint32_t>> moved(made.locations.size());
  std::vector<symbols::location> used;
  std::set<std::uint64_t> addresses;
  for (sample& each : made.samples)
    for (std::uint32_t& index : each.stack)
    {
      if (!moved[index])
      {
        moved[index] = static_cast<std::uint32_t>(used.size());
        used.push_back(std::move(made.locations[index]));
        while (!addresses.insert(used.back().address).second)
          --used.back().address;
      }
      index = *moved[index];
    }
  made.locations = std::move(used);
}

}  // namespace

std::string const& library_functions()
{
  static std::string const pattern = []
  {
    std::string made;
    for (auto const begin : beginnings)
      made += quoted(begin) + ".*|";
    return made + fmt::format("{}", fmt::join(names, "|"));
  }();
  return pattern;
}

void hide_library_frames(profile& made)
{
  hider hide(made);
  for (sample& each : made.samples)
    hide.hide(each.stack);
  drop_unused(made);

  std::set<std::string_view> own;
  std::set<std::string_view> unqualified;
  for (auto const& place : made.locations)
    for (auto const& line : place.lines)
      if (!is_named_so(line.function))
        (is_of_library(line) ? unqualified : own).insert(without_parameters(line.function));
  made.drop_frames = library_functions();
  for (auto const name : unqualified)
    if (!own.contains(name)) made.drop_frames += "|" + quoted(name) + "(\\(.*)?";
}

}  // namespace leaklab::model
