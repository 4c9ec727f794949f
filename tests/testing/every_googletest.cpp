// One line guards all tests of a program: of these two the second leaves a task in a context that
// outlives it.
#include <leaklab/channel.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/testing.hpp>

#include <gtest/gtest.h>

namespace
{

boost::asio::io_context context;
leaklab::channel<int> results(context);

leaklab::awaitable<void> produce()
{
  co_await results.async_send({}, 42);
}

LEAKLAB_GUARD_EVERY_GOOGLETEST(.context = &context);

TEST(producer, ends_when_its_result_is_received)
{
  results.async_receive([](boost::system::error_code, int) {});
  leaklab::spawn(context, produce(), "producer");
}

TEST(producer, is_left_when_nobody_receives)
{
  leaklab::spawn(context, produce(), "left");
}

}  // namespace
