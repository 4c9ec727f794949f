// A task is not stuck for which a timer, a descriptor, a signal, a cancellation, another branch or a
// thread may do what it waits for.
#include "proof.hpp"

#include <leaklab/asio.hpp>
#include <leaklab/awaitable_operators.hpp>
#include <leaklab/scope.hpp>
#include <leaklab/tracked.hpp>

#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <csignal>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <thread>
#include <vector>

namespace
{

#if LEAKLAB_PROVES

namespace asio = boost::asio;
using namespace proof;

using wakers_of_tasks = proof::test;

awaitable<void> sleep(asio::io_context& context, steady_timer::time_point until)
{
  steady_timer timer(context, until);
  co_await timer.async_wait();
}

TEST_F(wakers_of_tasks, timers)
{
  auto found = after(
      [&]
      {
        spawn(context_, sleep(context_, steady_timer::clock_type::now() + 1h), "live");
        spawn(context_, sleep(context_, steady_timer::time_point::max()), "live");
        spawn(context_, receive_own(context_), "stuck");
      });
  EXPECT_EQ(found["live"], (count{2 * many, 0}));
  expect_stuck(found["stuck"]);
}

using stream = tracked::as_default_on_t<asio::local::stream_protocol::socket>;

awaitable<void> read(stream socket)
{
  char byte = 0;
  co_await socket.async_read_some(asio::buffer(&byte, 1));
}

awaitable<void> await_signal(asio::io_context& context)
{
  tracked::as_default_on_t<asio::signal_set> signals(context, SIGUSR1);
  co_await signals.async_wait();
}

TEST_F(wakers_of_tasks, descriptors_and_signals)
{
  std::vector<int> far_ends;
  auto found = after(
      [&]
      {
        stream near(context_);
        stream far(context_);
        asio::local::connect_pair(near, far);
        far_ends.push_back(far.release());
        spawn(context_, read(std::move(near)), "live");
        spawn(context_, await_signal(context_), "live");
      });
  EXPECT_EQ(found["live"], (count{2 * many, 0}));
  for (int const each : far_ends)
    ::close(each);
}

awaitable<void> receive_or_sleep(asio::io_context& context)
{
  ints own(context);
  steady_timer timer(context, 1h);
  co_await (own.async_receive() || timer.async_wait());
}

awaitable<void> receive_and_sleep(asio::io_context& context)
{
  ints own(context);
  steady_timer timer(context, 1h);
  co_await (own.async_receive() && timer.async_wait());
}

awaitable<void> receive_either(asio::io_context& context)
{
  ints one(context);
  ints other(context);
  co_await (one.async_receive() || other.async_receive());
}

TEST_F(wakers_of_tasks, one_branch_of_several)
{
  auto found = after(
      [&]
      {
        spawn(context_, receive_or_sleep(context_), "live");
        spawn(context_, receive_and_sleep(context_), "live");
        spawn(context_, receive_either(context_), "stuck");
      });
  EXPECT_EQ(found["live"], (count{2 * many, 0}));
  expect_stuck(found["stuck"]);
}

TEST_F(wakers_of_tasks, on_strands)
{
  auto const held = make();
  auto found = after(
      [&]
      {
        auto const strand = asio::make_strand(context_);
        spawn(strand, receive(held), "live");
        spawn(strand, receive_own(context_), "stuck");
      });
  EXPECT_EQ(found["live"], none_stuck);
  expect_stuck(found["stuck"]);
}

TEST_F(wakers_of_tasks, a_scope_that_is_cancelled_at_any_time)
{
  scope children(context_.get_executor());
  auto found = after([&] { children.spawn(receive_own(context_), "live"); });
  EXPECT_EQ(found["live"], none_stuck);
}

TEST_F(wakers_of_tasks, none_in_a_scope_that_is_cancelled_at_exit)
{
  auto const held = make();
  scope children(context_.get_executor(), scope::cancelled::at_exit);
  auto found = after(
      [&]
      {
        children.spawn(receive_own(context_), "stuck");
        children.spawn(receive(held), "live");
      });
  expect_stuck(found["stuck"]);
  EXPECT_EQ(found["live"], none_stuck);
  children.cancel();  // no parent's memory was changed
  context_.poll();
  EXPECT_EQ(children.size(), 0);
}

awaitable<void> be_stuck_with_a_scope(asio::io_context& context)
{
  scope children(context.get_executor());
  children.spawn(receive_own(context), "stuck");
  co_await receive_own(context);
}

awaitable<void> join(asio::io_context& context)
{
  scope children(context.get_executor());
  children.spawn(receive_own(context), "live");
  co_await children.join();
}

/// Who joins a scope waits for a timer, so it lives, and could cancel.
TEST_F(wakers_of_tasks, a_scope_in_the_frame_of_a_task)
{
  auto found = after(
      [&]
      {
        spawn(context_, be_stuck_with_a_scope(context_), "stuck");
        spawn(context_, join(context_), "live");
      });
  expect_stuck(found["stuck"], 2 * many);
  EXPECT_EQ(found["live"], (count{2 * many, 0}));
}

awaitable<void> await_child(asio::io_context& context)
{
  co_await leaklab::asio::co_spawn(context, receive_own(context), leaklab::asio::use_awaitable);
}

TEST_F(wakers_of_tasks, no_child_that_is_stuck_itself)
{
  auto found = after([&] { spawn(context_, await_child(context_), "stuck"); });
  expect_stuck(found["stuck"]);
  expect_stuck(found["co_spawn"]);
}

TEST_F(wakers_of_tasks, a_cancellation_signal)
{
  std::list<asio::cancellation_signal> signals;
  auto found = after(
      [&]
      {
        leaklab::asio::co_spawn(
            context_, receive_own(context_),
            asio::bind_cancellation_slot(signals.emplace_back().slot(), asio::detached));
      });
  EXPECT_EQ(found["co_spawn"], none_stuck);
}

awaitable<void> receive_plainly(
    std::shared_ptr<asio::experimental::channel<void(boost::system::error_code, int)>> from)
{
  co_await from->async_receive(leaklab::asio::use_awaitable);
}

awaitable<void> receive_concurrently(std::shared_ptr<concurrent_channel<int>> from)
{
  co_await from->async_receive();
}

TEST_F(wakers_of_tasks, whatever_the_channel_and_the_token_are)
{
  using plain = asio::experimental::channel<void(boost::system::error_code, int)>;
  auto const held_plain = std::make_shared<plain>(context_);
  auto const held_concurrent = std::make_shared<concurrent_channel<int>>(context_);
  auto found = after(
      [&]
      {
        spawn(context_, receive_plainly(held_plain), "live");
        spawn(context_, receive_concurrently(held_concurrent), "live");
        spawn(context_, receive_plainly(std::make_shared<plain>(context_)), "stuck");
        spawn(context_, receive_concurrently(std::make_shared<concurrent_channel<int>>(context_)),
              "stuck");
      });
  EXPECT_EQ(found["live"], (count{2 * many, 0}));
  expect_stuck(found["stuck"], 2 * many);
}

struct held
{
  virtual ~held() = default;
};

template <class Handler>
struct held_handler : held
{
  explicit held_handler(Handler&& from) : handler(std::move(from)) {}
  Handler handler;
};

using holder = std::unique_ptr<held>;

/// An operation of the program's own: whoever has the handler completes it.
awaitable<void> wait_in(holder& place)
{
  tracked token;
  co_await asio::async_initiate<tracked, void()>(
      [&place]<class Handler>(Handler handler)
      { place = std::make_unique<held_handler<Handler>>(std::move(handler)); },
      token);
}

awaitable<void> wait_in_own()
{
  auto const own = std::make_unique<holder>();
  co_await wait_in(*own);
}

TEST_F(wakers_of_tasks, whoever_has_the_handler)
{
  std::deque<holder> waiting;
  auto found = after(
      [&]
      {
        spawn(context_, wait_in(waiting.emplace_back()), "live");
        spawn(context_, wait_in_own(), "stuck");
      });
  EXPECT_EQ(found["live"], none_stuck);
  expect_stuck(found["stuck"]);
}

#if defined(__x86_64__)

TEST_F(wakers_of_tasks, threads_that_have_the_channel_in_a_register)
{
  using namespace hidden_words;
  constexpr int threads = 6;
  std::vector<std::thread> holding;
  std::vector<std::uintptr_t> complements;
  auto found = after(
      [&]
      {
        auto* const hidden = new ints(context_);
        complements.push_back(~reinterpret_cast<std::uintptr_t>(hidden));
        if (holding.size() != threads)
        {
          spawn(context_, receive_from(*hidden), "live");
          holding.emplace_back(
              hold_in_register, complements.back(),
              holding.size() % 2 == 1 ? place::vector_register : place::general_register, -1);
        }
        else
          spawn(context_, receive_from(*hidden), "stuck");
        while (in_registers != static_cast<int>(holding.size()))
          std::this_thread::yield();
      });
  EXPECT_EQ(found["live"], (count{threads, 0}));
  expect_stuck(found["stuck"], many - threads);
  may_end = 1;
  for (auto& each : holding)
    each.join();
  for (auto const each : complements)
    delete reinterpret_cast<ints*>(~each);
}

#endif

#endif

}  // namespace
