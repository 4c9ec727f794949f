// The shop's partners: receivers of webhooks, suppliers, a recommender, a warehouse. Some are slow
// now and then, and some do not answer at all.
#pragma once

#include "seed.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>

namespace clients
{

class partner
{
 public:
  /// Listens on a free port of this machine.
  partner(boost::asio::io_context& context, shop::load_plan const& plan, std::uint64_t seed);

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  using tcp = boost::asio::ip::tcp;

  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(tcp::socket client);

  shop::load_plan const& plan_;
  shop::random_numbers random_;
  tcp::acceptor acceptor_;
};

}  // namespace clients
