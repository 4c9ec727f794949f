#include "model/own_line.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace leaklab::model
{
namespace
{

// `upload::upload` on the line of `struct upload`: a constructor that the compiler wrote, called
// where the reader should look.
bool is_implicit_constructor(symbols::source_line const& line)
{
  std::string_view const name(line.function.data(),
                              std::min(line.function.find('('), line.function.size()));
  auto const colons = name.rfind("::");
  if (colons == name.npos || line.line != line.start_line) return false;
  auto const scope = name.substr(0, colons);
  auto const type = name.substr(colons + 2);
  return scope == type || scope.ends_with("::" + std::string(type));
}

// This folder of sources, and the headers: a function that was inlined has lost the namespace in its
// name.
constexpr std::string_view runtime_headers = "/include/leaklab/";
std::string_view runtime_sources()
{
  static constexpr std::string_view here = __FILE__;
  return here.substr(0, here.size() - std::string_view("model/own_line.cpp").size());
}

}  // namespace

bool is_own(symbols::source_line const& line)
{
  auto const begins = [](std::string_view text, auto... prefixes)
  { return (text.starts_with(prefixes) || ...); };
  // The loader's, which calls the constructors of libraries.
  constexpr std::string_view loader = "elf/dl-init.c";
  return line.line != 0 && line.file != loader && !is_implicit_constructor(line) &&
         !begins(line.file, "/usr/", "../", runtime_sources()) &&
         line.file.find(runtime_headers) == line.file.npos &&
         !begins(line.function, "std::", "boost::", "leaklab::", "operator new", "__");
}

bool libraries::has(symbols::source_line const& line) const
{
  return std::ranges::any_of(
      prefixes, [&](std::string const& prefix) { return line.function.starts_with(prefix); });
}

symbols::source_line const* innermost_own(symbols::symboliser& symbols,
                                          std::span<std::uintptr_t const> stack,
                                          libraries const& named)
{
  symbols::source_line const* of_library = nullptr;
  for (auto const address : stack)
    for (auto const& line : symbols.lines(address - 1))
    {
      if (!is_own(line)) continue;
      if (!named.has(line)) return &line;
      if (!of_library) of_library = &line;
    }
  return of_library;
}

}  // namespace leaklab::model
