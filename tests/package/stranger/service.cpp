// Somebody's service: its own context, one task, the endpoint.
#include <leaklab/channel.hpp>
#include <leaklab/endpoint.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/task.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdio>

leaklab::awaitable<void> work(leaklab::channel<int>& queue)
{
  co_await queue.async_receive();
}

int main()
{
  boost::asio::io_context context;
  leaklab::channel<int> queue(context);
  leaklab::endpoint const debug({.port = 0});
  leaklab::spawn(context, work(queue), "worker");
  context.poll();
  std::printf("tasks: %zu\n", static_cast<std::size_t>(leaklab::count_tasks().live));
}
