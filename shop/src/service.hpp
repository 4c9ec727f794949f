// The shop: its parts, and which of them answers which request.
#pragma once

#include "archive.hpp"
#include "coupons.hpp"
#include "feed.hpp"
#include "fraud_checks.hpp"
#include "history.hpp"
#include "http_server.hpp"
#include "invoices.hpp"
#include "journal.hpp"
#include "notifications.hpp"
#include "orders.hpp"
#include "pages.hpp"
#include "pictures.hpp"
#include "price_watch.hpp"
#include "recommendations.hpp"
#include "search.hpp"
#include "sessions.hpp"
#include "stock.hpp"
#include "stocktaking.hpp"
#include "tills.hpp"
#include "uploads.hpp"
#include "webhooks.hpp"

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace shop
{

class service final : public request_handler
{
 public:
  /// Listens. Throws boost::system::system_error. `faults` outlives the service.
  service(asio::io_context& context, tcp::endpoint const& at, std::filesystem::path folder,
          fault_switches const& faults);

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] std::uint64_t answered() const noexcept { return server_.answered(); }

  /// Takes no more clients, and goes on with those that it has.
  void take_no_more() { server_.close(); }
  /// Cancels all tasks, and takes no more clients.
  void stop();
  /// Until all tasks have ended.
  [[nodiscard]] awaitable<void> join() { return tasks_.join(); }

 private:
  awaitable<response> answer(request asked) override;
  std::optional<awaitable<void>> stream(request const& asked, tcp::socket& client) override;
  awaitable<response> order(unsigned number, std::string_view customer);
  response upload(request const& asked);
  response add_partner(request const& asked);
  response status() const;

  leaklab::scope tasks_;
  partner_book partners_;
  environment const around_;
  world::price_feed prices_;
  archive archive_;
  coupons coupons_;
  feed feed_;
  fraud_checks fraud_checks_;
  history history_;
  invoices invoices_;
  journal journal_;
  notifications notifications_;
  orders orders_;
  pages pages_;
  pictures pictures_;
  price_watch price_watch_;
  recommendations recommendations_;
  search search_;
  sessions sessions_;
  stock stock_;
  stocktaking stocktaking_;
  tills tills_;
  uploads uploads_;
  webhooks webhooks_;
  http_server server_;  // last: it hands requests to all of them
};

}  // namespace shop
