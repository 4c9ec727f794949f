// Producers hand their results to a channel. Who takes them out, and for how long?
#include <leaklab/channel.hpp>

#include <runner/lab.hpp>

using leaklab::awaitable;
using leaklab::channel;

namespace
{

awaitable<void> produce(channel<int>& results)
{
  // the fault: nobody receives, so this send never completes
  co_await results.async_send({}, 42);
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
