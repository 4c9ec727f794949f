#include "service.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <utility>

namespace shop
{
namespace
{

template <class Number>
Number number_in(std::string_view text)
{
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

service::service(asio::io_context& context, tcp::endpoint const& at, std::filesystem::path folder,
                 fault_switches const& faults)
    : tasks_(context.get_executor(), leaklab::scope::cancelled::at_exit),
      around_{context.get_executor(), tasks_, faults, partners_, std::move(folder)},
      prices_(context.get_executor()),
      archive_(around_),
      coupons_(around_),
      feed_(around_, prices_),
      fraud_checks_(around_),
      history_(around_),
      invoices_(around_),
      journal_(around_),
      notifications_(around_),
      orders_(around_),
      pages_(around_),
      pictures_(around_),
      price_watch_(around_, prices_),
      recommendations_(around_),
      search_(around_),
      sessions_(around_),
      stock_(around_),
      stocktaking_(around_),
      tills_(around_),
      uploads_(around_),
      webhooks_(around_),
      server_(around_, at, *this)
{
}

void service::stop()
{
  take_no_more();
  tasks_.cancel();
}

awaitable<response> service::answer(request asked)
{
  history_.note(asked);
  auto const number = asked.number();
  sessions_.visit(number_in<unsigned>(asked.parameter("session")), asked.path);
  auto const is = [&asked](std::string_view method, std::string_view beginning)
  { return asked.method == method && asked.path.starts_with(beginning); };

  if (is("GET", "/products/"))
  {
    recommendations_.compute(number);
    co_return pages_.show(number);
  }
  if (is("GET", "/pictures/")) co_return pictures_.show(number);
  if (is("POST", "/login"))
  {
    fraud_checks_.check("login", number);
    webhooks_.tell("login");
    co_return sessions_.log_in();
  }
  if (is("POST", "/logout/")) co_return sessions_.log_out(number);
  if (is("POST", "/orders/")) co_return co_await order(number, asked.parameter("customer"));
  if (is("POST", "/uploads")) co_return upload(asked);
  if (is("GET", "/stock/")) co_return co_await stock_.ask_suppliers(number);
  if (is("GET", "/search/")) co_return co_await search_.find(number);
  if (is("GET", "/coupons/")) co_return coupons_.redeem(number);
  if (is("POST", "/tills/")) co_return tills_.deliver(number, asked.body);
  if (is("POST", "/partners")) co_return add_partner(asked);
  if (is("GET", "/history")) co_return history_.show();
  if (is("GET", "/status")) co_return status();
  co_return response{404, "no such page\n"};
}

std::optional<awaitable<void>> service::stream(request const& asked, tcp::socket& client)
{
  if (asked.method != "GET") return std::nullopt;
  if (asked.path == "/feed") return feed_.serve(client);
  if (asked.path == "/notifications")
    return notifications_.serve(std::string(asked.parameter("customer")), client);
  return std::nullopt;
}

awaitable<response> service::order(unsigned number, std::string_view customer)
{
  auto const name = std::string(customer);
  auto made = co_await orders_.place(number);
  if (made.status != 201) co_return made;
  if (!journal_.note(number)) co_return response{507, "no disk takes the order\n"};
  invoices_.write_for(number);
  fraud_checks_.check("order", number);
  webhooks_.tell(fmt::format("order {}", number));
  notifications_.tell(name, "ordered\n");
  co_return made;
}

response service::upload(request const& asked)
{
  auto made = uploads_.accept(asked.parameter("album"), asked.body);
  if (made.status == 201) webhooks_.tell("photo");
  return made;
}

response service::add_partner(request const& asked)
{
  auto const port = number_in<std::uint16_t>(asked.parameter("port"));
  auto const role = asked.parameter("role");
  if (port == 0 || role.empty()) return {400, "needs role=ROLE&port=PORT\n"};
  if (!partners_.add(role, {asio::ip::address_v4::loopback(), port}))
    return {409, "too many partners\n"};
  return {201, "welcome\n"};
}

response service::status() const
{
  return {200, fmt::format("requests answered: {}\nwebhooks delivered: {}\nwebhooks given up: {}\n"
                           "articles reported: {}\nfolders archived: {}\n",
                           answered(), webhooks_.delivered(), webhooks_.given_up(),
                           stocktaking_.reported(), archive_.folders_seen())};
}

}  // namespace shop
