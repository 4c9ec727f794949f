// Producers hand their results to a channel. Who takes them out, and for how long?
#include <leaklab/channel.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/this_coro.hpp>
#include <runner/lab.hpp>

using leaklab::awaitable;
using leaklab::channel;

namespace
{

awaitable<int> compute()
{
  leaklab::steady_timer work(co_await boost::asio::this_coro::executor,
                             std::chrono::milliseconds(1));
  co_await work.async_wait();
  co_return 42;
}

awaitable<void> produce(channel<int>& results)
{
  int const result = co_await compute();
  // the fault: nobody receives, so this send never completes
  co_await results.async_send({}, result);
}

awaitable<void> scenario(leaklab::lab& lab)
{
  channel<int> results(lab.get_executor());
  for (auto clock = lab.ticks(); co_await clock.next();)
    lab.spawn(produce(results), "producer");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
