#include "task/exit_scopes.hpp"

namespace leaklab::detail
{

// Never destroyed: a scope may be made by the destructor of a static object.
exit_scopes& exit_scopes::instance() noexcept
{
  static auto* const all = new exit_scopes;
  return *all;
}

void exit_scopes::add(std::shared_ptr<scope_children> const& children)
{
  std::lock_guard const lock(mutex_);
  std::erase_if(known_, [](auto const& each) { return each.expired(); });
  known_.push_back(children);
}

std::vector<std::weak_ptr<scope_children>> exit_scopes::all()
{
  std::lock_guard const lock(mutex_);
  return known_;
}

}  // namespace leaklab::detail
