#include "graph/asio_services.hpp"

#if LEAKLAB_AWAIT_CHAIN && LEAKLAB_RTTI

#include "graph/asio_members.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace leaklab::graph
{

asio_services::asio_services(workspace& space, memory_map const& map,
                             block_table const& blocks) noexcept
    : map_(map), blocks_(blocks), candidates_(space, blocks.count())
{
  constexpr std::string_view namespace_of_asio = "N5boost4asio";
  constexpr std::size_t least = std::min(sizeof(local_channels), sizeof(steady_timers));
  constexpr std::size_t most = 2 * sizeof(asio_detail::scheduler);
  for (auto const& span : blocks.spans())
  {
    if (span.block < least || (span.block > most && span.block != span.size())) continue;
    for (auto at = span.begin; at + span.block <= span.end; at += span.block)
      if (type_record type; find_type(at, type) && begins_with(type.name, namespace_of_asio))
        candidates_.push(at);
  }
}

bool asio_services::find_type(std::uintptr_t block, type_record& type) const noexcept
{
  auto const vtable = load<std::uintptr_t>(block);
  std::uintptr_t record;
  return !blocks_.extent().contains(vtable) && map_.load(vtable - sizeof vtable, record) &&
         map_.load(record, type);
}

bool asio_services::begins_with(char const* name, std::string_view wanted) const noexcept
{
  return map_.is_readable(reinterpret_cast<std::uintptr_t>(name), wanted.size()) &&
         std::memcmp(name, wanted.data(), wanted.size()) == 0;
}

bool asio_services::is_in_use(service& which) const noexcept
{
  auto const& context = which.context();
  if (!is_private(map_, &context, sizeof context)) return false;
  service_registry const* const all = context.*member(services_of_context());
  if (!is_private(map_, all, sizeof(service_registry))) return false;
  constexpr int most = 1000;
  auto const* each = all->*member(first_of_services());
  for (int i = 0; i != most && is_private(map_, each, sizeof *each); ++i)
  {
    if (each == &which) return true;
    each = each->*member(next_of_service());
  }
  return false;
}

}  // namespace leaklab::graph

#else

namespace leaklab::graph
{

asio_services::asio_services(workspace& space, memory_map const& map,
                             block_table const& blocks) noexcept
    : map_(map), blocks_(blocks), candidates_(space, 1)
{
}

}  // namespace leaklab::graph

#endif
