// A backend is down, and every call to it fails. How many attempts does a request have?
#include <leaklab/steady_timer.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/this_coro.hpp>
#include <runner/lab.hpp>
#include <world/reserved_port.hpp>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;
using namespace std::chrono_literals;

namespace
{

constexpr int most_attempts = 3;

awaitable<bool> call(tcp::endpoint backend)
{
  tcp::socket connection(co_await asio::this_coro::executor);
  auto const [error] = co_await connection.async_connect(backend, leaklab::as_tuple());
  co_return !error;
}

awaitable<void> handle_request(tcp::endpoint backend, leaklab::lab& lab)
{
  leaklab::steady_timer pause(lab.get_executor());
  for (int attempt = 1; !co_await call(backend); ++attempt)
  {
    // the cure: after its last attempt a request is refused, and the refusal is counted
    if (attempt == most_attempts) co_return lab.refused();
    pause.expires_after(200ms);
    co_await pause.async_wait();
  }
  lab.completed();
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::reserved_port const down;
  for (auto clock = lab.ticks(); co_await clock.next();)
    lab.spawn(handle_request(down.endpoint(), lab), "request");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
