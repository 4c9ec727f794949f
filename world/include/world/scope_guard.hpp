// Actions that run when a scope is left, whichever way.
#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace world
{

/// Calls `action` at the end of its life, unless it has been released. The same as
/// std::experimental::scope_exit (N4830), except that it can be neither copied nor moved: a guard
/// belongs to the scope in which it stands. The action must not throw.
///
///     scope_exit const close([file] { std::fclose(file); });
template <class Action>
class [[nodiscard]] scope_exit
{
 public:
  explicit scope_exit(Action action) : action_(std::move(action)) {}
  ~scope_exit()
  {
    if (active_) action_();
  }

  scope_exit(scope_exit const&) = delete;
  scope_exit& operator=(scope_exit const&) = delete;

  void release() noexcept { active_ = false; }

 private:
  Action action_;
  bool active_ = true;
};

/// Stands for guards whose number is known only at run time: calls all actions at the end of its
/// life, the last one first, as Python's contextlib.ExitStack does. The actions must not throw.
class exit_stack
{
 public:
  exit_stack() = default;
  ~exit_stack()
  {
    for (; !actions_.empty(); actions_.pop_back())
      actions_.back()();
  }

  exit_stack(exit_stack const&) = delete;
  exit_stack& operator=(exit_stack const&) = delete;

  void push(std::function<void()> action) { actions_.push_back(std::move(action)); }

 private:
  std::vector<std::function<void()>> actions_;
};

}  // namespace world
