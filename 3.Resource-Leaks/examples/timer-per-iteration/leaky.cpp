// A receiver raises an alarm when no reading has come for an hour. How many hours does it wait for
// at once?
#include <leaklab/channel.hpp>
#include <leaklab/gauge.hpp>

#include <boost/asio/steady_timer.hpp>
#include <runner/lab.hpp>

#include <chrono>
#include <cstdio>
#include <memory>

namespace asio = boost::asio;
using boost::system::error_code;
using leaklab::awaitable;
using leaklab::channel;
using namespace std::chrono_literals;

namespace
{

int pending_timers = 0;  // whose handler has not been called yet

awaitable<void> receive(channel<int>& readings, leaklab::lab& lab)
{
  for (;;)
  {
    ++pending_timers;
    // the fault: a new timer each turn, while the old ones go on for the rest of their hour
    auto const alarm = std::make_shared<asio::steady_timer>(lab.get_executor(), 1h);
    alarm->async_wait(
        [alarm](error_code error)
        {
          --pending_timers;
          if (!error) std::fputs("no reading for an hour\n", stderr);
        });
    co_await readings.async_receive();
    lab.completed();
  }
}

awaitable<void> scenario(leaklab::lab& lab)
{
  leaklab::sampled_gauge const pending(lab.get_executor(), "pending timers",
                                       [] { return pending_timers; });
  channel<int> readings(lab.get_executor());
  lab.spawn(receive(readings, lab), "receiver");
  for (auto clock = lab.ticks(); co_await clock.next();)
    co_await readings.async_send({}, 20);
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
