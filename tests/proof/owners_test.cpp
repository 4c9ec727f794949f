// Whoever may still come to a channel, and nobody else, keeps the task alive that waits on it: by who
// owns the channel.
#include "proof.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace
{

#if LEAKLAB_PROVES

namespace asio = boost::asio;
using namespace proof;

using owners_of_channels = proof::test;

awaitable<void> sleep_and_hold(asio::io_context& context, shared held)
{
  steady_timer timer(context, 1h);
  co_await timer.async_wait();
  co_await held->async_send({}, 1);
}

awaitable<void> hand_out_parts(asio::io_context& context)
{
  auto const parts = std::make_shared<ints>(context);
  spawn(context, receive(parts), "stuck");
  for (int part = 0; part != 3; ++part)
    co_await parts->async_send({}, part);
}

TEST_F(owners_of_channels, nobody_since_the_sender_has_ended)
{
  auto found = after([&] { spawn(context_, hand_out_parts(context_), "job"); });
  expect_stuck(found["stuck"]);
}

awaitable<void> send_to(ints& to)
{
  co_await to.async_send({}, 1);
}

awaitable<void> start_senders(asio::io_context& context)
{
  ints results(context);
  for (std::size_t i = 0; i != many; ++i)
    spawn(context, send_to(results), "live");
  steady_timer timer(context, 1h);
  co_await timer.async_wait();
}

TEST_F(owners_of_channels, a_frame_that_lives)
{
  spawn(context_, start_senders(context_), "parent");
  auto found = look();
  EXPECT_EQ(found["live"], none_stuck);
  EXPECT_EQ(found["parent"], (count{1, 0}));
}

TEST_F(owners_of_channels, a_pool_that_has_nothing_to_do)
{
  auto const work = make();
  auto found = after(
      [&]
      {
        spawn(context_, receive(work), "live");
        spawn(context_, receive(make()), "stuck");
      });
  EXPECT_EQ(found["live"], none_stuck);
  expect_stuck(found["stuck"]);
}

TEST_F(owners_of_channels, the_frame_that_waits)
{
  auto found = after([&] { spawn(context_, receive_own(context_), "stuck"); });
  expect_stuck(found["stuck"]);
}

awaitable<void> receive_then_send(shared from, shared to)
{
  co_await from->async_receive();
  co_await to->async_send({}, 1);
}

TEST_F(owners_of_channels, two_that_wait_for_each_other)
{
  auto found = after(
      [&]
      {
        auto const one = make();
        auto const other = make();
        spawn(context_, receive_then_send(one, other), "stuck");
        spawn(context_, receive_then_send(other, one), "stuck");
      });
  expect_stuck(found["stuck"], 2 * many);
}

TEST_F(owners_of_channels, the_partner_sleeps)
{
  auto found = after(
      [&]
      {
        auto const between = make();
        spawn(context_, sleep_and_hold(context_, between), "sleeper");
        spawn(context_, receive(between), "live");
      });
  EXPECT_EQ(found["live"], none_stuck);
  EXPECT_EQ(found["sleeper"], none_stuck);
}

TEST_F(owners_of_channels, the_partner_waits_for_one_that_lives)
{
  auto const held = make();
  auto found = after(
      [&]
      {
        auto const next = make();
        spawn(context_, receive_then_send(held, next), "live");
        spawn(context_, receive(next), "live");
        auto const lost = make();
        auto const behind = make();
        spawn(context_, receive_then_send(lost, behind), "stuck");
        spawn(context_, receive(behind), "stuck");
      });
  EXPECT_EQ(found["live"], (count{2 * many, 0}));
  expect_stuck(found["stuck"], 2 * many);
}

awaitable<void> middle(shared from)
{
  co_await receive(from);
}

awaitable<void> outermost(shared from)
{
  co_await middle(std::move(from));
}

TEST_F(owners_of_channels, a_deep_chain_of_coroutines)
{
  auto const held = make();
  auto found = after(
      [&]
      {
        spawn(context_, outermost(held), "live");
        spawn(context_, outermost(make()), "stuck");
      });
  EXPECT_EQ(found["live"], none_stuck);
  expect_stuck(found["stuck"]);
}

struct session
{
  explicit session(asio::io_context& context) : requests(context) {}

  ints requests;
  std::shared_ptr<session> self;
};

TEST_F(owners_of_channels, a_cycle_of_shared_pointers)
{
  std::vector<std::shared_ptr<session>> kept;
  auto found = after(
      [&]
      {
        auto const lost = std::make_shared<session>(context_);
        lost->self = lost;
        spawn(context_, receive_from(lost->requests), "stuck");
        kept.push_back(std::make_shared<session>(context_));
        kept.back()->self = kept.back();
        spawn(context_, receive_from(kept.back()->requests), "live");
      });
  expect_stuck(found["stuck"]);
  EXPECT_EQ(found["live"], none_stuck);
  for (auto& each : kept)
    each->self = nullptr;
}

awaitable<void> receive_from_own_list(asio::io_context& context)
{
  std::list<ints> own;
  own.emplace_back(context);
  co_await own.front().async_receive();
}

TEST_F(owners_of_channels, in_containers)
{
  std::map<std::size_t, ints> in_map;
  std::deque<std::unique_ptr<ints>> in_deque;
  auto found = after(
      [&]
      {
        auto const in_place = in_map.try_emplace(in_map.size(), context_).first;
        spawn(context_, receive_from(in_place->second), "live");
        in_deque.push_back(std::make_unique<ints>(context_));
        spawn(context_, receive_from(*in_deque.back()), "live");
        spawn(context_, receive_from_own_list(context_), "stuck");
      });
  EXPECT_EQ(found["live"], (count{2 * many, 0}));
  expect_stuck(found["stuck"]);
}

awaitable<void> receive_from_own_closure(shared from)
{
  auto& channel = *from;
  std::function<void()> const close = [from = std::move(from)] { from->close(); };
  co_await channel.async_receive();
  close();
}

TEST_F(owners_of_channels, in_closures)
{
  std::vector<std::function<void()>> callbacks;
  auto found = after(
      [&]
      {
        auto const held = make();
        callbacks.emplace_back([held] { held->close(); });
        spawn(context_, receive_from(*held), "live");
        spawn(context_, receive_from_own_closure(make()), "stuck");
      });
  EXPECT_EQ(found["live"], none_stuck);
  expect_stuck(found["stuck"]);
}

TEST_F(owners_of_channels, in_a_lambda_on_the_stack)
{
  auto held = std::make_unique<ints>(context_);
  auto& channel = *held;
  auto const close = [held = std::move(held)] { held->close(); };
  auto found = after([&] { spawn(context_, receive_from(channel), "live"); });
  EXPECT_EQ(found["live"], none_stuck);
  close();
}

struct office
{
  struct desk
  {
    explicit desk(asio::io_context& context) : in(std::make_unique<ints>(context)) {}
    std::unique_ptr<ints> in;
  };

  explicit office(asio::io_context& context) : front(std::make_unique<desk>(context)) {}
  std::unique_ptr<desk> front;
};

awaitable<void> receive_in_own_office(std::unique_ptr<office> own)
{
  co_await own->front->in->async_receive();
}

TEST_F(owners_of_channels, through_unique_pointers)
{
  std::vector<std::unique_ptr<office>> offices;
  auto found = after(
      [&]
      {
        offices.push_back(std::make_unique<office>(context_));
        spawn(context_, receive_from(*offices.back()->front->in), "live");
        spawn(context_, receive_in_own_office(std::make_unique<office>(context_)), "stuck");
      });
  EXPECT_EQ(found["live"], none_stuck);
  expect_stuck(found["stuck"]);
}

TEST_F(owners_of_channels, weakly)
{
  std::vector<std::weak_ptr<ints>> observers;
  auto found = after(
      [&]
      {
        auto const observed = make();
        observers.push_back(observed);
        spawn(context_, receive(observed), "live");
      });
  EXPECT_EQ(found["live"], none_stuck);
}

/// A pointer and something else in a word.
class packed
{
 public:
  packed(ints* pointer, int way) : word_(reinterpret_cast<std::uintptr_t>(pointer)), way_(way)
  {
    if (way_ == 0) word_ |= 7;
    if (way_ == 1) word_ |= std::uintptr_t(0xbeef) << 48;
    if (way_ == 2) word_ = word_ << 16 | 0xbeef;
  }
  void destroy() const
  {
    auto const word = way_ == 0   ? word_ & ~std::uintptr_t(7)
                      : way_ == 1 ? word_ & ~(std::uintptr_t(0xffff) << 48)
                                  : word_ >> 16;
    delete reinterpret_cast<ints*>(word);
  }

 private:
  std::uintptr_t word_;
  int way_;
};

TEST_F(owners_of_channels, behind_pointers_with_tags)
{
  std::vector<packed> words;
  auto found = after(
      [&]
      {
        for (int way = 0; way != 3; ++way)
        {
          auto* const tagged = new ints(context_);
          words.emplace_back(tagged, way);
          spawn(context_, receive_from(*tagged), "live");
        }
      });
  EXPECT_EQ(found["live"], (count{3 * many, 0}));
  for (auto const& each : words)
    each.destroy();
}

/// The limit that stuck_tasks.hpp states.
TEST_F(owners_of_channels, behind_complements_of_pointers_are_not_seen)
{
  std::vector<std::uintptr_t> words;
  auto found = after(
      [&]
      {
        auto* const hidden = new ints(context_);
        words.push_back(~reinterpret_cast<std::uintptr_t>(hidden));
        spawn(context_, receive_from(*hidden), "hidden");
      });
  expect_stuck(found["hidden"]);
  for (auto const word : words)
    delete reinterpret_cast<ints*>(~word);
}

TEST_F(owners_of_channels, in_memory_shared_with_others)
{
  auto* const words = static_cast<ints**>(::mmap(
      nullptr, many * sizeof(ints*), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(words, MAP_FAILED);
  std::size_t made = 0;
  auto found = after(
      [&]
      {
        words[made] = new ints(context_);
        spawn(context_, receive_from(*words[made++]), "live");
      });
  EXPECT_EQ(found["live"], none_stuck);
  for (std::size_t i = 0; i != many; ++i)
    delete words[i];
  ::munmap(words, many * sizeof(ints*));
}

/// A channel in memory that a forked child shares with its parent: nothing of it is changed.
TEST_F(owners_of_channels, in_memory_that_a_child_must_not_write)
{
  auto* const memory =
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  auto* const channel = new (memory) ints(context_);
  auto const other = make();
  auto found = after([&] { spawn(context_, receive_from(*channel), "live"); });
  EXPECT_EQ(found["live"], none_stuck);
  auto const again = make();  // the list of channels is whole: it goes through the first
  channel->~ints();
  ::munmap(memory, 4096);
}

#endif

}  // namespace
