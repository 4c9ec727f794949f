// Ten jobs are accepted, then the service stops. How many of them are done, and who knows?
#include <leaklab/channel.hpp>
#include <leaklab/scope.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <optional>

using leaklab::awaitable;
using leaklab::channel;
using namespace std::chrono_literals;

namespace
{

using job = std::optional<int>;  // none: the end

struct pool
{
  explicit pool(boost::asio::any_io_executor const& executor)
      : jobs(executor, 20), workers(executor)
  {
    for (int i = 0; i != 4; ++i)
      workers.spawn(work(), "worker");
  }

  awaitable<void> work()
  {
    leaklab::steady_timer takes(jobs.get_executor());
    while (co_await jobs.async_receive())
    {
      takes.expires_after(20ms);
      co_await takes.async_wait();
      ++done;
    }
  }

  channel<job> jobs;
  leaklab::scope workers;
  int done = 0;
};

awaitable<void> abandon(pool&)
{
  co_return;
}

awaitable<void> cancel(pool& of)
{
  of.workers.cancel();
  co_await of.workers.join();
}

awaitable<void> drain(pool& of)
{
  for (std::size_t left = of.workers.size(); left != 0; --left)
    co_await of.jobs.async_send({}, std::nullopt);  // one end mark for each worker
  co_await of.workers.join();
}

awaitable<void> serve(char const* name, awaitable<void> (*stop)(pool&))
{
  pool workers(co_await boost::asio::this_coro::executor);
  leaklab::steady_timer a_while(workers.jobs.get_executor());
  for (int i = 0; i != 10; ++i)
    co_await workers.jobs.async_send({}, i);
  a_while.expires_after(30ms);
  co_await a_while.async_wait();
  co_await stop(workers);
  int left = 0;
  while (workers.jobs.try_receive([&](auto, job of) { left += of ? 1 : 0; }))
  {
  }
  fmt::print(
      "{}: 10 accepted, {} done, {} left in the queue, {} in the workers' hands; workers: {}\n",
      name, workers.done, left, 10 - workers.done - left, workers.workers.size());
  workers.workers.cancel();
  co_await workers.workers.join();
}

}  // namespace

int main()
{
  boost::asio::io_context context;
  std::pair<char const*, awaitable<void> (*)(pool&)> const ways[] = {
      {"return at once ", abandon}, {"cancel and join", cancel}, {"drain and join ", drain}};
  for (auto const& [name, stop] : ways)
  {
    leaklab::spawn(context, serve(name, stop), "service");
    context.run();
    context.restart();
  }
}
