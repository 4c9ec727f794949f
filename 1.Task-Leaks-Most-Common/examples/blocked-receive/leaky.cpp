// Each job hands its parts to a worker of its own through a channel. How does the worker learn that
// there are no more?
#include <leaklab/channel.hpp>

#include <runner/lab.hpp>

#include <memory>

using leaklab::awaitable;
using leaklab::channel;

namespace
{

constexpr int parts_of_a_job = 3;

awaitable<void> work(std::shared_ptr<channel<int>> parts, leaklab::lab& lab)
{
  for (;;)
  {
    auto const [closed, part] = co_await parts->async_receive(leaklab::as_tuple());
    if (closed) co_return;
    if (part == parts_of_a_job) lab.completed();
  }
}

awaitable<void> run_job(leaklab::lab& lab)
{
  auto const parts = std::make_shared<channel<int>>(lab.get_executor());
  lab.spawn(work(parts, lab), "worker");
  for (int part = 1; part <= parts_of_a_job; ++part)
    co_await parts->async_send({}, part);
  // the fault: the job ends and leaves its channel open, so the worker waits for another part
}

awaitable<void> scenario(leaklab::lab& lab)
{
  for (auto clock = lab.ticks(); co_await clock.next();)
    lab.spawn(run_job(lab), "job");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
