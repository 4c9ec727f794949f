// A backend that does four things at a time, 20 ms each. How many workers should call it?
#include <leaklab/channel.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

using leaklab::awaitable;
using leaklab::channel;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

namespace
{

struct service
{
  explicit service(boost::asio::io_context& context) : jobs(context, 20), backend(context, 4) {}

  channel<clock_type::time_point> jobs;  // when each was offered
  channel<> backend;                     // a full slot for each call under way
  long refused = 0;
  long done = 0;
  clock_type::duration in_queue{};
  clock_type::duration in_call{};
};

awaitable<void> work(service& of)
{
  leaklab::steady_timer takes(of.jobs.get_executor());
  for (;; ++of.done)
  {
    auto const offered = co_await of.jobs.async_receive();
    auto const begun = clock_type::now();
    co_await of.backend.async_send({});  // waits for a free slot
    takes.expires_after(20ms);
    co_await takes.async_wait();
    co_await of.backend.async_receive();
    of.in_queue += begun - offered;
    of.in_call += clock_type::now() - begun;
  }
}

/// 1,000 jobs a second.
awaitable<void> offer(service& to)
{
  leaklab::steady_timer step(to.jobs.get_executor(), clock_type::now());
  for (;;)
  {
    for (int i = 0; i != 10; ++i)
      if (!to.jobs.try_send(boost::system::error_code(), clock_type::now())) ++to.refused;
    step.expires_at(step.expiry() + 10ms);
    co_await step.async_wait();
  }
}

}  // namespace

int main()
{
  fmt::print("workers   done a second   refused a second   in the queue   in the call\n");
  for (int const workers : {1, 2, 4, 8, 32})
  {
    boost::asio::io_context context;
    service each(context);
    for (int i = 0; i != workers; ++i)
      leaklab::spawn(context, work(each), "worker");
    leaklab::spawn(context, offer(each), "producer");
    context.run_for(500ms);  // to come to rest
    each.done = each.refused = 0;
    each.in_queue = each.in_call = {};
    context.run_for(1s);
    auto const mean = [&](clock_type::duration sum)
    { return std::chrono::duration<double, std::milli>(sum).count() / double(each.done); };
    fmt::print("{:>7} {:>15} {:>18} {:>11.0f} ms {:>10.0f} ms\n", workers, each.done, each.refused,
               mean(each.in_queue), mean(each.in_call));
  }
}
