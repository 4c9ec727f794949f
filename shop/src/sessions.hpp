// Customers who have logged in: what they look at, and a basket that is reserved while they stay.
#pragma once

#include "environment.hpp"
#include "http.hpp"

#include <leaklab/gauge.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>

namespace shop
{

class sessions
{
 public:
  explicit sessions(environment const& around);

  /// The session's number is the body.
  [[nodiscard]] response log_in();
  [[nodiscard]] response log_out(unsigned number);
  /// Something that a customer looks at. Nothing for a session that is not there.
  void visit(unsigned number, std::string_view path);

 private:
  struct basket;
  struct session
  {
    std::chrono::steady_clock::time_point last_visit = std::chrono::steady_clock::now();
    std::array<char, 48 * 1024> visited{};
    std::size_t length = 0;
    std::function<void(std::string_view)> on_visit;
    std::shared_ptr<basket> reserved;

    void note(std::string_view path);
  };

  void reserve(std::shared_ptr<basket> const& kept);
  awaitable<void> expire();

  environment const& around_;
  std::unordered_map<unsigned, std::shared_ptr<session>> open_;
  unsigned last_number_ = 0;
  int pending_timers_ = 0;  // whose handler has not been called yet
  leaklab::sampled_gauge count_;
  leaklab::sampled_gauge timers_;
};

}  // namespace shop
