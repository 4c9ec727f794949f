#include "graph/channel_links.hpp"

#include <leaklab/detail/asio_version.hpp>

#if LEAKLAB_AWAIT_CHAIN && LEAKLAB_RTTI

#include "graph/asio_members.hpp"

#include <cstring>

namespace leaklab::graph
{
namespace
{

/// libstdc++'s std::deque, which is the same for all elements.
struct deque_record
{
  struct place
  {
    std::uintptr_t at;
    std::uintptr_t begin;  // of the node
    std::uintptr_t end;
    std::uintptr_t node;

    bool operator==(place const&) const = default;
  };

  std::uintptr_t nodes;
  std::size_t capacity;
  place first;
  place last;
};

class link_cutter
{
 public:
  link_cutter(memory_map const& map, block_table const& blocks) noexcept
      : map_(map), blocks_(blocks)
  {
  }

  template <class Service>
  void cut_list(Service& of) const noexcept
  {
    typename Service::base_implementation_type* before = nullptr;
    auto* link = &first_channel(of);
    while (auto* const channel = *link)
    {
      if (!is_private(map_, channel, sizeof *channel) || channel->prev_ != before) break;
      *link = nullptr;
      channel->prev_ = nullptr;
      if (channel->max_buffer_size_ == 0) clear_container(channel + 1);
      link = &channel->next_;
      before = channel;
    }
  }

 private:
  /// Which begins somewhere here: how far behind the links depends on the channel's type.
  void clear_container(void const* behind_links) const noexcept
  {
    constexpr std::size_t most_between = 48;
    auto const begin = reinterpret_cast<std::uintptr_t>(behind_links);
    for (auto at = begin; at <= begin + most_between; at += sizeof(void*))
    {
      deque_record found;
      if (!map_.load(at, found)) return;
      if (!is_empty(found)) continue;
      clear(found.nodes, found.capacity * sizeof(void*));
      clear(found.first.begin, found.first.end - found.first.begin);
      clear(at, sizeof found);  // the end of its memory may be where a block of others begins
      return;
    }
  }

  [[nodiscard]] bool is_empty(deque_record const& container) const noexcept
  {
    auto const& place = container.first;
    std::uintptr_t begin;
    return place == container.last && place.begin <= place.at && place.at < place.end &&
           is_block(container.nodes, container.capacity * sizeof(void*)) &&
           is_block(place.begin, place.end - place.begin) &&
           (place.node - container.nodes) / sizeof(void*) < container.capacity &&
           map_.load(place.node, begin) && begin == place.begin;
  }

  void clear(std::uintptr_t begin, std::size_t bytes) const noexcept
  {
    auto* const memory = reinterpret_cast<void*>(begin);
    if (is_private(map_, memory, bytes)) std::memset(memory, 0, bytes);
  }

  /// One of which so many bytes may have been asked for begins here.
  [[nodiscard]] bool is_block(std::uintptr_t address, std::size_t bytes) const noexcept
  {
    block found;
    return blocks_.find(address, found) && blocks_.bytes_of(found).begin == address &&
           bytes <= blocks_.bytes_of(found).size();
  }

  memory_map const& map_;
  block_table const& blocks_;
};

}  // namespace

void cut_channel_links(asio_services const& services, memory_map const& map,
                       block_table const& blocks) noexcept
{
  link_cutter const cutter(map, blocks);
  services.for_each<local_channels, shared_channels>([&](auto& each) { cutter.cut_list(each); });
}

}  // namespace leaklab::graph

#else

namespace leaklab::graph
{

void cut_channel_links(asio_services const&, memory_map const&, block_table const&) noexcept
{
}

}  // namespace leaklab::graph

#endif
