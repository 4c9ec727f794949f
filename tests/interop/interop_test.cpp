// What a ported program shows. Each row is a coroutine of plain Boost.Asio, written against
// leaklab::asio, that waits for ever: its task must show what it waits for, in which function, at
// which line, and for how long.
#include "model/task_profile.hpp"
#include "symbols/place_book.hpp"

#include <leaklab/asio.hpp>
#include <leaklab/awaitable_operators.hpp>
#include <leaklab/channel.hpp>
#include <leaklab/steady_timer.hpp>
#include <leaklab/task.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/experimental/as_single.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#if LEAKLAB_OPENSSL
#include <boost/asio/ssl.hpp>
#endif
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace
{

namespace asio = leaklab::asio;
namespace beast = boost::beast;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
using asio::as_tuple;
using asio::awaitable;
using asio::deferred;
using asio::use_awaitable;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

using typed_executor = asio::io_context::executor_type;
using typed_timer =
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, typed_executor>;
using number_channel = asio::experimental::channel<void(error_code, int)>;

// Everything here is connected to something that never answers.
struct world
{
  world()
  {
    socket.connect(peer.local_endpoint());
    accepted = peer.accept();
    asio::local::connect_pair(local, other_local);
    int const terminal = ::posix_openpt(O_RDWR | O_NOCTTY);  // not to be had in every container
    if (terminal >= 0 && ::grantpt(terminal) == 0 && ::unlockpt(terminal) == 0)
    {
      serial.open(::ptsname(terminal));
      serial_master.assign(terminal);
    }
    int ends[2];
    if (::pipe(ends) != 0) std::abort();
    pipe_reader.assign(ends[0]);
    pipe_writer.assign(ends[1]);
  }

  asio::io_context context;
  asio::steady_timer timer{context, 1h};
  asio::steady_timer other_timer{context, 1h};
  asio::system_timer system_timer{context, 1h};
  tcp::acceptor peer{context, {asio::ip::address_v4::loopback(), 0}};
  tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
  tcp::socket socket{context};
  tcp::socket accepted{context};
  tcp::socket unconnected{context};
  tcp::resolver resolver{context};
  udp::socket datagrams{context, {asio::ip::address_v4::loopback(), 0}};
  udp::endpoint sender;
  asio::local::stream_protocol::socket local{context};
  asio::local::stream_protocol::socket other_local{context};
  asio::posix::stream_descriptor pipe_reader{context};
  asio::posix::stream_descriptor pipe_writer{context};
  asio::posix::stream_descriptor serial_master{context};
  asio::serial_port serial{context};
  asio::signal_set signals{context, SIGUSR2};
  number_channel numbers{context};
  asio::experimental::concurrent_channel<void(error_code, int)> concurrent{context};
  asio::experimental::channel<void(error_code)> marks{context};
  leaklab::channel<> own_marks{context};
  leaklab::channel<void> own_voids{context};
  leaklab::channel<int, std::string> own_pairs{context};
  leaklab::concurrent_channel<int> own_concurrent{context};
  asio::cancellation_signal cancellation;
  std::string text;
  std::string much = std::string(16 << 20, 'x');
  char byte = 0;
  asio::mutable_buffer buffer = asio::buffer(&byte, 1);
  error_code error;
};

struct row
{
  char const* title;
  std::vector<std::string> operations;
  unsigned line;  // 0: it cannot be known
  awaitable<void> (*wait)(world&);

  friend std::ostream& operator<<(std::ostream& out, row const& r) { return out << r.title; }
};

std::vector<std::string> one(char const* operation)
{
  return {operation};
}

// A coroutine whose only wait stands on this line.
#define ROW(title, operations, ...)     \
  row                                   \
  {                                     \
    title, operations, __LINE__,        \
        [](world& w) -> awaitable<void> \
    {                                   \
      (void)w;                          \
      __VA_ARGS__;                      \
    }                                   \
  }

using default_timer = asio::use_awaitable_t<>::as_default_on_t<asio::steady_timer>;
using tuple_timer = asio::as_tuple_t<asio::use_awaitable_t<>>::as_default_on_t<asio::steady_timer>;
using deferred_timer = asio::deferred_t::as_default_on_t<asio::steady_timer>;
using single_timer =
    asio::experimental::as_single_t<asio::use_awaitable_t<>>::as_default_on_t<asio::steady_timer>;

awaitable<void> wait_long(world& w)
{
  co_await w.marks.async_receive(use_awaitable);
}
constexpr unsigned line_of_wait_long = __LINE__ - 2;

awaitable<int> number_later(world& w)
{
  co_await w.marks.async_receive(use_awaitable);
  co_return 1;
}

awaitable<void, typed_executor> wait_long_typed(typed_timer& timer)
{
  co_await timer.async_wait(asio::use_awaitable_t<typed_executor>());
}

// clang-format off
row const rows[] = {
    // tokens
    ROW("use_awaitable", one("timer"), co_await w.timer.async_wait(use_awaitable)),
    ROW("use_awaitable_t<>()", one("timer"), co_await w.timer.async_wait(asio::use_awaitable_t<>())),
    ROW("as_tuple(use_awaitable)", one("timer"), co_await w.timer.async_wait(as_tuple(use_awaitable))),
    ROW("redirect_error(use_awaitable)", one("timer"), co_await w.timer.async_wait(asio::redirect_error(use_awaitable, w.error))),
    ROW("as_single(use_awaitable)", one("channel receive"), co_await w.numbers.async_receive(asio::experimental::as_single(use_awaitable))),
    ROW("bind_cancellation_slot(use_awaitable)", one("timer"), co_await w.timer.async_wait(asio::bind_cancellation_slot(w.cancellation.slot(), use_awaitable))),
    ROW("bind_executor(use_awaitable)", one("timer"), co_await w.timer.async_wait(asio::bind_executor(w.context, use_awaitable))),
    ROW("consign(use_awaitable)", one("timer"), co_await w.timer.async_wait(asio::consign(use_awaitable, 1))),
    ROW("append(use_awaitable)", one("timer"), co_await w.timer.async_wait(asio::append(use_awaitable, 1))),
    ROW("deferred", one("timer"), co_await w.timer.async_wait(deferred)),
    ROW("as_tuple(deferred)", one("timer"), co_await w.timer.async_wait(as_tuple(deferred))),
    ROW("redirect_error(deferred)", one("timer"), co_await w.timer.async_wait(asio::redirect_error(deferred, w.error))),
    ROW("a deferred operation, called", one("timer"), co_await w.timer.async_wait(deferred)(use_awaitable)),
    ROW("default use_awaitable", one("timer"), default_timer timer(w.context, 1h); co_await timer.async_wait()),
    ROW("default as_tuple", one("timer"), tuple_timer timer(w.context, 1h); co_await timer.async_wait()),
    ROW("default deferred", one("timer"), deferred_timer timer(w.context, 1h); co_await timer.async_wait()),
    ROW("default as_single", one("timer"), single_timer timer(w.context, 1h); co_await timer.async_wait()),
    ROW("leaklab::tracked()", one("timer"), co_await w.timer.async_wait(leaklab::tracked())),
    ROW("leaklab::as_tuple()", one("timer"), co_await w.timer.async_wait(leaklab::as_tuple())),
    ROW("redirect_error(leaklab::tracked())", one("timer"), co_await w.timer.async_wait(asio::redirect_error(leaklab::tracked(), w.error))),
    ROW("leaklab::steady_timer", one("timer"), leaklab::steady_timer timer(w.context, 1h); co_await timer.async_wait()),
#if BOOST_VERSION >= 108600
    ROW("cancel_after", one("timer"), co_await w.timer.async_wait(asio::cancel_after(1h, use_awaitable))),
#endif

    // operations
    ROW("system_timer", one("timer"), co_await w.system_timer.async_wait(use_awaitable)),
    ROW("accept", one("accept"), co_await w.acceptor.async_accept(use_awaitable)),
    ROW("accept, deferred", one("accept"), co_await w.acceptor.async_accept(deferred)),
    ROW("connect", one("connect"), co_await w.unconnected.async_connect({asio::ip::make_address("127.0.0.1"), 1}, as_tuple(use_awaitable))),
    ROW("resolve", one("resolve"), co_await w.resolver.async_resolve("localhost", "1", use_awaitable)),
    ROW("read_some", one("read"), co_await w.socket.async_read_some(w.buffer, use_awaitable)),
    ROW("receive", one("read"), co_await w.socket.async_receive(w.buffer, use_awaitable)),
    ROW("async_read", one("read"), co_await asio::async_read(w.socket, w.buffer, use_awaitable)),
    ROW("async_read, deferred", one("read"), co_await asio::async_read(w.socket, w.buffer, deferred)),
    ROW("async_read_until", one("read"), co_await asio::async_read_until(w.socket, asio::dynamic_buffer(w.text), '\n', use_awaitable)),
    ROW("async_write", one("write"), co_await asio::async_write(w.socket, asio::buffer(w.much), use_awaitable)),
    ROW("wait_read", one("wait"), co_await w.socket.async_wait(tcp::socket::wait_read, use_awaitable)),
    ROW("udp receive_from", one("receive"), co_await w.datagrams.async_receive_from(w.buffer, w.sender, use_awaitable)),
    ROW("local read", one("read"), co_await w.local.async_read_some(w.buffer, use_awaitable)),
    ROW("posix descriptor", one("read"), co_await w.pipe_reader.async_read_some(w.buffer, use_awaitable)),
    ROW("serial_port", one("read"), co_await w.serial.async_read_some(w.buffer, use_awaitable)),
    ROW("signal_set", one("signal"), co_await w.signals.async_wait(use_awaitable)),
    ROW("channel receive", one("channel receive"), co_await w.numbers.async_receive(use_awaitable)),
    ROW("channel send", one("channel send"), co_await w.numbers.async_send(error_code(), 1, use_awaitable)),
    ROW("channel<void(error_code)>", one("channel receive"), co_await w.marks.async_receive(use_awaitable)),
    ROW("concurrent_channel", one("channel receive"), co_await w.concurrent.async_receive(use_awaitable)),
    ROW("leaklab::channel<>", one("channel receive"), co_await w.own_marks.async_receive()),
    ROW("leaklab::channel<void>", one("channel send"), co_await w.own_voids.async_send({})),
    ROW("leaklab::channel<A, B>", one("channel send"), co_await w.own_pairs.async_send({}, 1, "one")),
    ROW("leaklab::concurrent_channel", one("channel receive"), co_await w.own_concurrent.async_receive()),
    ROW("leaklab::tcp::v4()", one("accept"), leaklab::tcp::acceptor acceptor(w.context, {leaklab::tcp::v4(), 0}); acceptor.set_option(leaklab::tcp::acceptor::reuse_address(true)); co_await acceptor.async_accept()),
    ROW("beast::http::async_read", one("read"), beast::tcp_stream stream(std::move(w.socket)); beast::flat_buffer buffer; beast::http::request<beast::http::string_body> request; co_await beast::http::async_read(stream, buffer, request, use_awaitable)),
    ROW("beast::tcp_stream", one("read"), beast::tcp_stream stream(std::move(w.socket)); co_await stream.async_read_some(w.buffer, deferred)),
#if LEAKLAB_OPENSSL
    ROW("ssl handshake", one("handshake"), asio::ssl::context tls(asio::ssl::context::tls_client); asio::ssl::stream<tcp::socket> stream(std::move(w.socket), tls); co_await stream.async_handshake(asio::ssl::stream_base::client, use_awaitable)),
#endif

    // groups: every branch
    ROW("awaitable || awaitable", (std::vector<std::string>{"timer", "read"}), co_await (w.timer.async_wait(use_awaitable) || w.socket.async_read_some(w.buffer, use_awaitable))),
    ROW("awaitable && awaitable", (std::vector<std::string>{"timer", "channel receive"}), co_await (w.timer.async_wait(use_awaitable) && w.numbers.async_receive(use_awaitable))),
    ROW("tracked || tracked", (std::vector<std::string>{"timer", "channel receive"}), leaklab::steady_timer timer(w.context, 1h); co_await (timer.async_wait() || w.own_marks.async_receive())),
    ROW("three branches", (std::vector<std::string>{"timer", "timer", "read"}), co_await (w.timer.async_wait(use_awaitable) || w.other_timer.async_wait(use_awaitable) || w.socket.async_read_some(w.buffer, use_awaitable))),
    ROW("make_parallel_group", (std::vector<std::string>{"timer", "channel receive"}), co_await asio::experimental::make_parallel_group(w.timer.async_wait(deferred), w.numbers.async_receive(deferred)).async_wait(asio::experimental::wait_for_one(), use_awaitable)),

    // co_spawn
    ROW("co_spawn(…, use_awaitable)", one("co_spawn"), co_await asio::co_spawn(w.context, wait_long(w), use_awaitable)),
    ROW("co_spawn(…, deferred)", one("co_spawn"), co_await asio::co_spawn(w.context, wait_long(w), deferred)),
};
// clang-format on

class interop : public testing::TestWithParam<row>
{
};

std::vector<std::string> operations_of(leaklab::task_info const& task)
{
  if (task.branches.empty()) return one(task.operation);
  std::vector<std::string> operations;
  for (auto const& branch : task.branches)
    operations.emplace_back(branch.operation);
  return operations;
}

leaklab::task_info find_task(leaklab::task_id id)
{
  leaklab::task_info found;
  leaklab::for_each_task(
      [&](leaklab::task_info const& task)
      {
        if (task.id == id) found = task;
      });
  return found;
}

// The task, once it waits as expected, and for 10 ms, which are the least that shows. What it waits for
// is not completed meanwhile.
leaklab::task_info aged(asio::io_context& context, leaklab::task_id id,
                        std::vector<std::string> const& operations)
{
  auto task = find_task(id);
  for (int i = 0; i != 100 && operations_of(task) != operations; ++i, task = find_task(id))
    context.poll_one();
  while (operations_of(task) == operations && task.waiting_for < 10ms)
    task = find_task(id);
  return task;
}

TEST_P(interop, shows_operation_function_line_and_duration)
{
  auto const& expected = GetParam();
  world w;
  if (!w.serial.is_open() && expected.title == std::string_view("serial_port"))
    GTEST_SKIP() << "there is no terminal to be had";
  auto const id = leaklab::count_tasks().spawned + 1;
  asio::co_spawn(w.context, expected.wait(w), asio::detached);
  auto const task = aged(w.context, id, expected.operations);
  EXPECT_EQ(operations_of(task), expected.operations);
  EXPECT_GE(task.waiting_for, 10ms);

  leaklab::symbols::symboliser symbols;
  leaklab::symbols::place_book places(symbols);
  auto const chain = places.chain(task);
  if (!LEAKLAB_AWAIT_CHAIN && chain.empty()) GTEST_SKIP() << "this build has no await chain";
  ASSERT_FALSE(chain.empty());
  auto const& line = chain.front()->lines.front();
  EXPECT_EQ(line.file, __FILE__);
  EXPECT_EQ(line.line, expected.line);
  EXPECT_NE(line.function.find("lambda"), line.function.npos) << line.function;
  auto const profile = leaklab::model::make_task_profile(places);
  EXPECT_TRUE(std::ranges::any_of(
      profile.samples, [&](auto const& sample)
      { return profile.locations[sample.stack.front()].lines.front() == line; }));
  EXPECT_TRUE(std::ranges::all_of(profile.samples,
                                  [](auto const& sample) { return sample.values.front() == 1; }));
}

// The coroutines that co_spawn starts, by what it is given.

class co_spawn : public testing::Test
{
 protected:
  leaklab::task_info only_task()
  {
    leaklab::task_info found;
    for (int i = 0; i != 100 && !*found.operation; ++i)
    {
      w.context.poll_one();
      leaklab::for_each_task([&](leaklab::task_info const& task) { found = task; });
    }
    return found;
  }

  void expect_to_wait_long(unsigned spawned_at)
  {
    auto const task = only_task();
    EXPECT_STREQ(task.operation, "channel receive");
    EXPECT_EQ(task.waits_at.line, LEAKLAB_AWAIT_CHAIN ? line_of_wait_long : 0);
    EXPECT_EQ(task.spawned_at.line, spawned_at);
    EXPECT_EQ(leaklab::count_tasks().live, 1u);
  }

  void expect_to_end(std::uint64_t finished, std::uint64_t failed = 0)
  {
    w.marks.try_send(error_code());
    w.context.run();
    EXPECT_EQ(leaklab::count_tasks().finished, finished);
    EXPECT_EQ(leaklab::count_tasks().failed, failed);
    EXPECT_EQ(leaklab::count_tasks().live, 0u);
  }

  world w;
};

TEST_F(co_spawn, an_awaitable_detached)
{
  asio::co_spawn(w.context, wait_long(w), asio::detached);
  expect_to_wait_long(__LINE__ - 1);
  expect_to_end(1);
}

TEST_F(co_spawn, a_function_with_a_handler)
{
  int handled = 0;
  asio::co_spawn(
      w.context.get_executor(), [this] { return wait_long(w); },
      [&](std::exception_ptr failure) { handled += failure == nullptr; });
  expect_to_wait_long(__LINE__ - 3);
  expect_to_end(1);
  EXPECT_EQ(handled, 1);
}

TEST_F(co_spawn, a_result_for_use_future)
{
  auto result = asio::co_spawn(w.context, number_later(w), asio::use_future);
  EXPECT_STREQ(only_task().operation, "channel receive");
  expect_to_end(1);
  EXPECT_EQ(result.get(), 1);
}

TEST_F(co_spawn, on_any_io_executor)
{
  asio::co_spawn(asio::any_io_executor(w.context.get_executor()), wait_long(w), asio::detached);
  expect_to_wait_long(__LINE__ - 1);
  expect_to_end(1);
}

TEST_F(co_spawn, on_a_strand)
{
  asio::co_spawn(asio::make_strand(w.context), wait_long(w), asio::detached);
  expect_to_wait_long(__LINE__ - 1);
  expect_to_end(1);
}

awaitable<void> spawn_on_strands(world& w)
{
  auto const executor = co_await asio::this_coro::executor;
  asio::strand<asio::any_io_executor> strand(executor);
  asio::co_spawn(strand, wait_long(w), asio::detached);
  asio::co_spawn(asio::make_strand(executor), wait_long(w), asio::detached);
  co_await w.timer.async_wait(use_awaitable);
}

TEST_F(co_spawn, a_child_on_a_strand_works_for_itself)
{
  asio::co_spawn(w.context, spawn_on_strands(w), asio::detached);
  w.context.poll();
  w.marks.try_send(error_code());
  w.marks.try_send(error_code());
  w.context.poll();
  EXPECT_EQ(leaklab::count_tasks().finished, 2u);
  auto const parent = only_task();
  EXPECT_EQ(parent.state, leaklab::task_state::waiting);
  EXPECT_STREQ(parent.operation, "timer");
  EXPECT_EQ(leaklab::count_tasks().live, 1u);
}

awaitable<void> spawn_on_own_executor(world& w, leaklab::task_state& seen)
{
  asio::co_spawn(
      co_await asio::this_coro::executor,
      [&w, &seen]() -> awaitable<void>
      {
        co_await w.marks.async_receive(use_awaitable);
        leaklab::for_each_task(
            [&](leaklab::task_info const& task)
            {
              if (task.parent == 0) seen = task.state;
            });
      },
      asio::detached);
  co_await w.timer.async_wait(use_awaitable);
}

TEST_F(co_spawn, a_child_of_a_task_on_a_strand_works_for_itself)
{
  auto seen = leaklab::task_state::ready;
  asio::co_spawn(asio::make_strand(w.context), spawn_on_own_executor(w, seen), asio::detached);
  w.context.poll();
  w.marks.try_send(error_code());
  w.context.poll();
  EXPECT_EQ(seen, leaklab::task_state::waiting);  // not running, while the child runs
  EXPECT_EQ(leaklab::count_tasks().finished, 1u);
}

TEST_F(co_spawn, is_cancelled_through_its_slot)
{
  asio::co_spawn(w.context, wait_long(w),
                 asio::bind_cancellation_slot(w.cancellation.slot(), asio::detached));
  expect_to_wait_long(__LINE__ - 2);
  w.cancellation.emit(asio::cancellation_type::terminal);
  w.context.run();
  EXPECT_EQ(leaklab::count_tasks().finished, 1u);
}

TEST_F(co_spawn, tells_the_handler_of_an_exception_and_counts_it)
{
  testing::internal::CaptureStderr();
  std::exception_ptr told;
  asio::co_spawn(
      w.context,
      []() -> awaitable<void>
      {
        throw std::runtime_error("planted");
        co_return;
      },
      [&](std::exception_ptr failure) { told = failure; });
  w.context.run();
  EXPECT_TRUE(told);
  EXPECT_EQ(leaklab::count_tasks().failed, 1u);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(co_spawn, begins_at_once_on_the_executor_that_runs)
{
  bool began = false;
  asio::post(w.context,
             [&]
             {
               asio::co_spawn(
                   w.context,
                   [&]() -> awaitable<void>
                   {
                     began = true;
                     co_return;
                   },
                   asio::detached);
               EXPECT_TRUE(began);
             });
  w.context.run();
  EXPECT_EQ(leaklab::count_tasks().finished, 1u);
}

TEST_F(co_spawn, on_a_thread_pool_runs_branches_of_one_task_at_once)
{
  asio::thread_pool pool(4);
  constexpr int rounds = 2000;
  auto const spin = [](int) -> awaitable<void>
  {
    auto const executor = co_await asio::this_coro::executor;
    for (int i = 0; i != rounds; ++i)
      co_await (asio::post(executor, use_awaitable) && asio::post(executor, use_awaitable));
  };
  for (int i = 0; i != 8; ++i)
    asio::co_spawn(pool, spin(i), asio::detached);
  while (leaklab::count_tasks().live != 0)
    leaklab::for_each_task([](leaklab::task_info const& task)
                           { EXPECT_LE(task.branches.size(), 2u); });
  pool.join();
  EXPECT_EQ(leaklab::count_tasks().finished, 8u);
}

// A coroutine of an awaitable with another executor does not note its co_awaits: only a token that is
// made in the call knows the line.

TEST_F(co_spawn, an_awaitable_of_another_executor)
{
  // Its line must not be that of an earlier task in the same place of the table.
  asio::co_spawn(w.context, wait_long(w), asio::detached);
  w.context.poll();
  w.marks.try_send(error_code());
  w.context.poll();
  EXPECT_EQ(leaklab::count_tasks().finished, 1u);
  w.context.restart();  // it had run out of work
  typed_timer timer(w.context, 1h);
  asio::co_spawn(w.context.get_executor(), wait_long_typed(timer), asio::detached);
  auto const task = only_task();
  EXPECT_STREQ(task.operation, "timer");
  EXPECT_EQ(task.waits_at.line, 0u);
  leaklab::symbols::symboliser symbols;
  leaklab::symbols::place_book places(symbols);
  auto const chain = places.chain(task);
  ASSERT_EQ(chain.size(), LEAKLAB_AWAIT_CHAIN ? 1u : 0u);
  for (auto const* const place : chain)
    EXPECT_TRUE(place->lines.front().function.starts_with("wait_long_typed("));
  timer.cancel();
  w.context.run();
  EXPECT_EQ(leaklab::count_tasks().finished, 2u);
}

TEST_F(co_spawn, waits_of_another_executor_that_are_destroyed_show_no_more)
{
  {
    asio::io_context context;
    typed_timer inner(context, 1h);
    asio::co_spawn(context.get_executor(), wait_long_typed(inner), asio::detached);
    context.poll();
    EXPECT_EQ(leaklab::count_tasks().live, 1u);
  }
  EXPECT_EQ(leaklab::count_tasks().live, 0u);
}

INSTANTIATE_TEST_SUITE_P(each, interop, testing::ValuesIn(rows),
                         [](auto const& each)
                         {
                           std::string name = each.param.title;
                           std::ranges::replace_if(
                               name, [](unsigned char c) { return !std::isalnum(c); }, '_');
                           return name + "_" + std::to_string(each.index);
                         });

}  // namespace
