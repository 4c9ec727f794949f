// Somebody's service, built in each way that strangers build theirs. Its tasks wait, meet the end of
// a stream, and are cancelled; it prints what the library makes of them. With STRANGER_ENDPOINT it
// then serves them until its standard input ends.
#include <leaklab/channel.hpp>
#include <leaklab/scope.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>
#include <leaklab/task.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string_view>

#if STRANGER_ENDPOINT
#include <leaklab/endpoint.hpp>
#endif

namespace asio = boost::asio;
using leaklab::awaitable;
using local = asio::local::stream_protocol;

awaitable<int> take(leaklab::channel<int>& queue)
{
  co_return co_await queue.async_receive();  // waits here
}

awaitable<void> work(leaklab::channel<int>& queue)
{
  co_await take(queue);
}

awaitable<void> sleep_long()
{
  leaklab::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
  co_await timer.async_wait();
}

awaitable<void> stop_sleeper()
{
  leaklab::scope children(co_await asio::this_coro::executor);
  children.spawn(sleep_long(), "sleeper");
  children.cancel();
  co_await children.join();
}

awaitable<void> read_to_end(leaklab::tracked::as_default_on_t<local::socket>& socket)
{
  char byte = 0;
  auto const [error, size] =
      co_await socket.async_read_some(asio::buffer(&byte, 1), leaklab::as_tuple());
  std::printf("eof is asio::error::eof: %s\n", error == asio::error::eof ? "yes" : "no");
}

extern "C" int run_service()
{
  asio::io_context context;
  leaklab::channel<int> queue(context);
  leaklab::channel<int> cancelled(context);
  leaklab::spawn(context, work(queue), "worker");
  leaklab::spawn(context, work(cancelled), "cancelled");
  leaklab::spawn(context, stop_sleeper(), "stopper");

  leaklab::tracked::as_default_on_t<local::socket> reader(context);
  local::socket writer(context);
  asio::local::connect_pair(reader, writer);
  writer.close();
  leaklab::spawn(context, read_to_end(reader), "reader");
  while (context.poll() != 0)
  {
  }
  cancelled.cancel();
  while (context.poll() != 0)
  {
  }

  auto const counts = leaklab::count_tasks();
  std::printf("tasks: %zu spawned, %zu finished, %zu failed, %zu live\n",
              static_cast<std::size_t>(counts.spawned), static_cast<std::size_t>(counts.finished),
              static_cast<std::size_t>(counts.failed), static_cast<std::size_t>(counts.live));
  std::printf("await chain: %d\n", LEAKLAB_AWAIT_CHAIN);
  leaklab::for_each_task(
      [](leaklab::task_info const& task)
      {
        std::string_view file = task.waits_at.file;
        file.remove_prefix(file.rfind('/') + 1);
        std::printf("%s: %s at %s:%u, %zu frames\n", task.name, task.operation, file.data(),
                    static_cast<unsigned>(task.waits_at.line), task.frame_count);
      });
#if STRANGER_ENDPOINT
  leaklab::endpoint const debug({.port = 0});
  std::printf("%s\n", debug.url().c_str());
  std::fflush(stdout);
  while (std::getchar() != EOF)
  {
  }
#endif
  return 0;
}

#if !STRANGER_PLUGIN
int main()
{
  return run_service();
}
#endif
