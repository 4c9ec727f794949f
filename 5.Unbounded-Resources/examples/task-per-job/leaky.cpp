// Jobs arrive five times as fast as the backend takes them. Where do the rest wait?
#include <leaklab/channel.hpp>
#include <leaklab/tcp.hpp>

#include <runner/lab.hpp>
#include <world/backend.hpp>

#include <list>
#include <string>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::channel;
using leaklab::tcp;

namespace
{

using connection_pool = channel<tcp::socket*>;

awaitable<void> do_job(int job, connection_pool& idle, leaklab::lab& lab)
{
  auto* const connection = co_await idle.async_receive();
  std::string message = std::to_string(job) + '\n';
  co_await asio::async_write(*connection, asio::buffer(message));
  message.clear();
  co_await asio::async_read_until(*connection, asio::dynamic_buffer(message), '\n');
  lab.completed();
  co_await idle.async_send({}, connection);
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::backend const backend(std::chrono::milliseconds(20));
  std::list<tcp::socket> connections;
  connection_pool idle(lab.get_executor(), 4);
  while (connections.size() != idle.capacity())
  {
    auto& connection = connections.emplace_back(lab.get_executor());
    co_await connection.async_connect(backend.endpoint());
    co_await idle.async_send({}, &connection);
  }
  int job = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++job)
    // the fault: each job becomes a task, however many are waiting already
    lab.spawn(do_job(job, idle, lab), "job");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
