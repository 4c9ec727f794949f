// What tasks wait for: each of the four kinds, who waits, who else refers to it, and the cycles.
#include "model/resources.hpp"

#include "http/routes.hpp"
#include "proof.hpp"

#include <leaklab/awaitable_operators.hpp>
#include <leaklab/co_spawn.hpp>
#include <leaklab/scope.hpp>
#include <leaklab/tcp.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace
{

using namespace proof;
namespace http = leaklab::http;

class resources : public proof::test
{
 protected:
  /// After all tasks have run until they wait.
  model::resource_report report()
  {
    (void)look();
    return model::report_resources(symbols_, {}, both());
  }

  http::response get(std::string const& query)
  {
    auto answer = answer_({http::verb::get, "/debug/resources", query, ""});
    while (answer.finish)
      answer = answer.finish();
    return answer;
  }

  static std::vector<model::resource> of_kind(model::resource_report const& report,
                                              std::string_view kind)
  {
    std::vector<model::resource> found;
    std::ranges::copy_if(report.resources, std::back_inserter(found),
                         [&](model::resource const& each) { return each.kind == kind; });
    return found;
  }

  static std::vector<task_id> waiters(model::resource const& which)
  {
    std::vector<task_id> ids;
    for (auto const& each : which.waiters)
      ids.push_back(each.id);
    std::ranges::sort(ids);
    return ids;
  }

 private:
  static graph::awaited_objects both()
  {
    auto first = graph::look_for_awaited_objects();
    EXPECT_EQ(first.problem, "");
    return in_both(std::move(first), graph::look_for_awaited_objects());
  }

  symbols::symboliser symbols_;
  model::leak_watch watch_;
  http::routes answer_{watch_};
};

#if LEAKLAB_PROVES

/// The last task spawned.
task_id newest()
{
  return count_tasks().spawned;
}

awaitable<void> hold_asleep(asio::io_context& context, shared held)
{
  steady_timer timer(context, 1h);
  co_await timer.async_wait();
  co_await held->async_receive();
}

awaitable<void> send(shared to)
{
  for (;;)
    co_await to->async_send({}, 1);
}

TEST_F(resources, a_channel_with_those_that_receive)
{
  auto const held = make();
  spawn(context_, receive(held), "first");
  auto const first = newest();
  spawn(context_, receive(held), "second");
  auto const found = report();
  ASSERT_EQ(found.resources.size(), 1);
  auto const& one = found.resources[0];
  EXPECT_EQ(one.kind, "channel");
  EXPECT_EQ(one.way, "receive");
  EXPECT_EQ(one.capacity, 0);
  EXPECT_EQ(waiters(one), (std::vector{first, newest()}));
  EXPECT_STREQ(one.waiters[0].wait.operation, "channel receive");
  ASSERT_TRUE(one.block);
  EXPECT_NE(one.block->what.find("make_shared<leaklab::channel<int>>"), std::string::npos)
      << one.block->what;
  EXPECT_TRUE(one.referrers.empty());
  EXPECT_EQ(found.stuck, 0);
  EXPECT_TRUE(found.elsewhere.empty());
}

TEST_F(resources, a_full_channel_with_those_that_send)
{
  auto const held = std::make_shared<ints>(context_, 2);
  spawn(context_, send(held), "sender");
  auto const sender = newest();
  spawn(context_, hold_asleep(context_, held), "sleeper");
  auto const found = of_kind(report(), "channel");
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found[0].way, "send");
  EXPECT_EQ(found[0].capacity, 2);
  EXPECT_EQ(waiters(found[0]), std::vector{sender});
  EXPECT_EQ(found[0].referrers, std::vector{newest()});
}

TEST_F(resources, a_timer_in_a_coroutine)
{
  spawn(context_, hold_asleep(context_, make()), "sleeper");
  auto const found = report();
  ASSERT_EQ(found.resources.size(), 1);
  auto const& timer = found.resources[0];
  EXPECT_EQ(timer.kind, "timer");
  ASSERT_TRUE(timer.expires_in);
  EXPECT_GT(*timer.expires_in, 59min);
  EXPECT_LE(*timer.expires_in, 1h);
  EXPECT_EQ(timer.place.task, newest());
  ASSERT_TRUE(timer.block);
  EXPECT_TRUE(timer.block->what.starts_with("coroutine ")) << timer.block->what;
}

steady_timer* the_timer;

awaitable<void> wait_for_the_timer()
{
  co_await the_timer->async_wait();
}

TEST_F(resources, a_timer_that_never_expires)
{
  steady_timer never(context_, steady_timer::time_point::max());
  the_timer = &never;
  for (int i = 0; i != 3; ++i)
    spawn(context_, wait_for_the_timer(), "waiter");
  auto const found = report();
  ASSERT_EQ(found.resources.size(), 1);
  EXPECT_FALSE(found.resources[0].expires_in);
  EXPECT_EQ(found.resources[0].waiters.size(), 3);
  EXPECT_EQ(found.resources[0].place.kind, "stack");
  never.cancel();
  context_.restart();
  context_.run();
}

