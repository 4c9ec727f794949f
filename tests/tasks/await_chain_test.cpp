// The coroutines that a suspended task is in: in every form in which the endpoint shows them.
#include "encode/profile_text.hpp"
#include "encode/task_list.hpp"
#include "model/task_profile.hpp"
#include "nested.hpp"
#include "symbols/place_book.hpp"

#include <leaklab/awaitable_operators.hpp>
#include <leaklab/detail/start_task.hpp>
#include <leaklab/steady_timer.hpp>
#include <leaklab/task.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace
{

namespace asio = boost::asio;
using namespace leaklab;
using namespace std::chrono_literals;

awaitable<void> middle(channel<int>& results)
{
  co_await nested::outer(results);
}

awaitable<void> root(channel<int>& results)
{
  co_await middle(results);
}

awaitable<void> first_of_two(channel<int>& results)
{
  steady_timer timer(co_await asio::this_coro::executor, 1h);
  co_await (timer.async_wait() || results.async_receive());
}

awaitable<void> resolve_nothing(tcp::resolver& resolver)
{
  co_await resolver.async_resolve("localhost", "1");
}

class await_chain : public testing::Test
{
 protected:
  void SetUp() override
  {
    if (!LEAKLAB_AWAIT_CHAIN) GTEST_SKIP() << "this build has no await chain";
  }

  std::vector<std::string> functions_of(std::string_view name)
  {
    std::vector<std::string> functions;
    for_each_task(
        [&](task_info const& task)
        {
          if (task.name != name) return;
          for (auto const* const place : places_.chain(task))
            functions.push_back(place->lines.front().function);
        });
    return functions;
  }

  asio::io_context context_;
  channel<int> results_{context_};
  symbols::symboliser symbols_;
  symbols::place_book places_{symbols_};
};

using names = std::vector<std::string>;

TEST_F(await_chain, names_four_nested_coroutines_of_two_files)
{
  spawn(context_, root(results_), "nested");
  context_.poll();
  EXPECT_EQ(functions_of("nested"),
            (names{"nested::innermost(channel<int>&)", "nested::outer(channel<int>&)",
                   "middle(channel<int>&)", "root(channel<int>&)"}));
}

TEST_F(await_chain, has_the_line_of_the_co_await_and_of_the_definitions)
{
  spawn(context_, root(results_), "nested");
  context_.poll();
  for_each_task(
      [&](task_info const& task)
      {
        auto const chain = places_.chain(task);
        ASSERT_EQ(chain.size(), 4u);
        EXPECT_EQ(chain[0]->lines.front().line, nested::send_line);
        EXPECT_TRUE(chain[0]->lines.front().file.ends_with("nested.cpp"));
        EXPECT_TRUE(chain[1]->lines.front().file.ends_with("nested.cpp"));
        EXPECT_GT(chain[1]->lines.front().line, nested::send_line);
        EXPECT_TRUE(chain[2]->lines.front().file.ends_with("await_chain_test.cpp"));
        EXPECT_LT(chain[2]->lines.front().line, chain[3]->lines.front().line);
        EXPECT_GT(task.frame_bytes, 4u * 50);
        EXPECT_LT(task.frame_bytes, 4096u);
      });
}

TEST_F(await_chain, of_a_group_leads_to_the_coroutine_that_awaits_the_group)
{
  spawn(context_, first_of_two(results_), "group");
  context_.poll();
  EXPECT_EQ(functions_of("group"), names{"first_of_two(channel<int>&)"});
  for_each_task(
      [](task_info const& task)
      {
        ASSERT_EQ(task.branches.size(), 2u);
        EXPECT_STREQ(task.operation, "timer");
        EXPECT_STREQ(task.branches.front().operation, "timer");
        EXPECT_STREQ(task.branches.back().operation, "channel receive");
      });
  results_.try_send(boost::system::error_code(), 1);
  context_.run();
  EXPECT_EQ(count_tasks().finished, 1u);
}

TEST_F(await_chain, of_a_resolving_task_is_known)
{
  tcp::resolver resolver(context_);
  spawn(context_, resolve_nothing(resolver), "resolver");
  context_.poll_one();
  for_each_task([](task_info const& task) { EXPECT_STREQ(task.operation, "resolve"); });
  EXPECT_EQ(functions_of("resolver"), names{"resolve_nothing(tcp::resolver&)"});
}

TEST_F(await_chain, of_a_task_that_has_not_begun_is_empty)
{
  spawn(context_, root(results_), "unborn");
  EXPECT_EQ(functions_of("unborn"), names{});
}

TEST_F(await_chain, is_in_the_profile_with_the_bytes_of_the_frames)
{
  for (int i = 0; i != 3; ++i)
    spawn(context_, root(results_), "nested");
  context_.poll();
  auto const profile = model::make_task_profile(places_);
  ASSERT_EQ(profile.samples.size(), 1u);
  auto const& sample = profile.samples.front();
  ASSERT_EQ(sample.stack.size(), 5u);
  EXPECT_EQ(sample.values[0], 3);
  EXPECT_EQ(sample.values[1] % 3, 0);
  EXPECT_GT(sample.values[1], 3 * 4 * 50);
  EXPECT_EQ(model::as_goroutine_profile(profile).samples.front().values.size(), 1u);
}

TEST_F(await_chain, is_in_every_text)
{
  spawn(context_, root(results_), "nested");
  context_.poll();
  auto const list = encode::whole(encode::tasks_as_text(model::list_tasks(), places_));
  auto const grouped = encode::encode_count_text(model::make_task_profile(places_));
  auto const json =
      boost::json::parse(encode::whole(encode::tasks_as_json(model::list_tasks(), places_)));
  auto const& frames = json.at("tasks").at(0).at("frames").as_array();
  ASSERT_EQ(frames.size(), 4u);
  std::size_t in_list = 0;
  std::size_t in_groups = 0;
  for (auto const& frame : frames)
  {
    std::string const function(frame.at("function").as_string());
    auto const next_in_list = list.find("\n" + function + "\n\t", in_list);
    auto const next_in_groups = grouped.find("\t" + function + "\t", in_groups);
    ASSERT_NE(next_in_list, list.npos) << function << "\n" << list;
    ASSERT_NE(next_in_groups, grouped.npos) << function << "\n" << grouped;
    in_list = next_in_list;
    in_groups = next_in_groups;
  }
}

TEST_F(await_chain, is_whole_while_threads_spawn_resume_and_finish_tasks)
{
  // scripts/soak asks for more.
  auto const* const more = std::getenv("LEAKLAB_CHAINS");
  auto const enough = more ? std::strtoull(more, nullptr, 10) : 500;
  asio::thread_pool pool(4);
  std::atomic<bool> stop = false;
  struct hopping
  {
    static awaitable<void> leaf() { co_await asio::post(tracked()); }
    static awaitable<void> stem()
    {
      co_await leaf();
      co_await leaf();
    }
    static awaitable<void> again(asio::thread_pool& on, std::atomic<bool>& enough)
    {
      co_await stem();
      if (!enough) spawn(on, again(on, enough), "hopper");
    }
  };
  for (int i = 0; i != 8; ++i)
    spawn(pool, hopping::again(pool, stop), "hopper");
  std::size_t whole = 0;
  while (whole < enough && !HasFailure())
    for_each_task(
        [&](task_info const& task)
        {
          if (task.state == task_state::running || task.frame_count == 0) return;
          auto const chain = places_.chain(task);
          if (task.waits_at)
          {
            ASSERT_EQ(chain.size(), 3u)
                << chain[0]->lines.front().function << " in " << chain[0]->lines.front().file
                << '\n'
                << chain[1]->lines.front().function << " in " << chain[1]->lines.front().file;
            ++whole;
          }
        });
  stop = true;
  pool.join();
  EXPECT_EQ(count_tasks().live, 0u);
}

}  // namespace
