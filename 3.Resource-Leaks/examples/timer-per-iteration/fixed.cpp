// A receiver raises an alarm when no reading has come for an hour. How many hours does it wait for
// at once?
#include <leaklab/channel.hpp>
#include <leaklab/gauge.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <runner/lab.hpp>

#include <chrono>
#include <memory>

namespace asio = boost::asio;
using boost::system::error_code;
using leaklab::awaitable;
using leaklab::channel;

namespace
{

struct bell
{
  bool rings = false;
};

awaitable<void> receive(channel<int>& readings, std::shared_ptr<bell> const& alarm,
                        leaklab::lab& lab)
{
  // the cure: one timer; to set it anew cancels the wait before
  asio::steady_timer timeout(lab.get_executor());
  for (;;)
  {
    timeout.expires_after(std::chrono::hours(1));
    timeout.async_wait(
        [alarm](error_code error)
        {
          if (!error) alarm->rings = true;
        });
    co_await readings.async_receive();
    lab.completed();
  }
}

awaitable<void> scenario(leaklab::lab& lab)
{
  auto const alarm = std::make_shared<bell>();
  // A timer that waits holds the alarm that it would raise.
  leaklab::sampled_gauge const pending(lab.get_executor(), "pending timers",
                                       [&] { return alarm.use_count() - 1; });
  channel<int> readings(lab.get_executor());
  lab.spawn(receive(readings, alarm, lab), "receiver");
  for (auto clock = lab.ticks(); co_await clock.next();)
    co_await readings.async_send({}, 20);
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
