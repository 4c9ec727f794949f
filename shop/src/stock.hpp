// What is in stock: suppliers are asked, and their latest answers kept.
#pragma once

#include "environment.hpp"
#include "http.hpp"

#include <boost/circular_buffer.hpp>

#include <string>

namespace shop
{

class stock
{
 public:
  explicit stock(environment const& around);

  /// Status 504 when a supplier does not answer in time.
  [[nodiscard]] awaitable<response> ask_suppliers(unsigned article);

 private:
  struct supplier_answer
  {
    tcp::socket connection;
    std::string text;
  };

  awaitable<void> ask(tcp::endpoint supplier, unsigned article);

  environment const& around_;
  boost::circular_buffer<supplier_answer> latest_;
};

}  // namespace shop
