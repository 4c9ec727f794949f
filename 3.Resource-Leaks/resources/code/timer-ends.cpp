// Six ways to end a wait: what is the handler told, and when?
#include <boost/asio.hpp>
#include <fmt/format.h>

#include <memory>

namespace asio = boost::asio;
using boost::system::error_code;
using namespace std::chrono_literals;

namespace
{

struct owned
{
  ~owned() { fmt::print("  what the handler owned is destroyed\n"); }
};

auto handler()
{
  return [kept = std::make_unique<owned>()](error_code error)
  { fmt::print("  handler: {}\n", error ? error.message() : "the time is over"); };
}

}  // namespace

int main()
{
  asio::io_context context;

  fmt::print("the time comes\n");
  asio::steady_timer timer(context, 10ms);
  timer.async_wait(handler());
  context.run();
  context.restart();

  fmt::print("cancel()\n");
  timer.expires_after(1h);
  timer.async_wait(handler());
  fmt::print("  waits cancelled: {}\n", timer.cancel());
  fmt::print("  cancel() has returned; the context runs\n");
  context.run();
  context.restart();

  fmt::print("a new time for the same timer\n");
  timer.expires_after(1h);
  timer.async_wait(handler());
  fmt::print("  waits cancelled: {}\n", timer.expires_after(1h));
  context.run();
  context.restart();

  fmt::print("the timer is destroyed\n");
  {
    asio::steady_timer local(context, 1h);
    local.async_wait(handler());
  }
  context.run();
  context.restart();

  fmt::print("the time comes first, then cancel()\n");
  timer.expires_after(0ms);
  timer.async_wait(handler());
  asio::post(context, [&timer] { fmt::print("  waits cancelled: {}\n", timer.cancel()); });
  context.run();
  context.restart();

  fmt::print("the context is destroyed\n");
  auto last = std::make_unique<asio::io_context>();
  auto kept = std::make_shared<asio::steady_timer>(*last, 1h);
  kept->async_wait([kept, inner = handler()](error_code error) mutable { inner(error); });
  kept.reset();
  last.reset();
}
