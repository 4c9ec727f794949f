// A look that two marks must agree on.
#pragma once

#include <chrono>
#include <thread>
#include <utility>

namespace leaklab::graph
{

/// What leads to something for a moment only, or holds it in a way that a mark does not see, does so no
/// longer then.
constexpr std::chrono::milliseconds between_marks(250);

/// Whether there is nothing for a second mark to agree with.
template <class Found>
[[nodiscard]] bool says_all(Found const& first)
{
  return !first.problem.empty() || first.found.empty();
}

/// What the first mark has found where that is nothing, else what both have. `look` makes a mark. Blocks
/// the caller meanwhile.
template <class Found>
[[nodiscard]] Found two_marks(Found (*look)())
{
  auto first = look();
  if (says_all(first)) return first;
  std::this_thread::sleep_for(between_marks);
  return in_both(std::move(first), look());
}

}  // namespace leaklab::graph
