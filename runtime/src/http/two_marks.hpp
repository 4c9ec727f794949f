// The answer of a path that two marks of the heap must agree on.
#pragma once

#include "graph/two_marks.hpp"
#include "http/message.hpp"
#include "http/route.hpp"

#include <leaklab/heap.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace leaklab::http
{

/// Only tcmalloc's heap can be marked. `unknown` is what is not known without it.
[[nodiscard]] inline std::optional<response> refuse_without_tcmalloc(std::string const& unknown)
{
  auto const heap = read_heap_stats();
  if (heap.tcmalloc) return std::nullopt;
  return response::error(501,
                         fmt::format("{}: malloc is {}, not tcmalloc", unknown, heap.allocator));
}

/// As graph::two_marks(), but others are served between the marks: `answer` is given what is found.
template <class Found, class Answer>
response answer_after_two_marks(Found (*look)(), sources& from, Answer answer)
{
  auto first = std::make_shared<Found>(look());
  if (says_all(*first)) return answer(*first);
  return response::later(graph::between_marks,
                         [look, &from, first, answer = std::move(answer)]
                         {
                           symbols::symboliser::reading const names(from.symbols);
                           return answer(in_both(std::move(*first), look()));
                         });
}

}  // namespace leaklab::http
