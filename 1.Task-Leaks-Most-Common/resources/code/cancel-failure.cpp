// A connection is refused while a deadline runs. What does the caller learn, and when?
#include <leaklab/awaitable_operators.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

namespace asio = boost::asio;
using boost::system::error_code;
using leaklab::awaitable;
using leaklab::tcp;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;

static awaitable<error_code> call(tcp::socket& connection, tcp::endpoint server)
{
  co_await connection.async_connect(server);
  co_return error_code();
}

static awaitable<error_code> call_and_tell(tcp::socket& connection, tcp::endpoint server)
{
  auto const [error] = co_await connection.async_connect(server, leaklab::as_tuple());
  co_return error;
}

template <class Call>
static awaitable<void> in_time(char const* name, Call call, tcp::endpoint server)
{
  tcp::socket connection(co_await asio::this_coro::executor);
  leaklab::steady_timer deadline(connection.get_executor(), 200ms);
  auto const begin = deadline.expiry();
  auto const first = co_await (call(connection, server) || deadline.async_wait());
  auto const error = first.index() == 1 ? error_code(asio::error::timed_out) : std::get<0>(first);
  fmt::print("{}: {} the deadline: {}\n", name,
             begin > decltype(deadline)::clock_type::now() ? "before" : "at", error.message());
}

int main()
{
  asio::io_context context;
  tcp::acceptor closed(context, {asio::ip::address_v4::loopback(), 0});
  auto const nobody = closed.local_endpoint();
  closed.close();
  leaklab::spawn(context, in_time("throws", call, nobody), "caller");
  context.run();
  context.restart();
  leaklab::spawn(context, in_time("returns its error", call_and_tell, nobody), "caller");
  context.run();
}
