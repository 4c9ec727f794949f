#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <runner/lab.hpp>

namespace leaklab
{

namespace asio = boost::asio;

lab::lab(asio::any_io_executor executor, double rate)
    : executor_(executor), rate_(rate), tasks_(std::move(executor))
{
}

awaitable<void> lab::run(scenario_function scenario)
{
  root_ = detail::current_task_id();
  co_await scenario(*this);
}

void lab::spawn(awaitable<void> body, task_name name, std::source_location const& where)
{
  tasks_.spawn(std::move(body), name, where);
}

tick_clock lab::ticks()
{
  return tick_clock(*this);
}

void lab::hold()
{
  held_ = true;
  wake_clocks();
}

void lab::stop()
{
  stopping_ = true;
  wake_clocks();
}

void lab::wake_clocks()
{
  asio::post(executor_,
             [this]
             {
               for (auto& clock : clocks_)
                 clock.timer_.cancel();
             });
}

tick_clock::tick_clock(lab& lab) : lab_(lab), timer_(lab.executor_)
{
  lab_.clocks_.push_back(*this);
}

awaitable<bool> tick_clock::next(std::source_location where)
{
  using namespace std::chrono;
  for (;;)
  {
    if (lab_.stopping_)
    {
      if (detail::current_task_id() == lab_.root_)
      {
        lab_.tasks_.cancel();
        co_await lab_.tasks_.join();
      }
      co_return false;
    }
    timer_.expires_at(steady_timer::time_point::max());
    if (!lab_.held_)
    {
      auto const due = begin_ + duration_cast<nanoseconds>(
                                    duration<double>(static_cast<double>(ticked_) / lab_.rate_));
      if (due <= steady_timer::clock_type::now())
      {
        ++ticked_;
        ++lab_.offered_;
        // A clock that is behind must not keep the thread from the tasks that its ticks have
        // spawned.
        co_await asio::post(asio::use_awaitable);
        co_return true;
      }
      timer_.expires_at(due);
    }
    co_await timer_.async_wait(asio::as_tuple(tracked(where)));
  }
}

}  // namespace leaklab
