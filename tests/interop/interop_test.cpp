// What a ported program shows. Each row is a coroutine of plain Boost.Asio, written against
// leaklab::asio, that waits for ever: its task must show what it waits for, in which function, at
// which line, and for how long.
#include "interop/world.hpp"
#include "model/task_profile.hpp"
#include "symbols/place_book.hpp"

#include <leaklab/awaitable_operators.hpp>
#include <leaklab/steady_timer.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/experimental/as_single.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#if LEAKLAB_OPENSSL
#include <boost/asio/ssl.hpp>
#endif
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace
{

namespace beast = boost::beast;

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

INSTANTIATE_TEST_SUITE_P(each, interop, testing::ValuesIn(rows),
                         [](auto const& each)
                         {
                           std::string name = each.param.title;
                           std::ranges::replace_if(
                               name, [](unsigned char c) { return !std::isalnum(c); }, '_');
                           return name + "_" + std::to_string(each.index);
                         });

}  // namespace
