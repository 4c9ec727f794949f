// One connection of a client to the shop.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace clients
{

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;

struct answer
{
  unsigned status = 0;
  std::string body;
};

/// Its operations throw boost::system::system_error; also after five seconds without an answer.
class http_connection
{
 public:
  explicit http_connection(asio::any_io_executor const& executor);
  ~http_connection();

  http_connection(http_connection const&) = delete;
  http_connection& operator=(http_connection const&) = delete;

  [[nodiscard]] awaitable<void> open(tcp::endpoint shop);
  [[nodiscard]] awaitable<answer> ask(std::string_view method, std::string_view target,
                                      std::string body = {});
  [[nodiscard]] tcp::socket& socket() noexcept;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace clients
