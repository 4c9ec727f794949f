// Of these four tests the second leaves a task to its fixture, the fourth to a guard.
#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else  // Catch2 2
#include <catch2/catch.hpp>
#endif

#include <leaklab/channel.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/testing.hpp>

namespace
{

leaklab::awaitable<void> produce(leaklab::channel<int>& results)
{
  co_await results.async_send({}, 42);
}

// These outlive every test, as a service's own do.
boost::asio::io_context lasting;
leaklab::channel<int> lasting_results(lasting);

struct guarded
{
  leaklab::testing::task_leak_guard const guard{LEAKLAB_CATCH2, {.context = &lasting}};
};

TEST_CASE_METHOD(guarded, "a fixture holds nothing against a task that ends")
{
  lasting_results.async_receive([](boost::system::error_code, int) {});
  leaklab::spawn(lasting, produce(lasting_results), "received");
}

TEST_CASE_METHOD(guarded, "a fixture finds a task that is left")
{
  leaklab::spawn(lasting, produce(lasting_results), "left to the fixture");
}

TEST_CASE("a guard holds nothing against a task that ends, nor against an older one")
{
  boost::asio::io_context context;
  leaklab::channel<int> results(context);
  leaklab::testing::task_leak_guard const guard(LEAKLAB_CATCH2, {.context = &context});
  results.async_receive([](boost::system::error_code, int) {});
  leaklab::spawn(context, produce(results), "received");
}

TEST_CASE("a guard finds a task that is left")
{
  boost::asio::io_context context;
  leaklab::channel<int> results(context);
  leaklab::testing::task_leak_guard const guard(LEAKLAB_CATCH2, {.context = &context});
  leaklab::spawn(context, produce(results), "left to the guard");
}

}  // namespace
