// A service ships its log lines to a collector, some at a time. The collector takes 20 ms to confirm
// what it gets, be it one line or many.
#include <leaklab/steady_timer.hpp>
#include <leaklab/tcp.hpp>

#include <runner/lab.hpp>
#include <world/backend.hpp>

#include <deque>
#include <string>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;
using namespace std::chrono_literals;

namespace
{

constexpr std::size_t lines_per_batch = 10;

class shipper
{
 public:
  explicit shipper(leaklab::lab& lab) : lab_(lab) {}

  void log(std::string line) { lines_.push_back(std::move(line)); }

  awaitable<void> run(tcp::endpoint collector)
  {
    tcp::socket connection(lab_.get_executor());
    co_await connection.async_connect(collector);
    leaklab::steady_timer pause(lab_.get_executor());
    for (;;)
    {
      std::string batch;
      std::size_t count = 0;
      for (; count != lines_per_batch && !lines_.empty(); ++count, lines_.pop_front())
        batch += lines_.front();
      if (count == 0)
      {
        pause.expires_after(20ms);
        co_await pause.async_wait();
        continue;
      }
      batch += '\n';
      co_await asio::async_write(connection, asio::buffer(batch));
      batch.clear();
      co_await asio::async_read_until(connection, asio::dynamic_buffer(batch), '\n');
      lab_.completed(count);
    }
  }

 private:
  leaklab::lab& lab_;
  std::deque<std::string> lines_;
};

awaitable<void> scenario(leaklab::lab& lab)
{
  world::backend const collector(20ms);
  shipper log(lab);
  lab.spawn(log.run(collector.endpoint()), "shipper");
  std::string const line(2048, '.');
  for (auto clock = lab.ticks(); co_await clock.next();)
    log.log(line);
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
