#include "visits.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace clients
{

using namespace asio::experimental::awaitable_operators;
using asio::use_awaitable;
using boost::system::error_code;

namespace
{

constexpr auto no_throw = asio::as_tuple(use_awaitable);
constexpr std::size_t products = 20'000;
constexpr double zipf_exponent = 0.8;
constexpr std::uint64_t most_open = 900;
constexpr int small_buffer = 4096;

struct counted
{
  explicit counted(std::uint64_t& number) : number_(number) { ++number_; }
  ~counted() { --number_; }
  counted(counted const&) = delete;
  counted& operator=(counted const&) = delete;

 private:
  std::uint64_t& number_;
};

// Reads what comes until the other end closes.
awaitable<void> read_all(tcp::socket& from)
{
  for (std::array<char, 4096> some;;)
  {
    auto const [error, size] = co_await from.async_read_some(asio::buffer(some), no_throw);
    if (error) co_return;
  }
}

awaitable<void> send(http_connection& shop, std::string text)
{
  co_await asio::async_write(shop.socket(), asio::buffer(text), use_awaitable);
}

std::string head_of(std::string_view target)
{
  return fmt::format("GET {} HTTP/1.1\r\nHost: shop\r\n\r\n", target);
}

}  // namespace

// The shares are those of a shop on the web: most only look.
std::array<visits::kind, 14> const visits::kinds{{
    {&visits::look, 1, 0.13},
    {&visits::browse, 4, 0.24},
    {&visits::shop_around, 4.6, 0.18},
    {&visits::order, 1, 0.03},
    {&visits::upload, 1, 0.04},
    {&visits::ask_stock, 1, 0.055},
    {&visits::search, 1, 0.045},
    {&visits::redeem, 1, 0.055},
    {&visits::deliver_sales, 1, 0.055},
    {&visits::follow_prices, 1, 0.03},
    {&visits::wait_for_news, 1, 0.03},
    {&visits::say_nothing, 1, 0.045},
    {&visits::look_at_status, 1, 0.01},
    {&visits::mistake, 1, 0},  // its share is the plan's
}};

visits::visits(asio::io_context& context, tcp::endpoint shop, shop::load_plan const& plan,
               std::uint64_t seed)
    : context_(context), shop_(std::move(shop)), plan_(plan), random_(seed)
{
  double sum = 0;
  for (std::size_t rank = 1; rank <= products; ++rank)
    popularity_.push_back(sum += std::pow(static_cast<double>(rank), -zipf_exponent));
}

awaitable<void> visits::keep_coming()
{
  auto const begin = std::chrono::steady_clock::now();
  asio::steady_timer next(context_, begin);
  for (;;)
  {
    co_await next.async_wait(use_awaitable);
    auto const& which = draw_kind();
    if (counts_.open < most_open) asio::co_spawn(context_, pay(which), asio::detached);
    std::chrono::duration<double> const since = next.expiry() - begin;
    auto const pause = -std::log(1 - random_.share()) * which.requests / rate(since.count());
    next.expires_at(next.expiry() + std::chrono::round<std::chrono::microseconds>(
                                        std::chrono::duration<double>(pause)));
  }
}

// A day in small, and a burst now and then that dies away until the next.
double visits::rate(double seconds) const
{
  auto const day = plan_.day_swing * std::sin(2 * std::numbers::pi * seconds / plan_.day_seconds);
  auto const since_burst = std::fmod(seconds, plan_.burst_seconds) / plan_.burst_seconds;
  auto const burst = plan_.burst_height * (0.5 - since_burst);
  return plan_.requests_per_second * (1 + day + burst);
}

visits::kind const& visits::draw_kind()
{
  auto const of_visits = [](kind const& each, double share) { return share / each.requests; };
  double sum = of_visits(kinds.back(), plan_.bad_share);
  for (auto const& each : kinds)
    sum += of_visits(each, each.share);
  auto left = random_.share() * sum;
  for (auto const& each : kinds)
    if ((left -= of_visits(each, each.share)) < 0) return each;
  return kinds.back();
}

unsigned visits::draw_product()
{
  auto const found = std::ranges::lower_bound(popularity_, random_.share() * popularity_.back());
  return static_cast<unsigned>(found - popularity_.begin());
}

std::string visits::draw_bytes(std::size_t size, std::string_view beginning)
{
  std::string bytes(beginning);
  bytes.resize(size, static_cast<char>('a' + random_.below(26)));
  return bytes;
}

awaitable<void> visits::pay(kind const& which)
{
  counted const open(counts_.open);
  try
  {
    co_await (this->*which.pay)();
  }
  catch (boost::system::system_error const&)
  {
    ++counts_.failed;
  }
}

awaitable<void> visits::think(int least_ms, int most_ms)
{
  auto const more = random_.below(static_cast<std::uint64_t>(most_ms - least_ms));
  std::chrono::milliseconds const time(least_ms + static_cast<int>(more));
  co_await asio::steady_timer(context_, time).async_wait(use_awaitable);
}

awaitable<answer> visits::ask(http_connection& shop, std::string_view method, std::string target,
                              std::string body)
{
  auto const got = co_await shop.ask(method, target, std::move(body));
  ++counts_.requests;
  if (got.status >= 400) ++counts_.refused;
  co_return got;
}

awaitable<void> visits::ask_once(std::string_view method, std::string target, std::string body)
{
  http_connection shop(context_.get_executor());
  co_await shop.open(shop_);
  co_await ask(shop, method, std::move(target), std::move(body));
}

awaitable<void> visits::say(std::string text)
{
  http_connection shop(context_.get_executor());
  co_await shop.open(shop_);
  co_await send(shop, std::move(text));
  ++counts_.requests;
  co_await read_all(shop.socket());
}

awaitable<void> visits::look()
{
  return ask_once("GET", fmt::format("/products/{}", draw_product()));
}

awaitable<void> visits::browse()
{
  http_connection shop(context_.get_executor());
  co_await shop.open(shop_);
  for (int page = 0; page != 3; ++page)
  {
    co_await ask(shop, "GET", fmt::format("/products/{}", draw_product()));
    co_await think(50, 300);
  }
  co_await ask(shop, "GET", fmt::format("/pictures/{}", random_.below(40)));
}

// Some leave without a word.
awaitable<void> visits::shop_around()
{
  http_connection shop(context_.get_executor());
  co_await shop.open(shop_);
  auto const session = (co_await ask(shop, "POST", "/login")).body;
  for (int page = 0; page != 2; ++page)
  {
    co_await think(50, 500);
    co_await ask(shop, "GET", fmt::format("/products/{}?session={}", draw_product(), session));
  }
  co_await ask(shop, "POST", fmt::format("/orders/{}?session={}", ++last_order_, session));
  if (!random_.one_in(3)) co_await ask(shop, "POST", "/logout/" + session);
}

// Every other one has pressed the button before.
awaitable<void> visits::order()
{
  bool const again = random_.one_in(2) && last_order_ != 0;
  auto const number = again ? last_order_ : ++last_order_;
  return ask_once("POST", fmt::format("/orders/{}?customer={}", number, random_.below(50)));
}

// Of four albums one has been deleted.
awaitable<void> visits::upload()
{
  auto photo = draw_bytes((16 + random_.below(80)) * 1024, "PHOTO");
  return ask_once("POST", fmt::format("/uploads?album={}", 1 + random_.below(4)), std::move(photo));
}

awaitable<void> visits::ask_stock()
{
  return ask_once("GET", fmt::format("/stock/{}", random_.below(1000)));
}

awaitable<void> visits::search()
{
  return ask_once("GET", fmt::format("/search/{}", random_.below(1000)));
}

awaitable<void> visits::redeem()
{
  return ask_once("GET", fmt::format("/coupons/{}", random_.below(20)));
}

// A few sales, or all those of a day.
awaitable<void> visits::deliver_sales()
{
  auto const sales = random_.one_in(3) ? 8000 + random_.below(4000) : 1 + random_.below(6);
  std::string prices;
  for (std::uint64_t sale = 0; sale != sales; ++sale)
    prices += "9.95 ";
  return ask_once("POST", fmt::format("/tills/{}", random_.below(400)), std::move(prices));
}

// One in five does not read, and does not leave either.
awaitable<void> visits::follow_prices()
{
  http_connection shop(context_.get_executor());
  bool const is_stuck = random_.one_in(5);
  if (is_stuck)
  {
    shop.socket().open(tcp::v4());
    shop.socket().set_option(asio::socket_base::receive_buffer_size(small_buffer));
  }
  co_await shop.open(shop_);
  co_await send(shop, head_of("/feed"));
  ++counts_.requests;
  if (is_stuck)
    co_await (shop.socket().async_wait(tcp::socket::wait_error, no_throw) ||
              think(290'000, 300'000));
  else
    co_await (read_all(shop.socket()) || think(2'000, 8'000));
}

awaitable<void> visits::wait_for_news()
{
  http_connection shop(context_.get_executor());
  co_await shop.open(shop_);
  co_await send(shop, head_of(fmt::format("/notifications?customer={}", random_.below(50))));
  ++counts_.requests;
  co_await (read_all(shop.socket()) || think(1'000, 6'000));
}

// Half-dead: one question, or half of one, and then nothing.
awaitable<void> visits::say_nothing()
{
  http_connection shop(context_.get_executor());
  co_await shop.open(shop_);
  if (random_.one_in(3))
    co_await send(shop, "GET /products/1 HT");
  else
    co_await ask(shop, "GET", "/products/1");
  co_await (read_all(shop.socket()) || think(290'000, 300'000));
}

awaitable<void> visits::look_at_status()
{
  return ask_once("GET", random_.one_in(2) ? "/status" : "/history");
}

awaitable<void> visits::mistake()
{
  switch (random_.below(6))
  {
    case 0:
      return ask_once("GET", "/pictures/9999");
    case 1:
      return ask_once("POST", "/uploads?album=1", draw_bytes(20'000, "no photo"));
    case 2:
      return ask_once("POST", "/tills/1", "9.95 free 1");
    case 3:
      return say("POST /uploads HTTP/1.1\r\nHost: shop\r\nContent-Length: 600000\r\n\r\n");
    case 4:
      return say("what is this?\r\n\r\n");
    default:
      return ask_once("GET", "/nowhere");
  }
}

}  // namespace clients
