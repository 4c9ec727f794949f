// The answer of a path that two marks of the heap must agree on.
#pragma once

#include "http/message.hpp"
#include "http/route.hpp"

#include <leaklab/heap.hpp>

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace leaklab::http
{

/// What leads to something for a moment only, or holds it in a way that a mark does not see, does so no
/// longer then.
constexpr std::chrono::milliseconds between_marks(250);

/// Only tcmalloc's heap can be marked. `unknown` is what is not known without it.
[[nodiscard]] inline std::optional<response> refuse_without_tcmalloc(std::string const& unknown)
{
  auto const heap = read_heap_stats();
  if (heap.tcmalloc) return std::nullopt;
  return response::error(501,
                         fmt::format("{}: malloc is {}, not tcmalloc", unknown, heap.allocator));
}

/// `answer` is given what the first mark has found where that is nothing, else what both have, later.
/// `look` makes a mark.
template <class Found, class Answer>
response answer_after_two_marks(Found (*look)(), sources& from, Answer answer)
{
  auto first = std::make_shared<Found>(look());
  if (!first->problem.empty() || first->found.empty()) return answer(*first);
  return response::later(between_marks,
                         [look, &from, first, answer = std::move(answer)]
                         {
                           symbols::symboliser::reading const names(from.symbols);
                           return answer(in_both(std::move(*first), look()));
                         });
}

}  // namespace leaklab::http