TEST_F(resources, a_descriptor_for_each_direction)
{
  asio::ip::tcp::acceptor acceptor(context_, {asio::ip::address_v4::loopback(), 0});
  auto const port = acceptor.local_endpoint().port();
  tcp::socket client(context_);
  client.connect(acceptor.local_endpoint());
  auto const server = acceptor.accept();
  auto const read = [](tcp::socket& from) -> awaitable<void>
  {
    char byte = 0;
    co_await from.async_read_some(asio::buffer(&byte, 1));
  };
  spawn(context_, read(client), "reader");
  auto const found = report();
  ASSERT_EQ(found.resources.size(), 1);
  EXPECT_EQ(found.resources[0].kind, "descriptor");
  EXPECT_EQ(found.resources[0].descriptor, client.native_handle());
  EXPECT_TRUE(found.resources[0].target.ends_with(" to 127.0.0.1:" + std::to_string(port)))
      << found.resources[0].target;
  EXPECT_EQ(waiters(found.resources[0]), std::vector{newest()});
  client.cancel();
  context_.restart();
  context_.run();
}

TEST_F(resources, the_end_of_another_task)
{
  auto const held = make();
  auto const parent = [](asio::io_context& context, shared from) -> awaitable<void>
  { co_await leaklab::asio::co_spawn(context, receive(from), tracked()); };
  spawn(context_, parent(context_, held), "parent");
  auto const id = newest();
  auto const found = report();
  auto const joined = of_kind(found, "task");
  ASSERT_EQ(joined.size(), 1);
  EXPECT_EQ(joined[0].task, newest());
  EXPECT_EQ(waiters(joined[0]), std::vector{id});
}

TEST_F(resources, both_branches_of_a_group)
{
  auto const held = make();
  auto const either = [](asio::io_context& context, shared from) -> awaitable<void>
  {
    steady_timer timer(context, 1h);
    co_await (from->async_receive() || timer.async_wait());
  };
  spawn(context_, either(context_, held), "either");
  auto const found = report();
  ASSERT_EQ(found.resources.size(), 2);
  for (auto const& each : found.resources)
    EXPECT_EQ(waiters(each), std::vector{newest()}) << each.kind;
}

TEST_F(resources, what_is_awaited_without_a_note)
{
  scope tasks(context_.get_executor());
  auto const held = make();
  tasks.spawn(receive(held), "child");
  spawn(context_, tasks.join(), "joins");
  auto const found = of_kind(report(), "timer");
  ASSERT_EQ(found.size(), 1);
  EXPECT_FALSE(found[0].expires_in);
  EXPECT_EQ(waiters(found[0]), std::vector{newest()});
}

/// A lock that is a channel with room for one.
awaitable<void> lock_both(shared first, shared second)
{
  co_await first->async_send({}, 1);
  co_await asio::post(co_await asio::this_coro::executor, tracked());
  co_await second->async_send({}, 1);
}

TEST_F(resources, two_locks_taken_in_turn)
{
  (void)after(
      [&]
      {
        auto const one = std::make_shared<ints>(context_, 1);
        auto const other = std::make_shared<ints>(context_, 1);
        spawn(context_, lock_both(one, other), "left");
        spawn(context_, lock_both(other, one), "right");
      });
  auto const found = report();
  EXPECT_GE(found.stuck, many);  // old words of the tests before may hold the others
  EXPECT_EQ(found.cycles.size(), found.stuck / 2);
  for (auto const& cycle : found.cycles)
  {
    ASSERT_EQ(cycle.size(), 2);
    EXPECT_EQ(cycle[0].other, cycle[0].waiter + 1) << "left, then right";
    EXPECT_EQ(cycle[1].other, cycle[0].waiter);
  }
  auto const text = get("").body;
  EXPECT_NE(text.find("2 tasks wait for each other, and nothing can wake them"), text.npos) << text;
}

TEST_F(resources, no_cycle_while_somebody_else_may_come)
{
  auto const one = std::make_shared<ints>(context_, 1);
  auto const other = std::make_shared<ints>(context_, 1);
  spawn(context_, lock_both(one, other), "left");
  spawn(context_, lock_both(other, one), "right");
  auto const found = report();
  EXPECT_EQ(found.stuck, 0);
  EXPECT_TRUE(found.cycles.empty());
  ASSERT_EQ(found.resources.size(), 2);
  for (auto const& each : found.resources)
    EXPECT_EQ(each.referrers.size(), 1) << "the task that holds the lock";
}

TEST_F(resources, as_text_and_as_json)
{
  (void)after([&] { spawn(context_, receive_own(context_), "stuck"); });
  auto const text = get("");
  EXPECT_EQ(text.status, 200);
  EXPECT_NE(text.body.find("50 tasks wait to receive from 50 channels of capacity 0"),
            std::string::npos)
      << text.body;
  auto const made = boost::json::parse(get("format=json&limit=3").body).as_object();
  EXPECT_EQ(made.at("total"), 50);
  EXPECT_EQ(made.at("shown"), 3);
  auto const& first = made.at("resources").at(0).as_object();
  EXPECT_EQ(first.at("kind"), "channel");
  EXPECT_EQ(first.at("waiters").as_array().size(), 1);
  EXPECT_EQ(first.at("waiters").at(0).at("name"), "stuck");
}

TEST_F(resources, refuse_what_they_do_not_know)
{
  EXPECT_EQ(get("format=xml").body, "invalid value for \"format\" - must be text or json\n");
  EXPECT_EQ(get("limit=many").status, 400);
}

#else

TEST_F(resources, are_off_in_this_build)
{
  auto const answer = get("");
  EXPECT_TRUE(answer.status == 501 || answer.status == 503) << answer.status;
  EXPECT_TRUE(answer.body.starts_with("it is not known what tasks wait for: ")) << answer.body;
}

#endif

}  // namespace
