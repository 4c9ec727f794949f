// The words by which Asio's services list the channels of a context: the head of a service's list, and
// in each channel the links to its neighbours. Only the end of the context makes use of them
// (channel_service::shutdown), so what they lead to is nothing that anybody could send to.
//
// Besides, the memory of the container of a channel without a capacity: it stays empty, and its memory,
// more than half a kilobyte that nobody has written, is full of old words.
#pragma once

#include "graph/asio_services.hpp"
#include "graph/block_table.hpp"
#include "graph/memory_map.hpp"

namespace leaklab::graph
{

/// Sets them all to null. In a forked child: for as long as services
/// and channels are in private memory, and each link is answered by the one back. What a thread was
/// changing at the time of the fork, and what lies behind it in the list, stays as it is.
void cut_channel_links(asio_services const& services, memory_map const& map,
                       block_table const& blocks) noexcept;

}  // namespace leaklab::graph
