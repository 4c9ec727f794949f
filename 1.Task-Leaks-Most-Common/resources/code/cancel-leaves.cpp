// A request is cancelled in the middle. What of all that it did is still there?
#include <leaklab/scope.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>

#include <atomic>
#include <thread>

namespace asio = boost::asio;
using leaklab::awaitable;
using namespace std::chrono_literals;

static int slots_taken = 0;
static std::atomic<bool> job_done = false;

static awaitable<void> pause(std::chrono::milliseconds time)
{
  leaklab::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait();
}

static void work()
{
  std::this_thread::sleep_for(200ms);
  job_done = true;
}

static awaitable<void> handle_request(asio::thread_pool& pool)
{
  auto const executor = co_await asio::this_coro::executor;
  ++slots_taken;
  leaklab::spawn(executor, pause(1h), "child in a task of its own");
  asio::post(pool, work);
  co_await pause(1h);
  --slots_taken;
}

int main()
{
  asio::io_context context;
  asio::thread_pool pool(1);
  leaklab::scope requests(context.get_executor());
  requests.spawn(handle_request(pool), "request");
  context.run_for(10ms);
  requests.cancel();
  context.run_for(10ms);
  fmt::print("requests: {}; slots taken: {}; job done: {}\n", requests.size(), slots_taken,
             job_done.load());
  leaklab::for_each_task([](leaklab::task_info const& task)
                         { fmt::print("a task is left: {}\n", task.name); });
  pool.join();
  fmt::print("a little later, job done: {}\n", job_done.load());
}
