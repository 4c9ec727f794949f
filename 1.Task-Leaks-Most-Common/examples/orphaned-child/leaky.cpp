// A request asks two replicas and gives up at its deadline. Who tells the questions that are still
// open?
#include <leaklab/awaitable_operators.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/this_coro.hpp>
#include <runner/lab.hpp>
#include <world/silent_server.hpp>

#include <string>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;

namespace
{

awaitable<void> ask(tcp::endpoint replica)
{
  tcp::socket connection(co_await asio::this_coro::executor);
  co_await connection.async_connect(replica);
  std::string answer;
  co_await asio::async_read_until(connection, asio::dynamic_buffer(answer), '\n');
}

awaitable<void> handle_request(tcp::endpoint first, tcp::endpoint second, leaklab::lab& lab)
{
  leaklab::steady_timer deadline(lab.get_executor(), 50ms);
  // the fault: a child in a task of its own is neither cancelled nor joined with its request
  lab.spawn(ask(first), "question");
  co_await (ask(second) || deadline.async_wait());
  lab.completed();
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::silent_server const first;
  world::silent_server const second;
  for (auto clock = lab.ticks(); co_await clock.next();)
    lab.spawn(handle_request(first.endpoint(), second.endpoint(), lab), "request");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
