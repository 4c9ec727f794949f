// post, dispatch and defer from inside a handler: who runs when? And when does run() return?
#include <boost/asio/defer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace
{

int deepest = 0;

/// Calls itself `times` times by way of the executor; `depth` counts the calls that lie on the stack.
template <class Submit>
void chain(Submit submit, int times, int& depth)
{
  ++depth;
  deepest = std::max(deepest, depth);
  if (times > 1) submit([=, &depth] { chain(submit, times - 1, depth); });
  --depth;
}

template <class Submit>
void depth_of(char const* name, asio::io_context& context, Submit submit)
{
  int depth = 0;
  deepest = 0;
  asio::post(context, [&] { chain(submit, 1000, depth); });
  context.restart();
  auto const handlers = context.run();
  fmt::print("a chain of 1000 by {:<9} {:>5} handlers run, {:>5} deep on the stack\n", name,
             handlers, deepest);
}

}  // namespace

int main()
{
  asio::io_context context;
  asio::post(context,
             [&]
             {
               asio::post(context, [] { fmt::print("  posted\n"); });
               asio::defer(context, [] { fmt::print("  deferred\n"); });
               asio::dispatch(context, [] { fmt::print("  dispatched\n"); });
               fmt::print("  the handler ends\n");
             });
  fmt::print("a handler posts, defers, dispatches:\n");
  context.run();

  depth_of("post", context, [&](auto f) { asio::post(context, f); });
  depth_of("defer", context, [&](auto f) { asio::defer(context, f); });
  depth_of("dispatch", context, [&](auto f) { asio::dispatch(context, f); });

  auto const tell = [&](char const* when, std::size_t handlers)
  { fmt::print("{}: {} handlers, stopped: {}\n", when, handlers, context.stopped()); };
  context.restart();
  tell("run() with nothing to do", context.run());
  context.restart();
  auto guard = asio::make_work_guard(context);
  tell("the same with a work guard, for 50 ms", context.run_for(50ms));
  guard.reset();
  tell("run() after the guard's reset", context.run());

  auto kept = std::make_shared<int>();
  {
    asio::io_context left;
    for (int i = 0; i != 3; ++i)
      asio::post(left, [kept] {});
    fmt::print("three handlers in a context that nobody runs: {} owners\n", kept.use_count());
  }
  fmt::print("the context is destroyed: {} owner, and none of the three has run\n",
             kept.use_count());
}
