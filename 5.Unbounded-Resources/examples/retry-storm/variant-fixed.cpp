// Notices wait in a queue for the servers of their customers, and one of these is down. When does a
// notice leave the queue?
#include <leaklab/gauge.hpp>
#include <leaklab/steady_timer.hpp>
#include <leaklab/tcp.hpp>

#include <runner/lab.hpp>
#include <world/backend.hpp>
#include <world/reserved_port.hpp>

#include <deque>
#include <string>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;
using namespace std::chrono_literals;

namespace
{

constexpr int workers = 4;

struct notice
{
  int number = 0;
  tcp::endpoint customer;
  int attempts = 0;
  static constexpr int most_attempts = 3;
};

awaitable<bool> deliver(notice const& each, leaklab::lab& lab)
{
  tcp::socket connection(lab.get_executor());
  auto const [error] = co_await connection.async_connect(each.customer, leaklab::as_tuple());
  if (error) co_return false;
  std::string text = "notice " + std::to_string(each.number) + '\n';
  co_await asio::async_write(connection, asio::buffer(text));
  text.clear();
  co_await asio::async_read_until(connection, asio::dynamic_buffer(text), '\n');
  co_return true;
}

awaitable<void> work(std::deque<notice>& waiting, leaklab::lab& lab)
{
  for (leaklab::steady_timer pause(lab.get_executor());; co_await pause.async_wait())
  {
    pause.expires_after(20ms);
    if (waiting.empty()) continue;
    auto next = waiting.front();
    waiting.pop_front();
    bool const delivered = co_await deliver(next, lab);
    if (delivered)
      lab.completed();
    else if (++next.attempts < notice::most_attempts)
      waiting.push_back(next);
    else
      // the cure: a notice that could not be delivered so often is given up, and counted
      lab.refused();
  }
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::backend const up(1ms);
  world::reserved_port const down;
  tcp::endpoint const customers[] = {up.endpoint(), down.endpoint()};
  std::deque<notice> waiting;
  leaklab::sampled_gauge const count(lab.get_executor(), "notices waiting",
                                     [&] { return waiting.size(); });
  for (int started = 0; started != workers; ++started)
    lab.spawn(work(waiting, lab), "worker");
  int number = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++number)
    waiting.push_back({.number = number, .customer = customers[number % 2]});
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
