// The tills of the branches: each delivers what it has sold, much of it after it was offline.
#pragma once

#include "environment.hpp"
#include "http.hpp"

#include <string>
#include <vector>

namespace shop
{

class tills
{
 public:
  explicit tills(environment const& around);

  /// The body has prices, with blanks between them.
  [[nodiscard]] response deliver(unsigned till, std::string const& body);

 private:
  struct inbox
  {
    std::vector<double> sales;
    double total = 0;
  };

  environment const& around_;
  std::vector<inbox> inboxes_;
};

}  // namespace shop
