#include "graph/channel_links.hpp"

#include "graph/private_memory.hpp"

#include <leaklab/detail/asio_version.hpp>

#if LEAKLAB_AWAIT_CHAIN && LEAKLAB_RTTI

#include <boost/asio/execution_context.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>

#include <algorithm>
#include <cstring>
#include <typeinfo>

namespace leaklab::graph
{
namespace
{

namespace asio = boost::asio;
using asio::experimental::detail::channel_service;
using service = asio::execution_context::service;
using registry = asio::detail::service_registry;
using local_service = channel_service<asio::detail::null_mutex>;  // of channel
using shared_service = channel_service<asio::detail::mutex>;      // of concurrent_channel

// A private member may be named as the argument of an explicit instantiation ([temp.spec.general]):
// a friend that is found by its argument hands it out.
template <class Key, auto Member>
struct opened
{
  friend constexpr auto member(Key) noexcept { return Member; }
};

struct services_of_context
{
  friend constexpr auto member(services_of_context) noexcept;
};
template struct opened<services_of_context, &asio::execution_context::service_registry_>;

struct first_of_services
{
  friend constexpr auto member(first_of_services) noexcept;
};
template struct opened<first_of_services, &registry::first_service_>;

struct next_of_service
{
  friend constexpr auto member(next_of_service) noexcept;
};
template struct opened<next_of_service, &service::next_>;

struct first_of_local_channels
{
  friend constexpr auto member(first_of_local_channels) noexcept;
};
template struct opened<first_of_local_channels, &local_service::impl_list_>;

struct first_of_shared_channels
{
  friend constexpr auto member(first_of_shared_channels) noexcept;
};
template struct opened<first_of_shared_channels, &shared_service::impl_list_>;

auto& first_channel(local_service& of) noexcept
{
  return of.*member(first_of_local_channels());
}
auto& first_channel(shared_service& of) noexcept
{
  return of.*member(first_of_shared_channels());
}

/// std::type_info, which a vtable refers to in the word before those of its functions (Itanium C++
/// ABI, 2.5.2 and 2.9.4).
struct type_record
{
  std::uintptr_t vtable;
  char const* name;
};

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

  /// Services lie in blocks of their own: asio::execution_context makes each with `new`.
  std::size_t cut_all() const noexcept
  {
    std::size_t cut = 0;
    for (auto const& span : blocks_.spans())
    {
      constexpr std::size_t least = std::min(sizeof(local_service), sizeof(shared_service));
      constexpr std::size_t most = 2 * std::max(sizeof(local_service), sizeof(shared_service));
      if (span.block < least || (span.block > most && span.block != span.size())) continue;
      for (auto at = span.begin; at + span.block <= span.end; at += span.block)
      {
        type_record type;
        if (!find_type(at, type)) continue;
        cut += cut_from<local_service>(at, type) + cut_from<shared_service>(at, type);
      }
    }
    return cut;
  }

 private:
  /// Of the block that begins here, if it begins with a vtable.
  [[nodiscard]] bool find_type(std::uintptr_t block, type_record& type) const noexcept
  {
    auto const vtable = load<std::uintptr_t>(block);
    std::uintptr_t record;
    return !blocks_.extent().contains(vtable) && map_.load(vtable - sizeof vtable, record) &&
           map_.load(record, type);
  }

  template <class Service>
  std::size_t cut_from(std::uintptr_t block, type_record const& type) const noexcept
  {
    auto const* const name = typeid(Service).name();
    auto const length = std::strlen(name) + 1;
    if (!map_.is_readable(reinterpret_cast<std::uintptr_t>(type.name), length) ||
        std::memcmp(type.name, name, length) != 0)
      return 0;
    auto* const found = reinterpret_cast<Service*>(block);
    return is_private(map_, found, sizeof(Service)) && is_in_use(*found) ? cut_list(*found) : 0;
  }

  /// A block that has been freed may still look like a service. One in use is in its context's list.
  [[nodiscard]] bool is_in_use(service& which) const noexcept
  {
    auto const& context = which.context();
    if (!is_private(map_, &context, sizeof context)) return false;
    registry const* const all = context.*member(services_of_context());
    if (!is_private(map_, all, sizeof(registry))) return false;
    constexpr int most = 1000;
    auto const* each = all->*member(first_of_services());
    for (int i = 0; i != most && is_private(map_, each, sizeof *each); ++i)
    {
      if (each == &which) return true;
      each = each->*member(next_of_service());
    }
    return false;
  }

  template <class Service>
  std::size_t cut_list(Service& of) const noexcept
  {
    typename Service::base_implementation_type* before = nullptr;
    auto* link = &first_channel(of);
    std::size_t cut = 0;
    while (auto* const channel = *link)
    {
      if (!is_private(map_, channel, sizeof *channel) || channel->prev_ != before) break;
      *link = nullptr;
      channel->prev_ = nullptr;
      if (channel->max_buffer_size_ == 0) clear_container(channel + 1);
      link = &channel->next_;
      before = channel;
      ++cut;
    }
    return cut;
  }

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

bool channel_links_are_known() noexcept
{
  return true;
}

std::size_t cut_channel_links(memory_map const& map, block_table const& blocks) noexcept
{
  return link_cutter(map, blocks).cut_all();
}

}  // namespace leaklab::graph

#else

namespace leaklab::graph
{

bool channel_links_are_known() noexcept
{
  return false;
}

std::size_t cut_channel_links(memory_map const&, block_table const&) noexcept
{
  return 0;
}

}  // namespace leaklab::graph

#endif
