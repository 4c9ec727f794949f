// A request asks two replicas for their replies and is cancelled at its deadline. Who tells the
// questions that are still open?
#include <leaklab/awaitable_operators.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/this_coro.hpp>
#include <runner/lab.hpp>
#include <world/temporary_directory.hpp>

#include <filesystem>

namespace fs = std::filesystem;
using leaklab::awaitable;
using namespace boost::asio::experimental::awaitable_operators;
using namespace std::chrono_literals;

namespace
{

awaitable<void> poll(fs::path reply)
{
  leaklab::steady_timer pause(co_await boost::asio::this_coro::executor);
  while (!fs::exists(reply))
  {
    pause.expires_after(100ms);
    co_await pause.async_wait();
  }
}

awaitable<void> handle_request(fs::path const& inbox, leaklab::lab& lab)
{
  leaklab::steady_timer deadline(lab.get_executor(), 50ms);
  // the fault: a child in a task of its own is neither cancelled nor joined with the request that
  // started it
  lab.spawn(poll(inbox / "first"), "poll");
  co_await (poll(inbox / "second") || deadline.async_wait());
  lab.completed();
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const inbox;
  for (auto clock = lab.ticks(); co_await clock.next();)
    lab.spawn(handle_request(inbox.path(), lab), "request");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
