// A program for the live page: 10,000 tasks at ten places, 62 MiB of heap, open files, and names that
// want to be more than text. It holds still, and does what a line of its input asks for:
//
//     tasks N     spawns N more
//     leak        adds 2 tasks and 64 KiB each tenth of a second from now on
//
// It ends when its input does. Its argument, if it has one, is the endpoint's token file.
#include <leaklab/channel.hpp>
#include <leaklab/endpoint.hpp>
#include <leaklab/gauge.hpp>
#include <leaklab/mark.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fcntl.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace
{

namespace asio = boost::asio;

constexpr int places = 10;
constexpr int tasks = 10'000;
constexpr std::size_t block = 64 * 1024;
constexpr int blocks = 1'000;
constexpr int files = 40;

template <int Place>
leaklab::awaitable<void> wait_at(leaklab::channel<int>& never)
{
  co_await never.async_receive();
}

[[gnu::noinline]] std::string take()
{
  return std::string(block, 'b');
}

class work
{
 public:
  explicit work(asio::io_context& context) : context_(context), never_(context) {}

  void spawn(int count)
  {
    for (int i = 0; i != count; i += places)
      spawn_at_each(std::make_integer_sequence<int, places>());
  }

  void hold(int count)
  {
    for (int i = 0; i != count; ++i)
      held_.push_back(take());
  }

  leaklab::awaitable<void> leak()
  {
    leaklab::steady_timer timer(context_);
    for (;;)
    {
      timer.expires_after(std::chrono::milliseconds(100));
      co_await timer.async_wait();
      for (int i = 0; i != 2; ++i)
        leaklab::spawn(context_, wait_at<0>(never_), "leaked");
      hold(1);
    }
  }

 private:
  template <int... Places>
  void spawn_at_each(std::integer_sequence<int, Places...>)
  {
    (leaklab::spawn(context_, wait_at<Places>(never_), "worker"), ...);
  }

  asio::io_context& context_;
  leaklab::channel<int> never_;
  std::vector<std::string> held_;
};

}  // namespace

int main(int argc, char** argv)
{
  leaklab::endpoint_options options;
  options.port = 0;
  options.token_file = argc > 1 ? argv[1] : "";
  options.patience = std::chrono::milliseconds(1500);
  options.heap_sampling_period = block;
  leaklab::endpoint const endpoint(options);
  asio::io_context context;
  work all(context);
  all.hold(blocks);
  for (int i = 0; i != files; ++i)
    if (::open("/dev/null", O_RDONLY | O_CLOEXEC) < 0) return 1;
  leaklab::gauge const hostile("<img src=x onerror=alert(1)>", [] { return 1'234'567.0; });
  leaklab::gauge const bounded("queue & \"jobs\"", [] { return 12.5; }, {.bound = 20.0});
  leaklab::mark("<script>alert(1)</script>");
  all.spawn(tasks);

  auto const busy = asio::make_work_guard(context);
  std::thread running([&] { context.run(); });
  std::printf("%s\n", endpoint.url().c_str());
  std::fflush(stdout);

  std::string command;
  for (int count = 0; std::cin >> command;)
    if (command == "tasks" && std::cin >> count)
      asio::post(context, [&all, count] { all.spawn(count); });
    else if (command == "leak")
      asio::post(context, [&] { leaklab::spawn(context, all.leak(), "leak"); });
  context.stop();
  running.join();
}
