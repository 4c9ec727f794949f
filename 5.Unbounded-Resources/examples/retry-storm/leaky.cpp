// A backend is down, and every call to it fails. How often is a call tried again?
#include <leaklab/steady_timer.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <runner/lab.hpp>
#include <world/reserved_port.hpp>

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
    // the fault: no budget limits the retries, and what failed together comes back together
    pause.expires_after(up.pause);
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
