// Notifications: a customer waits on a route of its own until there is something to be told.
#pragma once

#include "environment.hpp"

#include <leaklab/gauge.hpp>

#include <array>
#include <map>
#include <string>
#include <string_view>

namespace shop
{

class notifications
{
 public:
  explicit notifications(environment const& around);

  /// Until the customer has been told, or has gone.
  [[nodiscard]] awaitable<void> serve(std::string customer, tcp::socket& client);

  /// Nothing for a customer who does not wait.
  void tell(std::string_view customer, std::string_view what);

 private:
  struct route
  {
    explicit route(asio::any_io_executor const& executor)
        : news(executor, asio::steady_timer::time_point::max())
    {
    }

    asio::steady_timer news;  // cancelled when there is something to send
    std::array<char, 8 * 1024> outbox{};
    std::size_t length = 0;
  };

  environment const& around_;
  std::multimap<std::string, route, std::less<>> routes_;
  leaklab::sampled_gauge count_;
};

}  // namespace shop
