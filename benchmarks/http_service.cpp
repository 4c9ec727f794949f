// A small HTTP service, built twice: with leaklab (HTTP_SERVICE_TRACKED=1), where it serves its
// endpoint besides, and on plain Asio with the same allocator. Each request is read by Beast,
// looked up by a coroutine of its own and answered on the connection, which stays open.
//
// Prints {"port": …, "endpoint": …} and serves until its standard input ends.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>

#if HTTP_SERVICE_TRACKED
#include <leaklab/endpoint.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/tcp.hpp>
#else
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#endif

namespace
{

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::awaitable;

#if HTTP_SERVICE_TRACKED
using leaklab::as_tuple;
using tcp = leaklab::tcp;

template <class Executor>
void spawn(Executor& executor, awaitable<void> body)
{
  leaklab::spawn(executor, std::move(body), "connection");
}
#else
constexpr auto as_tuple()
{
  return asio::as_tuple(asio::deferred);
}

struct tcp
{
  using endpoint = asio::ip::tcp::endpoint;
  using socket = asio::deferred_t::as_default_on_t<asio::ip::tcp::socket>;
  using acceptor = asio::deferred_t::as_default_on_t<asio::ip::tcp::acceptor>;
};

template <class Executor>
void spawn(Executor& executor, awaitable<void> body)
{
  asio::co_spawn(executor, std::move(body), asio::detached);
}
#endif

using pages = std::unordered_map<std::string, std::string>;

awaitable<http::response<http::string_body>> answer(pages const& all,
                                                    http::request<http::string_body> const& asked)
{
  auto const page = all.find(std::string(std::string_view(asked.target())));
  http::response<http::string_body> result(
      page == all.end() ? http::status::not_found : http::status::ok, asked.version());
  result.set(http::field::content_type, "text/plain");
  if (page != all.end()) result.body() = page->second;
  result.keep_alive(asked.keep_alive());
  result.prepare_payload();
  co_return result;
}

awaitable<void> serve(tcp::socket socket, pages const& all)
{
  boost::beast::flat_buffer buffer;
  for (;;)
  {
    http::request<http::string_body> asked;
    auto const [no_request, size] = co_await http::async_read(socket, buffer, asked, as_tuple());
    if (no_request) co_return;
    auto const page = co_await answer(all, asked);
    auto const [not_sent, sent] = co_await http::async_write(socket, page, as_tuple());
    if (not_sent || !page.keep_alive()) co_return;
  }
}

awaitable<void> accept(tcp::acceptor& acceptor, pages const& all)
{
  for (;;)
  {
    auto [error, socket] = co_await acceptor.async_accept(as_tuple());
    if (error) co_return;
    auto executor = acceptor.get_executor();
    spawn(executor, serve(std::move(socket), all));
  }
}

}  // namespace

int main()
{
  pages all;
  for (int i = 0; i != 1000; ++i)
    all.emplace("/page/" + std::to_string(i), std::string(1000, 'x'));
  asio::io_context context{1};
  tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  spawn(context, accept(acceptor, all));
  int endpoint_port = 0;
#if HTTP_SERVICE_TRACKED
  leaklab::endpoint const debug({.port = 0});
  endpoint_port = debug.port();
#endif
  std::printf("{\"port\": %d, \"endpoint\": %d}\n", acceptor.local_endpoint().port(),
              endpoint_port);
  std::fflush(stdout);
  std::thread until_told(
      [&]
      {
        while (std::getchar() != EOF)
        {
        }
        context.stop();
      });
  context.run();
  until_told.join();
}
