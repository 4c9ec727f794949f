#include "partner.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace clients
{

namespace asio = boost::asio;
namespace http = boost::beast::http;
using namespace std::chrono_literals;
using asio::use_awaitable;

namespace
{

constexpr auto as_tuple = asio::as_tuple(use_awaitable);

struct behaviour
{
  std::chrono::milliseconds time = 10ms;
  double silent = 0;   // share of the requests
  double refused = 0;  // share of the rest
};

behaviour behaviour_at(std::string_view path, shop::load_plan const& plan)
{
  if (path.starts_with("/hook")) return {30ms, plan.silent_share, 0.05};
  if (path.starts_with("/stock/")) return {15ms, plan.silent_share, 0};
  if (path.starts_with("/part/")) return {5ms, 0.01, 0};
  if (path.starts_with("/recommend/")) return {200ms, 0, 0};
  return {20ms, 0, 0};
}

}  // namespace

partner::partner(asio::io_context& context, shop::load_plan const& plan, std::uint64_t seed)
    : plan_(plan), random_(seed), acceptor_(context, {asio::ip::address_v4::loopback(), 0})
{
  asio::co_spawn(context, accept(), asio::detached);
}

asio::awaitable<void> partner::accept()
{
  for (;;)
  {
    auto [error, client] = co_await acceptor_.async_accept(as_tuple);
    if (!error)
      asio::co_spawn(acceptor_.get_executor(), serve(std::move(client)), asio::detached);
    else
      co_await asio::steady_timer(acceptor_.get_executor(), 50ms).async_wait(use_awaitable);
  }
}

asio::awaitable<void> partner::serve(tcp::socket client)
{
  asio::steady_timer pause(client.get_executor());
  boost::beast::flat_buffer buffer;
  for (;;)
  {
    http::request<http::string_body> asked;
    auto const [gone, received] = co_await http::async_read(client, buffer, asked, as_tuple);
    if (gone) co_return;
    auto const how = behaviour_at({asked.target().data(), asked.target().size()}, plan_);
    if (random_.share() < how.silent)
    {
      co_await client.async_wait(tcp::socket::wait_read, as_tuple);  // until the shop gives up
      co_return;
    }
    pause.expires_after(random_.one_in(20) ? 4 * how.time : how.time);
    co_await pause.async_wait(use_awaitable);
    http::response<http::string_body> made(
        random_.share() < how.refused ? http::status::service_unavailable : http::status::ok, 11);
    made.body() = "12 pieces\n";
    made.prepare_payload();
    auto const [failed, sent] = co_await http::async_write(client, made, as_tuple);
    if (failed) co_return;
  }
}

}  // namespace clients
