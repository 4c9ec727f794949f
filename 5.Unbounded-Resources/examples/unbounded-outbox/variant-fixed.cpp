// A database keeps each change until its replicas have it. How many changes are that?
#include <leaklab/gauge.hpp>
#include <leaklab/steady_timer.hpp>
#include <leaklab/tcp.hpp>

#include <runner/lab.hpp>
#include <world/backend.hpp>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;
using namespace std::chrono_literals;

namespace
{

constexpr std::size_t most_behind = 200;  // changes

using replica = std::shared_ptr<std::size_t>;  // the number of the change that it needs next

struct change_log
{
  std::deque<std::string> changes;
  std::size_t begin = 0;
  std::size_t confirmed = 0;  // by one replica at least
  std::vector<replica> replicas;

  [[nodiscard]] std::size_t end() const { return begin + changes.size(); }

  void append(std::string change) { changes.push_back(std::move(change)); }

  void trim()
  {
    // the cure: a replica that falls behind is dropped, and what only it needs can go
    std::erase_if(replicas, [this](auto const& each) { return *each + most_behind < confirmed; });
    auto least = end();
    for (auto const& each : replicas)
      least = std::min(least, *each);
    for (; begin < least; ++begin)
      changes.pop_front();
  }
};

awaitable<void> replicate(change_log& log, replica to, tcp::endpoint server, leaklab::lab& lab)
{
  tcp::socket connection(lab.get_executor());
  co_await connection.async_connect(server);
  leaklab::steady_timer pause(lab.get_executor());
  for (std::string text; *to >= log.begin; log.trim())
  {
    for (; *to == log.end(); co_await pause.async_wait())
      pause.expires_after(1ms);
    text = log.changes[*to - log.begin];
    co_await asio::async_write(connection, asio::buffer(text));
    text.clear();
    co_await asio::async_read_until(connection, asio::dynamic_buffer(text), '\n');
    if (++*to <= log.confirmed) continue;
    log.confirmed = *to;
    lab.completed();
  }
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::backend const near(0ms);
  world::backend const far(100ms);
  change_log log;
  leaklab::sampled_gauge const kept(lab.get_executor(), "changes kept",
                                    [&] { return log.changes.size(); });
  for (auto const& server : {near.endpoint(), far.endpoint()})
  {
    log.replicas.push_back(std::make_shared<std::size_t>(0));
    lab.spawn(replicate(log, log.replicas.back(), server, lab), "replication");
  }
  for (auto clock = lab.ticks(); co_await clock.next();)
    log.append(std::string(1023, '.') + '\n');
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
