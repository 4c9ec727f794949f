// What the tests of stuck tasks have in common. In each of them the tasks called "stuck" are, and those
// called "live" are not.
#pragma once

#include "graph/hidden_words.hpp"
#include "graph/stuck_tasks.hpp"

#include <leaklab/channel.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>
#include <leaklab/task.hpp>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

/// Whether this build proves anything.
#define LEAKLAB_PROVES (LEAKLAB_TCMALLOC && LEAKLAB_AWAIT_CHAIN && LEAKLAB_RTTI)

namespace proof
{

namespace asio = boost::asio;
using namespace leaklab;
using hidden_words::wipe_stack;
using namespace std::chrono_literals;

struct count
{
  std::size_t waiting = 0;
  std::size_t stuck = 0;

  bool operator==(count const&) const = default;
  friend std::ostream& operator<<(std::ostream& out, count const& c)
  {
    return out << c.stuck << " of " << c.waiting;
  }
};

/// By the names of the tasks.
using counts = std::map<std::string, count, std::less<>>;

inline counts two_marks()
{
  auto first = graph::look_for_stuck_tasks();
  auto const both = in_both(std::move(first), graph::look_for_stuck_tasks());
  EXPECT_EQ(both.problem, "");
  counts found;
  for_each_task(
      [&](task_info const& task)
      {
        if (task.state != task_state::waiting) return;
        auto& same_name = found[task.name];
        ++same_name.waiting;
        if (std::ranges::binary_search(both.found, task.id, {}, &graph::stuck_task::id))
          ++same_name.stuck;
      });
  return found;
}

using ints = channel<int>;
using shared = std::shared_ptr<ints>;

constexpr std::size_t many = 50;
constexpr count none_stuck{many, 0};

/// All of them, but for those that an old word holds: on a stack, in memory that nobody has written
/// since it was allocated, or where an array ends and another block begins.
inline void expect_stuck(count const& found, std::size_t all = many)
{
  EXPECT_EQ(found.waiting, all);
  EXPECT_GE(found.stuck, all * 9 / 10) << found;
}

inline awaitable<void> receive_from(ints& from)
{
  for (;;)
    co_await from.async_receive();
}

inline awaitable<void> receive(shared from)
{
  for (;;)
    co_await from->async_receive();
}

inline awaitable<void> receive_own(asio::io_context& context)
{
  ints own(context);
  co_await own.async_receive();
}

class test : public testing::Test
{
 protected:
  /// Calls `build` so many times, has all tasks run until they wait, and looks.
  template <class Build>
  counts after(Build const& build)
  {
    repeat(build);
    return look();
  }
  counts look()
  {
    run();
    wipe_stack();
    return two_marks();
  }

  [[nodiscard]] shared make() { return std::make_shared<ints>(context_); }

  asio::io_context context_;

 private:
  template <class Build>
  [[gnu::noinline]] static void repeat(Build const& build)
  {
    for (std::size_t i = 0; i != many; ++i)
      build();
  }
  [[gnu::noinline]] void run()
  {
    context_.restart();
    context_.poll();
  }
};

}  // namespace proof
