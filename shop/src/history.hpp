// The requests answered last, for the status page.
#pragma once

#include "environment.hpp"
#include "http.hpp"

#include <array>
#include <chrono>
#include <deque>
#include <string>

namespace shop
{

class history
{
 public:
  explicit history(environment const& around) : around_(around) {}

  void note(request const& asked);
  [[nodiscard]] response show() const;

 private:
  struct event
  {
    std::chrono::system_clock::time_point when;
    std::array<char, 2000> what{};
  };

  environment const& around_;
  std::deque<event> events_;
};

}  // namespace shop
