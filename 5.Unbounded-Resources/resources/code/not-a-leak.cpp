// Four figures that rise, side by side for nine seconds. One of them leaks; which, and when can you
// tell?
#include <leaklab/channel.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>
#include <leaklab/verdict.hpp>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <cmath>
#include <deque>
#include <functional>
#include <limits>
#include <string>
#include <vector>

using leaklab::awaitable;
using leaklab::channel;
using namespace std::chrono_literals;

namespace
{

using clock_type = std::chrono::steady_clock;

double seconds_since(clock_type::time_point begin)
{
  return std::chrono::duration<double>(clock_type::now() - begin).count();
}

/// Four workers, 20 ms a job: 200 jobs a second at most.
struct service
{
  service(boost::asio::io_context& context, std::string what, std::function<double(double)> load)
      : name(std::move(what)), jobs_a_second(std::move(load)), jobs(context, 1'000'000)
  {
  }

  std::string name;
  std::function<double(double)> jobs_a_second;
  channel<int> jobs;
  long offered = 0;
  long done = 0;
};

awaitable<void> work(service& of)
{
  leaklab::steady_timer takes(of.jobs.get_executor());
  for (;; ++of.done)
  {
    co_await of.jobs.async_receive();
    takes.expires_after(20ms);
    co_await takes.async_wait();
  }
}

awaitable<void> offer(service& to)
{
  leaklab::steady_timer step(to.jobs.get_executor(), clock_type::now());
  auto const begin = step.expiry();
  for (double due = 0;;)
  {
    for (due += to.jobs_a_second(seconds_since(begin)) / 100; due >= 1; --due, ++to.offered)
      co_await to.jobs.async_send({}, 0);
    step.expires_at(step.expiry() + 10ms);
    co_await step.async_wait();
  }
}

/// What the program shows of a figure each second, and its whole history for the verdict.
struct figure
{
  std::string name;
  std::function<double()> read;
  double bound = std::numeric_limits<double>::infinity();
  std::vector<leaklab::gauge_point> history{};
  std::string row{};
  std::string verdict_early{};
};

std::string verdict(figure const& of)
{
  return std::string(
      to_string(leaklab::judge(of.history, {.patience = 1500ms, .bound = of.bound}).verdict));
}

}  // namespace

int main()
{
  boost::asio::io_context context;
  std::deque<service> services;
  services.emplace_back(context, "a burst", [](double t) { return t < 2 ? 500 : 60; });
  services.emplace_back(context, "a load that swings",
                        [](double t) { return int(t) % 2 == 0 ? 300 : 40; });
  services.emplace_back(context, "too much", [](double) { return 300; });
  std::deque<figure> figures;
  for (auto& each : services)
  {
    leaklab::spawn(context, offer(each), "producer");
    for (int worker = 0; worker != 4; ++worker)
      leaklab::spawn(context, work(each), "worker");
    figures.push_back({each.name, [&] { return double(each.offered - each.done); }});
  }
  auto const begin = clock_type::now();
  auto const pool = [&] { return std::min(60.0, std::floor(seconds_since(begin) * 15)); };
  figures.push_back({"a pool that fills", pool});
  figures.push_back({"the same, bound declared", pool, 60});

  int second = 1;
  for (auto next = begin; second <= 9; next += 20ms)
  {
    context.run_until(next);
    for (auto& each : figures)
      each.history.push_back({seconds_since(begin), each.read()});
    if (seconds_since(begin) < second) continue;
    for (auto& each : figures)
    {
      each.row += fmt::format("{:>5.0f}", each.read());
      if (second == 2) each.verdict_early = verdict(each);
    }
    ++second;
  }
  fmt::print("{:<25}", "second");
  for (int column = 1; column != second; ++column)
    fmt::print("{:>5}", column);
  fmt::print("   verdict after 2 s, after 9 s\n");
  for (auto const& each : figures)
    fmt::print("{:<25}{}   {}, {}\n", each.name, each.row, each.verdict_early, verdict(each));
  for (auto const& each : services)
    fmt::print("work done, {}: {} of {}\n", each.name, each.done, each.offered);
}
