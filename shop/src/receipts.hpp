// Receipts for uploads, which can be printed again for as long as they are kept.
#pragma once

#include "environment.hpp"

#include <boost/circular_buffer.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace shop
{

class receipts
{
 public:
  explicit receipts(environment const& around);

  [[nodiscard]] std::string write(unsigned number, std::string_view photo);

 private:
  environment const& around_;
  boost::circular_buffer<std::function<std::string()>> recent_;
};

}  // namespace shop
