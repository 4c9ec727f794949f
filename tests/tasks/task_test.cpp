#include <leaklab/channel.hpp>
#include <leaklab/function_name.hpp>
#include <leaklab/process.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>
#include <leaklab/task.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace
{

namespace asio = boost::asio;
using namespace leaklab;
using namespace std::chrono_literals;

std::vector<task_info> all_tasks()
{
  std::vector<task_info> all;
  for_each_task([&](task_info const& task) { all.push_back(task); });
  return all;
}

task_info only_task()
{
  auto const all = all_tasks();
  EXPECT_EQ(all.size(), 1u);
  return all.empty() ? task_info{} : all.front();
}

awaitable<void> do_nothing()
{
  co_return;
}

awaitable<void> send_one(channel<int>& to)
{
  co_await to.async_send({}, 1);
}
constexpr auto send_line = __LINE__ - 2;

awaitable<void> receive_one(channel<int>& from)
{
  co_await from.async_receive();
}

awaitable<void> sleep_for_an_hour()
{
  steady_timer timer(co_await asio::this_coro::executor, 1h);
  co_await timer.async_wait();
}

awaitable<void> accept_one()
{
  tcp::acceptor acceptor(co_await asio::this_coro::executor, {asio::ip::address_v4::loopback(), 0});
  co_await acceptor.async_accept();
}

awaitable<void> read_from_silence(tcp::acceptor& peer)
{
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect(peer.local_endpoint());
  char byte;
  co_await asio::async_read(socket, asio::buffer(&byte, 1));
}

awaitable<void> write_without_end(tcp::acceptor& peer)
{
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect(peer.local_endpoint());
  std::string const much(1 << 20, 'x');
  for (;;)
    co_await asio::async_write(socket, asio::buffer(much));
}

awaitable<void> fail(char const* text)
{
  throw std::runtime_error(text);
  co_return;
}

TEST(task, is_live_from_spawn_to_return)
{
  asio::io_context context;
  spawn(context, do_nothing(), "nothing");
  EXPECT_EQ(count_tasks().live, 1u);
  EXPECT_EQ(only_task().state, task_state::ready);
  context.run();
  auto const counts = count_tasks();
  EXPECT_EQ(counts.live, 0u);
  EXPECT_EQ(counts.spawned, 1u);
  EXPECT_EQ(counts.finished, 1u);
  EXPECT_TRUE(all_tasks().empty());
}

TEST(task, shows_its_name_its_spawn_site_and_the_exact_co_await)
{
  asio::io_context context;
  channel<int> results(context);
  auto const spawn_line = __LINE__ + 1;
  spawn(context, send_one(results), "sender");
  context.poll();

  auto const task = only_task();
  EXPECT_STREQ(task.name, "sender");
  EXPECT_EQ(task.parent, 0u);
  EXPECT_EQ(task.spawned_at.line, spawn_line);
  EXPECT_EQ(task.state, task_state::waiting);
  EXPECT_STREQ(task.operation, "channel send");
  EXPECT_EQ(task.waits_at.line, send_line);
  EXPECT_EQ(std::string(task.waits_at.file), __FILE__);
  EXPECT_EQ(clean_function_name(task.waits_at.function), "send_one(channel<int>&)");
}

TEST(task, names_the_operation_that_it_waits_in)
{
  asio::io_context context;
  channel<int> empty(context);
  tcp::acceptor peer(context, {asio::ip::address_v4::loopback(), 0});
  spawn(context, receive_one(empty), "channel receive");
  spawn(context, sleep_for_an_hour(), "timer");
  spawn(context, accept_one(), "accept");
  spawn(context, read_from_silence(peer), "read");
  spawn(context, write_without_end(peer), "write");
  auto const settled = []
  {
    auto const all = all_tasks();
    return std::all_of(all.begin(), all.end(),
                       [](auto const& t) { return std::string(t.name) == t.operation; });
  };
  while (!settled())
    context.run_one();
  EXPECT_EQ(all_tasks().size(), 5u);
}

TEST(task, is_running_while_its_code_runs_and_ready_while_it_is_queued)
{
  asio::io_context context;
  std::vector<task_state> seen;
  auto look = [](std::vector<task_state>& states) -> awaitable<void>
  {
    states.push_back(only_task().state);
    co_await asio::post(tracked());
    states.push_back(only_task().state);
  };
  spawn(context, look(seen), "observer");
  seen.push_back(only_task().state);
  context.run_one();
  seen.push_back(only_task().state);
  context.run();
  EXPECT_EQ(seen, (std::vector{task_state::ready, task_state::running, task_state::ready,
                               task_state::running}));
}

TEST(task, that_is_resumed_waits_in_nothing)
{
  asio::io_context context;
  std::string operation = "untouched";
  auto wait = [](std::string& during) -> awaitable<void>
  {
    co_await asio::post(tracked());
    during = only_task().operation;
    co_await asio::post(asio::use_awaitable);
  };
  spawn(context, wait(operation), "resumed");
  context.run();
  EXPECT_EQ(operation, "");
}

TEST(task, knows_its_parent)
{
  asio::io_context context;
  auto parent = []() -> awaitable<void>
  {
    spawn(co_await asio::this_coro::executor, sleep_for_an_hour(), "child");
    co_await sleep_for_an_hour();
  };
  spawn(context, parent(), "parent");
  context.poll();
  auto const all = all_tasks();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_STREQ(all[1].name, "child");
  EXPECT_EQ(all[1].parent, all[0].id);
}

TEST(task, that_throws_is_counted_kept_and_printed_once)
{
  asio::io_context context;
  testing::internal::CaptureStderr();
  for (auto const* text : {"first", "second"})
    spawn(context, fail(text), "failing");
  context.run();
  auto const printed = testing::internal::GetCapturedStderr();

  EXPECT_EQ(count_tasks().failed, 2u);
  auto const failures = task_failures();
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_STREQ(failures[0].name, "failing");
  EXPECT_EQ(failures[0].count, 2u);
  EXPECT_EQ(failures[0].last_message, "second");
  EXPECT_EQ(std::string(failures[0].spawned_at.file), __FILE__);
  EXPECT_NE(printed.find("first"), printed.npos);
  EXPECT_EQ(printed.find("second"), printed.npos);
  EXPECT_EQ(std::count(printed.begin(), printed.end(), '\n'), 1);
}

TEST(task, ends_with_its_context)
{
  {
    asio::io_context context;
    for (int i = 0; i != 10; ++i)
      spawn(context, sleep_for_an_hour(), "sleeper");
    context.poll();
    EXPECT_EQ(count_tasks().live, 10u);
  }
  EXPECT_EQ(count_tasks().live, 0u);
  EXPECT_EQ(count_tasks().finished, 10u);
}

// The executor of a task may outlive it; whoever uses it then must find no task, not another one in
// its place.
TEST(task, executor_that_outlives_its_task_belongs_to_none)
{
  asio::io_context context;
  asio::any_io_executor kept;
  auto lend = [](asio::any_io_executor& executor) -> awaitable<void>
  { executor = co_await asio::this_coro::executor; };
  spawn(context, lend(kept), "lender");
  context.run();
  context.restart();
  spawn(context, sleep_for_an_hour(), "successor");
  context.poll();
  auto const successor = only_task().id;

  task_id parent = 99;
  asio::post(kept, [&] { parent = detail::current_task_id(); });
  context.poll();
  EXPECT_EQ(parent, 0u);
  EXPECT_EQ(only_task().id, successor);
  EXPECT_STREQ(only_task().operation, "timer");
}

// An operation counts no outstanding work where a coroutine is resumed: the coroutine has a guard
// of its own. The channels belong to another context, so that what they count is not counted here.
TEST(task, that_waits_for_another_task_keeps_its_context_from_running_out_of_work)
{
  asio::io_context context;
  asio::io_context elsewhere;
  channel<int> results(elsewhere);
  spawn(context, receive_one(results), "receiver");
  context.poll();
  EXPECT_FALSE(context.stopped());
  EXPECT_TRUE(results.try_send(boost::system::error_code{}, 1));
  context.run();
  EXPECT_EQ(count_tasks().live, 0u);
}

TEST(task, coroutine_that_outlives_it_keeps_its_context_from_running_out_of_work)
{
  asio::io_context context;
  asio::io_context elsewhere;
  channel<int> results(elsewhere);
  bool received = false;
  auto receive = [&]() -> awaitable<void>
  {
    co_await results.async_receive();
    received = true;
  };
  auto leave_behind = [&]() -> awaitable<void>
  { asio::co_spawn(co_await asio::this_coro::executor, receive(), asio::detached); };
  spawn(context, leave_behind(), "parent");
  context.poll();
  EXPECT_EQ(count_tasks().live, 0u);
  EXPECT_FALSE(context.stopped());
  EXPECT_TRUE(results.try_send(boost::system::error_code{}, 1));
  context.run();
  EXPECT_TRUE(received);
}

TEST(task, memory_follows_the_number_of_tasks_down)
{
  // Records alone, without coroutines, whose memory the allocator may keep: 100,000 of 64 bytes are
  // 6.4 MB.
  std::vector<detail::task_handle> tasks;
  tasks.reserve(100'000);
  auto const before = read_resident_bytes();
  for (int i = 0; i != 100'000; ++i)
    tasks.push_back(detail::begin_task("record", std::source_location::current()));
  auto const peak = read_resident_bytes();
  EXPECT_GT(peak, before + 6'000'000);
  for (auto const& task : tasks)
    detail::finish_task(task, nullptr);
  EXPECT_LT(read_resident_bytes(), peak - 5'000'000);
  EXPECT_TRUE(all_tasks().empty());
}

TEST(task, name_can_be_made_at_run_time)
{
  asio::io_context context;
  spawn(context, do_nothing(), task_name::intern(std::string("worker ") + "7"));
  EXPECT_STREQ(only_task().name, "worker 7");
  EXPECT_EQ(task_name::intern("worker 7").c_str(), only_task().name);
}

TEST(tasks, are_counted_exactly_while_four_threads_spawn_resume_and_finish_them)
{
  constexpr int per_thread = 2'000;
  asio::thread_pool pool(4);
  std::atomic<bool> scanning = true;
  std::atomic<int> scans = 0;
  std::thread reader(
      [&]
      {
        while (scanning)
        {
          for_each_task(
              [](task_info const& task)
              {
                ASSERT_STREQ(task.name, "hopper");
                ASSERT_NE(task.spawned_at.line, 0u);
                ASSERT_STREQ(task.operation, task.waits_at ? "post" : "");
              });
          ++scans;
        }
      });
  auto hop = []() -> awaitable<void>
  {
    for (int i = 0; i != 5; ++i)
      co_await asio::post(tracked());
  };
  for (int t = 0; t != 4; ++t)
    asio::post(pool,
               [&]
               {
                 for (int i = 0; i != per_thread; ++i)
                   spawn(pool, hop(), "hopper");
               });
  pool.join();
  while (scans < 3)
    std::this_thread::yield();
  scanning = false;
  reader.join();
  auto const counts = count_tasks();
  EXPECT_EQ(counts.spawned, 4u * per_thread);
  EXPECT_EQ(counts.finished, 4u * per_thread);
  EXPECT_EQ(counts.live, 0u);
}

}  // namespace
