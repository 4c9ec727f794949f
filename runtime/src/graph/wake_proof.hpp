// The proof that nothing can wake a task, as a forked child makes it (stuck_tasks.hpp says what it is).
#pragma once

#include "graph/asio_services.hpp"
#include "graph/heap_snapshot.hpp"
#include "graph/stuck_tasks.hpp"
#include "task/exit_scopes.hpp"
#include "task/task_table.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace leaklab::graph
{

/// Why this build proves nothing; empty when it does.
[[nodiscard]] std::string why_no_proof();

/// What the child cannot ask for, as that takes locks: made before the fork.
struct proof_question
{
  std::vector<std::span<detail::task_record>> records = detail::task_table::instance().records();
  std::vector<std::weak_ptr<detail::scope_children>> scopes = detail::exit_scopes::instance().all();
};

struct proof_counts
{
  std::uint64_t waiting = 0;  ///< tasks that wait
  std::uint64_t unseen = 0;   ///< that somebody will run, and yet the mark has not reached them
};

struct wake_proof
{
  array<stuck_task> stuck;  ///< in no order
  proof_counts counts;
};

/// Sets to null what merely lists tasks and channels, and what Asio's threads keep, then marks. False when there is no memory for it.
[[nodiscard]] bool prove(looking_child const& child, heap_snapshot& heap,
                         asio_services const& services, proof_question const& asked,
                         wake_proof& found) noexcept;

/// Why nothing is to be said of any task after these counts; empty when the proof holds.
[[nodiscard]] std::string problem_of(proof_counts const& counts);

}  // namespace leaklab::graph
