// A page that was written stays in memory until the disk has it. How many pages wait for a disk
// that takes a hundred a second?
#include <leaklab/channel.hpp>
#include <leaklab/tcp.hpp>

#include <runner/lab.hpp>
#include <world/backend.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::channel;
using leaklab::tcp;

namespace
{

constexpr std::size_t page_size = 4096;
constexpr std::size_t most_dirty = 512 * 1024;

class page_cache
{
 public:
  explicit page_cache(leaklab::lab& lab)
      : lab_(lab), written_(lab.get_executor(), 1), stored_(lab.get_executor(), 1)
  {
  }

  awaitable<void> write(std::uint64_t page, std::string_view content)
  {
    while (dirty_.size() >= most_dirty)
      co_await stored_.async_receive();
    dirty_[page] = content;
    written_.try_send(boost::system::error_code());
  }

  awaitable<void> store(tcp::endpoint disk)
  {
    tcp::socket connection(lab_.get_executor());
    co_await connection.async_connect(disk);
    for (;;)
    {
      while (dirty_.empty())
        co_await written_.async_receive();
      auto const page = dirty_.extract(dirty_.begin());
      std::string text = page.mapped() + '\n';
      co_await asio::async_write(connection, asio::buffer(text));
      text.clear();
      co_await asio::async_read_until(connection, asio::dynamic_buffer(text), '\n');
      lab_.completed();
      stored_.try_send(boost::system::error_code());
    }
  }

 private:
  leaklab::lab& lab_;
  std::map<std::uint64_t, std::string> dirty_;
  channel<> written_;
  channel<> stored_;
};

awaitable<void> scenario(leaklab::lab& lab)
{
  world::backend const disk(std::chrono::milliseconds(10));
  page_cache cache(lab);
  lab.spawn(cache.store(disk.endpoint()), "flusher");
  std::string const content(page_size, '.');
  std::uint64_t page = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++page)
    co_await cache.write(page, content);
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
