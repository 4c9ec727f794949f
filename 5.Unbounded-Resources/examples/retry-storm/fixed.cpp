// A backend is down, and every call to it fails. How often is a call tried again?
#include <leaklab/steady_timer.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <runner/lab.hpp>
#include <world/reserved_port.hpp>

#include <random>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;
using namespace std::chrono_literals;

namespace
{

struct upstream
{
  tcp::endpoint backend;
  std::chrono::milliseconds pause = 200ms;
  std::uniform_int_distribution<> jitter{100, 300};
  std::minstd_rand random{};
  leaklab::steady_timer::time_point next_retry{};
};

awaitable<bool> call(tcp::endpoint backend)
{
  tcp::socket connection(co_await asio::this_coro::executor);
  auto const [error] =
      co_await connection.async_connect(backend, asio::as_tuple(leaklab::tracked()));
  co_return !error;
}

awaitable<void> handle_request(upstream& up, leaklab::lab& lab)
{
  leaklab::steady_timer pause(lab.get_executor());
  while (!co_await call(up.backend))
  {
    // the cure: all requests share a budget of one retry for each pause, and jitter keeps retries
    // apart
    auto const now = leaklab::steady_timer::clock_type::now();
    if (now < up.next_retry) co_return lab.refused();
    up.next_retry = now + up.pause;
    pause.expires_after(up.jitter(up.random) * 1ms);
    co_await pause.async_wait();
  }
  lab.completed();
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::reserved_port const down;
  upstream up{down.endpoint()};
  for (auto clock = lab.ticks(); co_await clock.next();)
    lab.spawn(handle_request(up, lab), "request");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
