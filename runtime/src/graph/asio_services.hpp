// The services of Asio's execution contexts, found in memory by their types: what waits lies in queues
// of theirs, and no interface of Asio leads there.
//
// In a program without RTTI a service cannot be told from other objects.
#pragma once

#include "graph/block_table.hpp"
#include "graph/memory_map.hpp"
#include "graph/private_memory.hpp"

#include <leaklab/detail/asio_version.hpp>

#include <boost/asio/execution_context.hpp>

#include <cstdint>
#include <string_view>
#include <typeinfo>

namespace leaklab::graph
{

/// Whether they can be found in this build.
inline constexpr bool services_are_known = LEAKLAB_AWAIT_CHAIN && LEAKLAB_RTTI;

/// For a forked child: a block that has been freed may still look like a service, and a thread may have
/// been changing a list.
class asio_services
{
 public:
  using service = boost::asio::execution_context::service;

  /// Looks at all blocks. Services lie in blocks of their own: asio::execution_context makes each with
  /// `new`.
  asio_services(workspace& space, memory_map const& map, block_table const& blocks) noexcept;

  /// False when there was no memory for it.
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(candidates_); }

  /// Calls `found` with each service of one of these types.
  template <class... Services, class Found>
  void for_each(Found const& found) const noexcept
  {
    for (auto const block : candidates_)
      (offer<Services>(block, found), ...);
  }

 private:
  /// std::type_info, which a vtable refers to in the word before those of its functions (Itanium C++
  /// ABI, 2.5.2 and 2.9.4).
  struct type_record
  {
    std::uintptr_t vtable;
    char const* name;
  };

  /// Of the block that begins here, if it begins with a vtable.
  [[nodiscard]] bool find_type(std::uintptr_t block, type_record& type) const noexcept;
  [[nodiscard]] bool begins_with(char const* name, std::string_view wanted) const noexcept;
  /// A service in use is in its context's list.
  [[nodiscard]] bool is_in_use(service& which) const noexcept;

  template <class Service, class Found>
  void offer(std::uintptr_t block, Found const& found) const noexcept
  {
    std::string_view const name = typeid(Service).name();
    type_record type;
    auto* const which = reinterpret_cast<Service*>(block);
    if (find_type(block, type) && begins_with(type.name, {name.data(), name.size() + 1}) &&
        is_private(map_, which, sizeof(Service)) && is_in_use(*which))
      found(*which);
  }

  memory_map const& map_;
  block_table const& blocks_;
  array<std::uintptr_t> candidates_;  // blocks that begin as an object of a class of Asio's does
};

}  // namespace leaklab::graph
