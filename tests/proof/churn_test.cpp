// Stuck tasks among others that four threads keep busy: the stuck ones are proven, and no other.
#include "proof.hpp"

#include <leaklab/awaitable_operators.hpp>
#include <leaklab/scope.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace
{

#if LEAKLAB_PROVES

namespace asio = boost::asio;
using namespace proof;

using messages = concurrent_channel<int>;

/// Channels that tasks hand each other: whoever takes one sends to it.
class exchange
{
 public:
  std::shared_ptr<messages> swap(std::shared_ptr<messages> mine, std::size_t where)
  {
    std::lock_guard const lock(mutex_);
    std::swap(mine, slots_[where % slots_.size()]);
    return mine;
  }

 private:
  std::mutex mutex_;
  std::array<std::shared_ptr<messages>, 8> slots_;
};

/// Threads that run healthy tasks: they ask each other, time out, spawn, join, and hand channels on.
class busy_service
{
 public:
  busy_service()
  {
    for (unsigned seed = 0; seed != 4; ++seed)
      spawn(asio::make_strand(context_), work(seed), "live");
    for (int i = 0; i != 4; ++i)
      threads_.emplace_back([this] { context_.run(); });
  }
  ~busy_service()
  {
    is_over_ = true;
    for (auto& each : threads_)
      each.join();
  }

  [[nodiscard]] asio::io_context& context() noexcept { return context_; }
  [[nodiscard]] std::uint64_t rounds() const noexcept { return rounds_; }

 private:
  awaitable<void> answer(std::shared_ptr<messages> to)
  {
    co_await asio::post(tracked());
    co_await to->async_send({}, 1);
  }

  awaitable<void> sleep_shortly()
  {
    steady_timer timer(context_, std::chrono::microseconds(100));
    co_await timer.async_wait();
  }

  /// Asks, and gives up when the answer takes too long.
  awaitable<void> ask()
  {
    auto const answers = std::make_shared<messages>(context_, 1);
    spawn(context_, answer(answers), "live");
    steady_timer patience(context_, 1h);
    co_await (answers->async_receive() || patience.async_wait());
  }

  awaitable<void> hand_on(std::size_t where)
  {
    auto const mine = std::make_shared<messages>(context_, 1);
    if (auto const taken = exchange_.swap(mine, where)) co_await taken->async_send({}, 1);
  }

  awaitable<void> ask_in_a_scope()
  {
    scope children(co_await asio::this_coro::executor);
    for (int i = 0; i != 3; ++i)
      children.spawn(ask(), "live");
    co_await children.join();
  }

  awaitable<void> work(unsigned seed)
  {
    std::minstd_rand random(seed + 1);
    while (!is_over_)
    {
      switch (random() % 4)
      {
        case 0:
          co_await ask();
          break;
        case 1:
          co_await hand_on(random());
          break;
        case 2:
          co_await ask_in_a_scope();
          break;
        default:
          co_await sleep_shortly();
      }
      ++rounds_;
    }
    if (++ended_ == 4) context_.stop();
  }

  asio::io_context context_;
  exchange exchange_;
  std::atomic<bool> is_over_{false};
  std::atomic<int> ended_{0};
  std::atomic<std::uint64_t> rounds_{0};
  std::vector<std::thread> threads_;
};

awaitable<void> work_until_closed(shared parts)
{
  for (;;)
    co_await parts->async_receive();
}

awaitable<void> forget_to_close(asio::io_context& context)
{
  auto const parts = std::make_shared<ints>(context);
  auto const executor = co_await asio::this_coro::executor;
  spawn(executor, work_until_closed(parts), "stuck");
  for (int part = 0; part != 3; ++part)
    co_await parts->async_send({}, part);
}

awaitable<void> wait_for_each_other(shared from, shared to)
{
  co_await from->async_receive();
  co_await to->async_send({}, 1);
}

[[gnu::noinline]] void leak(asio::io_context& context)
{
  for (std::size_t i = 0; i != many; ++i)
  {
    // A strand for each: a channel is for one thread at a time.
    spawn(asio::make_strand(context), forget_to_close(context), "job");
    spawn(asio::make_strand(context), receive_own(context), "stuck");
    auto const strand = asio::make_strand(context);
    auto const one = std::make_shared<ints>(context);
    auto const other = std::make_shared<ints>(context);
    spawn(strand, wait_for_each_other(one, other), "stuck");
    spawn(strand, wait_for_each_other(other, one), "stuck");
  }
}

std::size_t count_waiting(std::string_view name)
{
  std::size_t count = 0;
  for_each_task(
      [&](task_info const& task)
      { count += task.name == name && task.state == task_state::waiting && *task.operation; });
  return count;
}

TEST(stuck_tasks, under_churn_are_proven_and_no_other)
{
  constexpr std::size_t leaked = 4 * many;
  char const* const asked = std::getenv("LEAKLAB_RUNS");
  int const runs = asked ? std::atoi(asked) : 5;
  busy_service service;
  leak(service.context());
  while (count_waiting("job") != 0 || count_waiting("stuck") != leaked)
    std::this_thread::yield();
  auto const begin = service.rounds();
  while (service.rounds() <
         begin + 1000)  // what the threads had at hand last is something else now
    std::this_thread::yield();
  wipe_stack();
  auto least = leaked;
  for (int run = 0; run != runs; ++run)
  {
    auto found = two_marks();
    ASSERT_EQ(found["live"].stuck, 0) << "in run " << run;
    ASSERT_EQ(found["stuck"].waiting, leaked) << "in run " << run;
    least = std::min(least, found["stuck"].stuck);
    ASSERT_GE(least, leaked * 9 / 10) << "in run " << run;
  }
  RecordProperty("least_proven", std::to_string(least));
}

#else

TEST(stuck_tasks, are_not_known_in_this_build)
{
  auto const stuck = leaklab::graph::look_for_stuck_tasks();
  EXPECT_NE(stuck.problem, "");
  EXPECT_TRUE(stuck.found.empty());
}

#endif

}  // namespace
