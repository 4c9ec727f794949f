// The answer of a path that two marks of the heap must agree on.
#pragma once

#include "http/message.hpp"
#include "http/route.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace leaklab::http
{

/// What leads to something for a moment only, or holds it in a way that a mark does not see, does so no
/// longer then.
constexpr std::chrono::milliseconds between_marks(250);

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
