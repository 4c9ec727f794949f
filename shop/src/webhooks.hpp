// Webhooks: partners are told of events, and asked again when they do not take one.
#pragma once

#include "environment.hpp"

#include <cstdint>
#include <string>

namespace shop
{

class webhooks
{
 public:
  explicit webhooks(environment const& around) : around_(around) {}

  /// To every partner with that role.
  void tell(std::string event);

  [[nodiscard]] std::uint64_t delivered() const noexcept { return delivered_; }
  [[nodiscard]] std::uint64_t given_up() const noexcept { return given_up_; }

 private:
  awaitable<void> deliver(tcp::endpoint receiver, std::string event);
  awaitable<bool> post_in_time(tcp::endpoint receiver, std::string const& event);
  awaitable<void> post(tcp::endpoint receiver, std::string const& event);

  environment const& around_;
  std::uint64_t delivered_ = 0;
  std::uint64_t given_up_ = 0;
};

}  // namespace shop
