// A service such as anybody writes with Boost.Asio, with the runtime's two lines: sessions over TCP, a
// task for each request, caches that expire, an archive that stays. Its clients are those of
// scripts/verdict-trial. A line is a command:
//
//     ask MS BYTES      answers "ok" after so many milliseconds, with that much memory at work
//     put CACHE BYTES   an entry of cache 0 or 1, each of which is emptied at its period
//     store BYTES       kept for good, as the service is meant to
//
// Four more have faults. The script reads the lines that are marked and wants them named.
#include <leaklab/asio.hpp>
#include <leaklab/endpoint.hpp>
#include <leaklab/gauge.hpp>

#include <boost/asio/experimental/channel.hpp>
#include <fcntl.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

namespace asio = leaklab::asio;

namespace
{

using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using milliseconds = std::chrono::milliseconds;
template <class... Results>
using channel = asio::experimental::channel<void(error_code, Results...)>;

constexpr auto no_throw = asio::as_tuple(use_awaitable);

awaitable<void> sleep_for(milliseconds time)
{
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(use_awaitable);
}

class cache
{
 public:
  void put(std::size_t bytes) { entries_.try_emplace(next_key_++, bytes, 'c'); }
  std::size_t size() const { return entries_.size(); }

  awaitable<void> expire(milliseconds period)
  {
    for (;;)
    {
      co_await sleep_for(period);
      entries_.clear();
    }
  }

 private:
  std::unordered_map<std::size_t, std::string> entries_;
  std::size_t next_key_ = 0;
};

class session
{
 public:
  explicit session(tcp::socket socket)
      : socket_(std::move(socket)), outbox_(socket_.get_executor(), 64)
  {
  }

  /// Empty when the client has gone.
  awaitable<std::string> read_line()
  {
    auto const [error, size] =
        co_await asio::async_read_until(socket_, asio::dynamic_buffer(inbox_), '\n', no_throw);
    auto line = inbox_.substr(0, size);
    inbox_.erase(0, size);
    co_return line;
  }

  awaitable<void> answer(std::string text)
  {
    co_await outbox_.async_send({}, std::move(text), no_throw);
  }

  awaitable<void> write_answers()
  {
    for (;;)
    {
      auto const [closed, text] = co_await outbox_.async_receive(no_throw);
      if (closed) co_return;
      auto const [error, size] = co_await asio::async_write(socket_, asio::buffer(text), no_throw);
      if (error) co_return;
    }
  }

  void close()
  {
    error_code ignored;
    socket_.close(ignored);
    outbox_.close();
  }

 private:
  tcp::socket socket_;
  std::string inbox_;
  channel<std::string> outbox_;
};

using session_ptr = std::shared_ptr<session>;

class service
{
 public:
  service(asio::io_context& context, std::string path_to_audit)
      : context_(context), path_to_audit_(std::move(path_to_audit))
  {
  }

  std::size_t cached() const { return caches_[0].size() + caches_[1].size(); }

  void expire_caches(milliseconds first, milliseconds second)
  {
    start(caches_[0].expire(first));
    start(caches_[1].expire(second));
  }

  /// Reads the routes, a hundredth at a time, and starts a worker for each of the first 32.
  awaitable<void> start_up(std::size_t bytes, milliseconds time)
  {
    for (int part = 0; part != 100; ++part)
    {
      routes_.emplace("/" + std::to_string(part), std::string(bytes / 100, 'r'));
      if (part < 32) start(work_for_a_route());
      co_await sleep_for(time / 100);
    }
  }

  awaitable<void> accept(tcp::acceptor& acceptor)
  {
    for (;;)
    {
      auto const client = std::make_shared<session>(co_await acceptor.async_accept(use_awaitable));
      start(serve(client));
      start(write_answers(client));
    }
  }

 private:
  void start(awaitable<void> work) { asio::co_spawn(context_, std::move(work), asio::detached); }

  awaitable<void> serve(session_ptr client)
  {
    for (;;)
    {
      auto const line = co_await client->read_line();
      if (line.empty()) break;
      obey(line, client);
    }
    client->close();
  }

  awaitable<void> write_answers(session_ptr client) { co_await client->write_answers(); }

  awaitable<void> work_for_a_route()
  {
    for (;;)
      co_await sleep_for(milliseconds(100));
  }

  void obey(std::string const& line, session_ptr const& client)
  {
    std::istringstream words(line);
    std::string command;
    std::size_t first = 0;
    std::size_t second = 0;
    words >> command >> first >> second;
    if (command == "ask") start(ask(client, milliseconds(first), second));
    if (command == "put") caches_.at(first).put(second);
    if (command == "store") archive_.emplace_back(first, 'a');
    if (command == "confirm") start(await_confirmation(client));
    if (command == "visit") note_visit(first);
    if (command == "order") note_order(first);
    if (command == "audit") open_audit();
  }

  awaitable<void> ask(session_ptr client, milliseconds time, std::size_t bytes)
  {
    std::vector<char> const at_work(bytes);
    co_await sleep_for(time);
    co_await client->answer("ok\n");
  }

  awaitable<void> await_confirmation(session_ptr client)
  {
    channel<bool> confirmed(co_await asio::this_coro::executor);  // which nobody is told of
    co_await confirmed.async_receive(use_awaitable);              // fault: tasks
    co_await client->answer("confirmed\n");
  }

  void note_visit(std::size_t bytes)
  {
    visits_.try_emplace(visits_.size(), bytes, 'v');  // fault: visits
  }

  void note_order(std::size_t bytes)
  {
    orders_.try_emplace(orders_.size(), bytes, 'o');  // fault: orders
  }

  void open_audit()
  {
    int const audit = ::open(path_to_audit_.c_str(), O_RDONLY | O_CLOEXEC);  // fault: descriptors
    if (audit == -1) throw std::system_error(errno, std::generic_category(), path_to_audit_);
    audits_.push_back(audit);
  }

  asio::io_context& context_;
  std::string path_to_audit_;
  std::map<std::string, std::string> routes_;
  std::array<cache, 2> caches_;
  std::vector<std::string> archive_;
  std::map<std::size_t, std::string> visits_;
  std::unordered_map<std::size_t, std::string> orders_;
  std::vector<int> audits_;
};

}  // namespace

int main(int argc, char** argv)
{
  if (argc != 6)
  {
    std::fputs(
        "usage: verdict_trial_service PATIENCE CACHE CACHE START-UP-TIME START-UP-BYTES\n"
        "All times are milliseconds: the verdict's patience, each cache's period.\n",
        stderr);
    return 2;
  }
  auto const time = [argv](int option) { return milliseconds(std::atoll(argv[option])); };

  leaklab::endpoint const debug({.port = 0, .patience = time(1)});

  asio::io_context context;
  service trial(context, argv[0]);
  leaklab::sampled_gauge const cached(context.get_executor(), "cache entries",
                                      [&trial] { return static_cast<double>(trial.cached()); });
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  asio::co_spawn(context, trial.accept(acceptor), asio::detached);
  asio::co_spawn(context, trial.start_up(std::strtoull(argv[5], nullptr, 10), time(4)),
                 asio::detached);
  trial.expire_caches(time(2), time(3));

  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&context](error_code, int) { context.stop(); });
  std::printf("%d %d\n", acceptor.local_endpoint().port(), debug.port());
  std::fflush(stdout);
  context.run();
}
