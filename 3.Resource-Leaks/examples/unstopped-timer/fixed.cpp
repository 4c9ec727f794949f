// A timer counts the seconds of a call, so that the caller can be charged. What stops the timer?
#include <leaklab/gauge.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/steady_timer.hpp>
#include <runner/lab.hpp>
#include <world/visitors.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace asio = boost::asio;
using boost::system::error_code;
using leaklab::awaitable;
using leaklab::tcp;

namespace
{

int pending_timers = 0;  // whose handler has not been called yet

struct meter
{
  explicit meter(asio::any_io_executor const& executor) : timer(executor) {}

  asio::steady_timer timer;
  int seconds = 0;
};

void run(std::shared_ptr<meter> const& running)
{
  running->timer.expires_after(std::chrono::seconds(1));
  ++pending_timers;
  // the cure: only the call owns its meter, so the end of the call cancels the wait
  running->timer.async_wait(
      [weak = std::weak_ptr(running)](error_code)
      {
        --pending_timers;
        auto const owned = weak.lock();
        if (!owned) return;
        ++owned->seconds;
        run(owned);
      });
}

awaitable<void> serve(tcp::socket caller, leaklab::lab& lab)
{
  auto const charged = std::make_shared<meter>(lab.get_executor());
  run(charged);
  std::string question;
  co_await asio::async_read_until(caller, asio::dynamic_buffer(question), '\n');
  auto const bill = std::to_string(charged->seconds) + " seconds\n";
  co_await asio::async_write(caller, asio::buffer(bill));
  lab.completed();
}

awaitable<void> accept(tcp::acceptor& acceptor, leaklab::lab& lab)
{
  for (;;)
    lab.spawn(serve(co_await acceptor.async_accept(), lab), "call");
}

awaitable<void> scenario(leaklab::lab& lab)
{
  leaklab::sampled_gauge const pending(lab.get_executor(), "pending timers",
                                       [] { return pending_timers; });
  tcp::acceptor acceptor(lab.get_executor(), {asio::ip::address_v4::loopback(), 0});
  world::visitors callers(acceptor.local_endpoint());
  lab.spawn(accept(acceptor, lab), "acceptor");
  for (auto clock = lab.ticks(); co_await clock.next();)
    callers.send("how long?");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
