// One variant of one measure a process, so that none runs on memory that another one has warmed.
//
//     task_bench spawn tracked|plain N    spawns N tasks and lets each block on a channel; CPU time a task
//     task_bench resume tracked|plain N   one task posts itself N times; CPU time a time
//     task_bench channel tracked|plain N  one task sends another one N numbers; CPU time a number
//     task_bench serve N                  holds N blocked tasks; the protocol is in benchmarks/measure.py
//
// The plain variants are the same code on plain Asio: co_spawn with detached, and the token
// asio::deferred.
#include <leaklab/channel.hpp>
#include <leaklab/endpoint.hpp>
#include <leaklab/process.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>

namespace
{

namespace asio = boost::asio;
using leaklab::awaitable;
using namespace std::chrono_literals;

struct tracked
{
  using channel = leaklab::channel<int>;
  using token = leaklab::tracked;

  static void spawn(asio::io_context& context, awaitable<void> body)
  {
    leaklab::spawn(context, std::move(body), "task");
  }
};

struct plain
{
  using channel = asio::deferred_t::as_default_on_t<
      asio::experimental::channel<void(boost::system::error_code, int)>>;
  using token = asio::deferred_t;

  static void spawn(asio::io_context& context, awaitable<void> body)
  {
    asio::co_spawn(context, std::move(body), asio::detached);
  }
};

template <class Variant>
awaitable<void> receive_one(typename Variant::channel& from)
{
  co_await from.async_receive();
}

template <class Variant>
awaitable<void> post_itself(std::int64_t times)
{
  for (std::int64_t i = 0; i != times; ++i)
    co_await asio::post(typename Variant::token());
}

template <class Variant>
awaitable<void> send_all(typename Variant::channel& to, std::int64_t times)
{
  for (std::int64_t i = 0; i != times; ++i)
    co_await to.async_send({}, 1);
}

template <class Variant>
awaitable<void> receive_all(typename Variant::channel& from, std::int64_t times)
{
  for (std::int64_t i = 0; i != times; ++i)
    co_await from.async_receive();
}

// Of this thread: what other programs do meanwhile counts as little as it can.
double cpu_nanoseconds()
{
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

template <class Variant>
void spawn_and_block(asio::io_context& context, typename Variant::channel& nobody_sends,
                     std::int64_t tasks)
{
  for (std::int64_t i = 0; i != tasks; ++i)
    Variant::spawn(context, receive_one<Variant>(nobody_sends));
  context.poll();
}

template <class Variant>
double measure_spawn(std::int64_t tasks)
{
  asio::io_context context{1};
  typename Variant::channel nobody_sends(context);
  auto const begin = cpu_nanoseconds();
  spawn_and_block<Variant>(context, nobody_sends, tasks);
  return (cpu_nanoseconds() - begin) / static_cast<double>(tasks);
}

template <class Variant>
double measure_resume(std::int64_t times)
{
  asio::io_context context{1};
  Variant::spawn(context, post_itself<Variant>(times));
  auto const begin = cpu_nanoseconds();
  context.run();
  return (cpu_nanoseconds() - begin) / static_cast<double>(times);
}

template <class Variant>
double measure_channel(std::int64_t times)
{
  asio::io_context context{1};
  typename Variant::channel numbers(context);
  Variant::spawn(context, send_all<Variant>(numbers, times));
  Variant::spawn(context, receive_all<Variant>(numbers, times));
  auto const begin = cpu_nanoseconds();
  context.run();
  return (cpu_nanoseconds() - begin) / static_cast<double>(times);
}

struct measure
{
  std::string_view name;
  double (*of_tracked)(std::int64_t);
  double (*of_plain)(std::int64_t);
};

constexpr measure measures[] = {{"spawn", measure_spawn<tracked>, measure_spawn<plain>},
                                {"resume", measure_resume<tracked>, measure_resume<plain>},
                                {"channel", measure_channel<tracked>, measure_channel<plain>}};

// The longest time between two ticks of a task that asks to be resumed every millisecond.
class pulse
{
 public:
  using clock = std::chrono::steady_clock;

  awaitable<void> beat()
  {
    leaklab::steady_timer timer(co_await asio::this_coro::executor);
    for (auto last = clock::now();;)
    {
      timer.expires_after(1ms);
      co_await timer.async_wait();
      auto const now = clock::now();
      longest_gap_ = std::max(longest_gap_.load(), now - last);
      last = now;
    }
  }

  void reset() { longest_gap_ = clock::duration::zero(); }
  [[nodiscard]] double longest_gap_ms() const
  {
    return std::chrono::duration<double, std::milli>(longest_gap_.load()).count();
  }

 private:
  std::atomic<clock::duration> longest_gap_{clock::duration::zero()};
};

// proc(5): writing 5 sets VmHWM, the peak of RSS, to RSS.
void reset_peak_memory()
{
  std::ofstream("/proc/self/clear_refs") << 5;
}

std::uint64_t peak_memory_bytes()
{
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
  throw std::runtime_error("/proc/self/status has no VmHWM");
}

void serve(std::int64_t tasks)
{
  asio::io_context context{1};
  tracked::channel nobody_sends(context);
  auto const before = leaklab::read_resident_bytes();
  spawn_and_block<tracked>(context, nobody_sends, tasks);
  auto const held = leaklab::read_resident_bytes() - before;

  pulse pulse;
  leaklab::spawn(context, pulse.beat(), "pulse");
  leaklab::endpoint_options any_port;
  any_port.port = 0;
  leaklab::endpoint const endpoint(any_port);
  std::thread scenario([&] { context.run(); });
  std::cout << "{\"port\": " << endpoint.port() << ", \"tasks\": " << tasks + 1
            << ", \"bytes_per_task\": " << static_cast<double>(held) / static_cast<double>(tasks)
            << "}" << std::endl;

  std::uint64_t resident = 0;
  for (std::string command; std::getline(std::cin, command);)
  {
    if (command == "begin")
    {
      reset_peak_memory();
      resident = leaklab::read_resident_bytes();
      pulse.reset();
      std::cout << "{}" << std::endl;
    }
    else
      std::cout << "{\"stall_ms\": " << pulse.longest_gap_ms() << ", \"extra_bytes\": "
                << peak_memory_bytes() - std::min(resident, peak_memory_bytes()) << "}"
                << std::endl;
  }
  context.stop();
  scenario.join();
}

}  // namespace

int main(int argc, char** argv)
try
{
  std::string_view const name = argc > 1 ? argv[1] : "";
  std::string_view const variant = argc > 2 ? argv[2] : "";
  auto const count = std::atoll(argv[argc - 1]);
  auto const* const wanted = std::ranges::find(measures, name, &measure::name);
  if (name == "serve" && argc == 3 && count > 0)
    serve(count);
  else if (wanted != std::end(measures) && argc == 4 && count > 0 &&
           (variant == "tracked" || variant == "plain"))
    std::cout << (variant == "tracked" ? wanted->of_tracked : wanted->of_plain)(count) << std::endl;
  else
  {
    std::cerr
        << "task_bench: usage: task_bench spawn|resume|channel tracked|plain N, or task_bench serve N\n";
    return 2;
  }
}
catch (std::exception const& e)
{
  std::cerr << "task_bench: " << e.what() << '\n';
  return 1;
}
