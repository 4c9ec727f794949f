#include "task/exit_scopes.hpp"

#include <leaklab/scope.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace leaklab
{

namespace asio = boost::asio;

// Outlives the scope for as long as a task of it does.
struct scope::state
{
  explicit state(asio::any_io_executor const& ex)
      : executor(ex), empty(ex, asio::steady_timer::time_point::max())
  {
  }

  asio::any_io_executor executor;
  asio::steady_timer empty;  // never expires: cancelled when the last task ends
  detail::scope_children children;
  bool cancelled = false;
};

// Ends the task, then takes it out of its scope: who joins the scope finds the task counted. A task
// that is destroyed unfinished is destroyed with its context. Nobody is left to join it, but a
// destructor that runs later may cancel the scope, so it leaves the scope too.
class scope::child_end
{
 public:
  using place = detail::scope_children::iterator;

  child_end(std::shared_ptr<state> scope, place child, detail::task_end end)
      : scope_(std::move(scope)), child_(child), end_(std::move(end))
  {
  }

  child_end(child_end&&) noexcept = default;
  child_end& operator=(child_end&&) = delete;
  ~child_end()
  {
    if (scope_) scope_->children.erase(child_);
  }

  void operator()(std::exception_ptr const& failure)
  {
    auto const scope = std::move(scope_);
    end_(failure);
    scope->children.erase(child_);
    if (scope->children.empty()) scope->empty.cancel();
  }

 private:
  std::shared_ptr<state> scope_;
  place child_;
  detail::task_end end_;
};

scope::scope(asio::any_io_executor executor, scope::cancelled when)
    : state_(detail::with_plain_executor(
          executor, [](auto const& plain) { return std::make_shared<state>(plain); }))
{
  if (when == cancelled::at_exit) detail::exit_scopes::instance().add({state_, &state_->children});
}

scope::~scope() = default;

void scope::spawn(awaitable<void> body, task_name name, std::source_location const& where)
{
  auto const task = detail::begin_task(name.c_str(), where);
  detail::task_end end(task);
  auto const child = state_->children.emplace(state_->children.end());
  detail::start_task(state_->executor, std::move(body), task,
                     child_end(state_, child, std::move(end)), child->slot());
  if (state_->cancelled) child->emit(asio::cancellation_type::terminal);
}

void scope::cancel()
{
  state_->cancelled = true;
  for (auto child = state_->children.begin(); child != state_->children.end();)
    (child++)->emit(asio::cancellation_type::terminal);
}

awaitable<void> scope::join()
{
  auto const self = state_;
  while (!self->children.empty())
    co_await self->empty.async_wait(asio::as_tuple(asio::use_awaitable));
}

std::size_t scope::size() const noexcept
{
  return state_->children.size();
}

}  // namespace leaklab
