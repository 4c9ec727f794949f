#include "graph/asio_services.hpp"

#if LEAKLAB_AWAIT_CHAIN && LEAKLAB_RTTI

#include "graph/asio_members.hpp"

#include <cstring>

namespace leaklab::graph
{
bool asio_services::find_type(std::uintptr_t block, type_record& type) const noexcept
{
  auto const vtable = load<std::uintptr_t>(block);
  std::uintptr_t record;
  return !blocks_.extent().contains(vtable) && map_.load(vtable - sizeof vtable, record) &&
         map_.load(record, type);
}

bool asio_services::is_type(type_record const& type, char const* name) const noexcept
{
  auto const length = std::strlen(name) + 1;
  return map_.is_readable(reinterpret_cast<std::uintptr_t>(type.name), length) &&
         std::memcmp(type.name, name, length) == 0;
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

#endif
