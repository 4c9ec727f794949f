// What is open while a coroutine waits? The same file, read before a wait: by an owner in the
// function, in a block of its own, in a function of its own, and by a parameter that was moved from.
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

using leaklab::awaitable;
using namespace std::chrono_literals;

static std::ptrdiff_t open_files()
{
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

static awaitable<void> ask(boost::asio::any_io_executor executor, char const* which,
                           std::ptrdiff_t before)
{
  fmt::print("{:<40}{}\n", which, open_files() - before);
  leaklab::steady_timer answer(executor, 1ms);
  co_await answer.async_wait();
}

static awaitable<void> in_the_function(boost::asio::any_io_executor executor)
{
  auto const before = open_files();
  std::ifstream file("/etc/hostname");
  std::string name;
  std::getline(file, name);
  co_await ask(executor, "a local of the function", before);
}

static awaitable<void> in_a_block(boost::asio::any_io_executor executor)
{
  auto const before = open_files();
  std::string name;
  {
    std::ifstream file("/etc/hostname");
    std::getline(file, name);
  }
  co_await ask(executor, "a local of a block that has ended", before);
}

static std::string read_name()
{
  std::ifstream file("/etc/hostname");
  std::string name;
  std::getline(file, name);
  return name;
}

static awaitable<void> in_a_call(boost::asio::any_io_executor executor)
{
  auto const before = open_files();
  auto const name = read_name();
  co_await ask(executor, "a local of a function that has returned", before);
}

static awaitable<void> by_parameter(boost::asio::any_io_executor executor, std::ifstream file,
                                    std::ptrdiff_t before)
{
  std::string name;
  std::getline(file, name);
  co_await ask(executor, "a parameter", before);
}

static awaitable<void> by_moved_parameter(boost::asio::any_io_executor executor, std::ifstream file,
                                          std::ptrdiff_t before)
{
  std::string name;
  {
    auto const mine = std::move(file);
    (void)mine;
  }
  co_await ask(executor, "a parameter, moved into a block", before);
}

static awaitable<void> all()
{
  auto executor = co_await boost::asio::this_coro::executor;
  fmt::print("{:<40}{}\n", "the file's owner is", "open during the wait");
  co_await in_the_function(executor);
  co_await in_a_block(executor);
  co_await in_a_call(executor);
  auto const before = open_files();
  co_await by_parameter(executor, std::ifstream("/etc/hostname"), before);
  co_await by_moved_parameter(executor, std::ifstream("/etc/hostname"), before);
}

int main()
{
  boost::asio::io_context context;
  leaklab::spawn(context, all(), "all");
  context.run();
}
