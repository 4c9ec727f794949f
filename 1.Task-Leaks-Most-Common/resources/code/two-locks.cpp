// Two transfers take the locks of two accounts, each in its own order. Who waits for whom?
//
// Serves http://127.0.0.1:6060/debug/resources until it is ended.
#include <leaklab/channel.hpp>
#include <leaklab/endpoint.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <memory>

namespace
{

namespace asio = boost::asio;

/// Whoever has sent has the lock; receiving gives it back.
struct account
{
  explicit account(asio::io_context& context) : lock(context, 1) {}

  leaklab::channel<> lock;
  int balance = 100;
};
using shared_account = std::shared_ptr<account>;

leaklab::awaitable<void> transfer(shared_account from, shared_account to)
{
  co_await from->lock.async_send({});
  co_await asio::post(co_await asio::this_coro::executor, leaklab::tracked());
  co_await to->lock.async_send({});
  --from->balance;
  ++to->balance;
  co_await to->lock.async_receive();
  co_await from->lock.async_receive();
}

leaklab::awaitable<void> start(asio::io_context& context)
{
  auto const savings = std::make_shared<account>(context);
  auto const current = std::make_shared<account>(context);
  leaklab::spawn(context, transfer(savings, current), "to current");
  leaklab::spawn(context, transfer(current, savings), "to savings");
  co_return;
}

leaklab::awaitable<void> do_other_work(asio::io_context& context)
{
  leaklab::steady_timer timer(context);
  for (;;)
  {
    co_await asio::post(context, leaklab::tracked());
    timer.expires_after(std::chrono::milliseconds(20));
    co_await timer.async_wait();
  }
}

}  // namespace

int main()
{
  asio::io_context context;
  leaklab::endpoint const endpoint;
  asio::signal_set ended(context, SIGINT, SIGTERM);
  ended.async_wait([&](boost::system::error_code const&, int) { context.stop(); });
  leaklab::spawn(context, start(context), "start");
  leaklab::spawn(context, do_other_work(context), "other work");
  context.run();
}
