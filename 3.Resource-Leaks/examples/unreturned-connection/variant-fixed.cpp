// Four reports at a time are sent to the archives, so that the line is not overloaded. One of the
// archives is down. Whose turn is it next?
#include <leaklab/tcp.hpp>

#include <runner/lab.hpp>
#include <world/backend.hpp>
#include <world/reserved_port.hpp>
#include <world/scope_guard.hpp>

#include <memory>
#include <string>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;
using namespace std::chrono_literals;

namespace
{

class gate
{
 public:
  explicit gate(asio::any_io_executor const& executor)
      : somebody_left_(executor, leaklab::steady_timer::time_point::max())
  {
  }

  awaitable<void> enter()
  {
    while (inside_ == 4)
      co_await somebody_left_.async_wait(leaklab::as_tuple());
    ++inside_;
  }

  void leave()
  {
    --inside_;
    somebody_left_.cancel_one();
  }

 private:
  leaklab::steady_timer somebody_left_;
  int inside_ = 0;
};

awaitable<void> send(tcp::endpoint archive, std::shared_ptr<gate> line, leaklab::lab& lab)
{
  co_await line->enter();
  // the cure: whoever has entered leaves, whichever way the report ends
  world::scope_exit const leave([line] { line->leave(); });
  tcp::socket connection(lab.get_executor());
  co_await connection.async_connect(archive);
  co_await asio::async_write(connection, asio::buffer("report\n", 7));
  std::string receipt;
  co_await asio::async_read_until(connection, asio::dynamic_buffer(receipt), '\n');
  lab.completed();
}

awaitable<void> try_to_send(tcp::endpoint archive, std::shared_ptr<gate> line, leaklab::lab& lab)
{
  try
  {
    co_await send(archive, line, lab);
  }
  catch (boost::system::system_error const&)
  {
    lab.refused();
  }
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::backend const up(20ms);
  world::reserved_port const down;
  auto const line = std::make_shared<gate>(lab.get_executor());
  int report = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++report)
    lab.spawn(try_to_send(report % 2 == 0 ? up.endpoint() : down.endpoint(), line, lab), "report");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
