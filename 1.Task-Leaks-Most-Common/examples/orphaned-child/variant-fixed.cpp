// Whoever exports a table holds its lock file and touches it now and then. For how long?
#include <leaklab/tcp.hpp>

#include <runner/lab.hpp>
#include <world/backend.hpp>
#include <world/temporary_directory.hpp>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace asio = boost::asio;
namespace fs = std::filesystem;
using leaklab::awaitable;
using leaklab::tcp;
using namespace std::chrono_literals;

namespace
{

class table_lock
{
 public:
  table_lock(leaklab::lab& lab, fs::path file)
      : state_(new state{std::move(file), leaklab::steady_timer(lab.get_executor())})
  {
    std::ofstream(state_->file).put('\n');
    lab.spawn(keep_touching(state_), "lock");
  }
  ~table_lock()
  {
    // the cure: whoever holds the lock ends the task that touches it
    state_->held = false;
    state_->pause.cancel();
    std::error_code ignored;
    fs::remove(state_->file, ignored);
  }

  table_lock(table_lock const&) = delete;
  table_lock& operator=(table_lock const&) = delete;

 private:
  struct state
  {
    fs::path file;
    leaklab::steady_timer pause;
    bool held = true;
  };

  static awaitable<void> keep_touching(std::shared_ptr<state> lock)
  {
    while (lock->held)
    {
      std::error_code ignored;
      fs::last_write_time(lock->file, fs::file_time_type::clock::now(), ignored);
      lock->pause.expires_after(500ms);
      co_await lock->pause.async_wait(leaklab::as_tuple());
    }
  }

  std::shared_ptr<state> state_;
};

awaitable<void> export_table(fs::path lock_file, tcp::endpoint store, leaklab::lab& lab)
{
  table_lock const lock(lab, std::move(lock_file));
  tcp::socket connection(lab.get_executor());
  co_await connection.async_connect(store);
  co_await asio::async_write(connection, asio::buffer("rows\n", 5));
  std::string receipt;
  co_await asio::async_read_until(connection, asio::dynamic_buffer(receipt), '\n');
  lab.completed();
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const locks;
  world::backend const store(20ms);
  int table = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++table)
    lab.spawn(export_table(locks.path() / std::to_string(table), store.endpoint(), lab), "export");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
