// What clients do at the shop, one visit after the other, drawn from a seed.
#pragma once

#include "http_connection.hpp"
#include "seed.hpp"

#include <boost/asio/io_context.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

namespace clients
{

struct visit_counts
{
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;  ///< answered with a status of 400 or more, many of them rightly
  std::uint64_t failed = 0;   ///< visits whose connection could not be had, or broke
  std::uint64_t open = 0;     ///< visits under way
};

class visits
{
 public:
  visits(asio::io_context& context, tcp::endpoint shop, shop::load_plan const& plan,
         std::uint64_t seed);

  /// Begins one visit after the other, as the plan says, until it is cancelled.
  [[nodiscard]] awaitable<void> keep_coming();

  [[nodiscard]] visit_counts const& counts() const noexcept { return counts_; }

 private:
  using visit = awaitable<void> (visits::*)();
  struct kind
  {
    visit pay;
    double requests;  // of one visit
    double share;     // of all requests
  };
  static std::array<kind, 14> const kinds;

  [[nodiscard]] kind const& draw_kind();
  [[nodiscard]] double rate(double seconds) const;
  [[nodiscard]] unsigned draw_product();
  [[nodiscard]] std::string draw_bytes(std::size_t size, std::string_view beginning);
  awaitable<void> pay(kind const& which);
  awaitable<void> think(int least_ms, int most_ms);
  awaitable<answer> ask(http_connection& shop, std::string_view method, std::string target,
                        std::string body = {});
  awaitable<void> ask_once(std::string_view method, std::string target, std::string body = {});
  awaitable<void> say(std::string text);

  awaitable<void> look();
  awaitable<void> browse();
  awaitable<void> shop_around();
  awaitable<void> order();
  awaitable<void> upload();
  awaitable<void> ask_stock();
  awaitable<void> search();
  awaitable<void> redeem();
  awaitable<void> deliver_sales();
  awaitable<void> follow_prices();
  awaitable<void> wait_for_news();
  awaitable<void> say_nothing();
  awaitable<void> look_at_status();
  awaitable<void> mistake();

  asio::io_context& context_;
  tcp::endpoint shop_;
  shop::load_plan const& plan_;
  shop::random_numbers random_;
  std::vector<double> popularity_;  // summed up, of the products
  unsigned last_order_ = 0;
  visit_counts counts_;
};

}  // namespace clients
