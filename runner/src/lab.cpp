#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <runner/lab.hpp>

namespace leaklab
{

namespace asio = boost::asio;

// What a reader is not shown: await chains leave out the coroutines of leaklab::detail.
struct detail::lab_coroutines
{
  static awaitable<void> run(lab& lab, scenario_function scenario)
  {
    lab.root_ = current_task_id();
    co_await scenario(lab);
  }

  static awaitable<bool> next(tick_clock& clock, std::source_location where)
  {
    using namespace std::chrono;
    auto& lab = clock.lab_;
    for (;;)
    {
      if (lab.stopping_)
      {
        if (detail::current_task_id() == lab.root_)
        {
          lab.tasks_.cancel();
          co_await lab.tasks_.join();
        }
        co_return false;
      }
      clock.timer_.expires_at(steady_timer::time_point::max());
      if (!lab.held_)
      {
        auto const due = clock.begin_ + duration_cast<nanoseconds>(duration<double>(
                                            static_cast<double>(clock.ticked_) / lab.rate_));
        if (due <= steady_timer::clock_type::now())
        {
          ++clock.ticked_;
          ++lab.offered_;
          // A clock that is behind must not keep the thread from the tasks that its ticks have
          // spawned.
          co_await asio::post(asio::use_awaitable);
          co_return true;
        }
        clock.timer_.expires_at(due);
      }
      co_await clock.timer_.async_wait(asio::as_tuple(tracked(where)));
    }
  }
};

lab::lab(asio::any_io_executor executor, double rate)
    : executor_(executor), rate_(rate), tasks_(std::move(executor), scope::cancelled::at_exit)
{
}

awaitable<void> lab::run(scenario_function scenario)
{
  return detail::lab_coroutines::run(*this, std::move(scenario));
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
  return detail::lab_coroutines::next(*this, where);
}

}  // namespace leaklab
