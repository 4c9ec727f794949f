// Producers hand their results to a channel. Who takes them out, and for how long?
#include <leaklab/channel.hpp>

#include <runner/lab.hpp>

using leaklab::awaitable;
using leaklab::channel;

namespace
{

awaitable<void> produce(channel<int>& results)
{
  co_await results.async_send({}, 42);
}

awaitable<void> consume(channel<int>& results, leaklab::lab& lab)
{
  for (;;)
  {
    co_await results.async_receive();
    lab.completed();
  }
}

awaitable<void> scenario(leaklab::lab& lab)
{
  channel<int> results(lab.get_executor());
  // the cure: a receiver that lives as long as the producers; the lab's stop ends both
  lab.spawn(consume(results, lab), "consumer");
  for (auto clock = lab.ticks(); co_await clock.next();)
    lab.spawn(produce(results), "producer");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
