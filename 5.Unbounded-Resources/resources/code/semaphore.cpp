// A channel as a semaphore: at most three calls at a time. What becomes of a permit when a call
// fails?
#include <leaklab/channel.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

using leaklab::awaitable;
using leaklab::channel;
using namespace std::chrono_literals;

namespace
{

/// `limit` permits. A value in the channel is a permit that is taken, so acquire() waits when it is
/// full.
class semaphore
{
 public:
  semaphore(boost::asio::any_io_executor const& executor, std::size_t limit)
      : taken_(executor, limit)
  {
  }

  awaitable<void> acquire() { co_await taken_.async_send({}); }
  void release()
  {
    taken_.try_receive([](auto) {});
  }

 private:
  channel<> taken_;
};

/// Gives its permit back on every path.
class permit
{
 public:
  explicit permit(semaphore& of) : semaphore_(of) {}
  ~permit() { semaphore_.release(); }

  permit(permit const&) = delete;
  permit& operator=(permit const&) = delete;

 private:
  semaphore& semaphore_;
};

struct counts
{
  int at_once = 0;
  int most = 0;
  int done = 0;
  int failed = 0;
};

awaitable<void> call(int number, counts& of)
{
  of.most = std::max(of.most, ++of.at_once);
  leaklab::steady_timer takes(co_await boost::asio::this_coro::executor, 1ms);
  co_await takes.async_wait();
  --of.at_once;
  if (number % 5 == 0) throw std::runtime_error("refused");
  ++of.done;
}

awaitable<void> request(int number, semaphore& limit, bool owned, counts& of)
{
  co_await limit.acquire();
  try
  {
    if (owned)
    {
      permit const held(limit);
      co_await call(number, of);
    }
    else
    {
      co_await call(number, of);
      limit.release();  // not reached when the call throws
    }
  }
  catch (std::runtime_error const&)
  {
    ++of.failed;
  }
}

}  // namespace

int main()
{
  for (bool const owned : {false, true})
  {
    boost::asio::io_context context;
    semaphore limit(context.get_executor(), 3);
    counts of;
    for (int number = 1; number <= 100; ++number)
      leaklab::spawn(context, request(number, limit, owned, of), "request");
    context.run_for(1s);
    fmt::print("{}: at most {} at once; {} done, {} failed, {} wait for a permit\n",
               owned ? "permit owned by an object" : "release() after the call ", of.most, of.done,
               of.failed, leaklab::count_tasks().live);
  }
}
