// An editor saves each writer's draft every second until the writer has left. Who decides that?
#include <leaklab/gauge.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/steady_timer.hpp>
#include <runner/lab.hpp>
#include <world/temporary_directory.hpp>
#include <world/visitors.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;

namespace
{

class draft : public std::enable_shared_from_this<draft>
{
 public:
  inline static int count = 0;

  draft(asio::any_io_executor const& executor, std::filesystem::path file)
      : file_(std::move(file)), next_save_(executor)
  {
    ++count;
  }
  ~draft()
  {
    next_save_.cancel();
    --count;
  }

  void save()
  {
    std::ofstream(file_) << text;
    next_save_.expires_after(std::chrono::seconds(1));
    next_save_.async_wait(std::bind_front(&draft::save_again, shared_from_this()));
  }

  std::string text;

 private:
  static void save_again(std::shared_ptr<draft> const& open, boost::system::error_code stopped)
  {
    if (!stopped) open->save();
  }

  std::filesystem::path file_;
  asio::steady_timer next_save_;
};

awaitable<void> edit(tcp::socket writer, std::filesystem::path file, leaklab::lab& lab)
{
  auto const written = std::make_shared<draft>(lab.get_executor(), std::move(file));
  written->save();
  co_await asio::async_read_until(writer, asio::dynamic_buffer(written->text), '\n');
  co_await asio::async_write(writer, asio::buffer("thank you\n", 10));
  lab.completed();
}

awaitable<void> accept(tcp::acceptor& door, std::filesystem::path file, leaklab::lab& lab)
{
  for (;;)
    lab.spawn(edit(co_await door.async_accept(), file, lab), "writer");
}

awaitable<void> scenario(leaklab::lab& lab)
{
  leaklab::sampled_gauge const drafts(lab.get_executor(), "drafts", [] { return draft::count; });
  world::temporary_directory const folder;
  tcp::acceptor door(lab.get_executor(), {asio::ip::address_v4::loopback(), 0});
  world::visitors writers(door.local_endpoint());
  lab.spawn(accept(door, folder.path() / "draft", lab), "acceptor");
  for (auto clock = lab.ticks(); co_await clock.next();)
    writers.send("Once upon a time");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
