// The memory that each of Asio's threads keeps for the next operation or coroutine frame: nobody will
// read what the one before has left there.
#pragma once

#include "graph/asio_services.hpp"
#include "graph/block_table.hpp"
#include "graph/memory_map.hpp"
#include "graph/stopped_threads.hpp"

#include <span>

namespace leaklab::graph
{

/// Sets it to zero. In a forked child; of threads that are in a
/// scheduler's run() or one of its kin.
void clear_recycled_memory(asio_services const& services, memory_map const& map,
                           block_table const& blocks,
                           std::span<stopped_thread const> threads) noexcept;

}  // namespace leaklab::graph
