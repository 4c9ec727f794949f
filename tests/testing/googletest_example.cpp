#include <leaklab/channel.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/testing.hpp>

#include <gtest/gtest.h>

leaklab::awaitable<void> produce(leaklab::channel<int>& results)
{
  co_await results.async_send({}, 42);
}

TEST(producer, ends)
{
  boost::asio::io_context context;
  leaklab::channel<int> results(context);
  leaklab::testing::task_leak_guard const guard(LEAKLAB_GOOGLETEST, {.context = &context});
  leaklab::spawn(context, produce(results), "producer");
}
