// Pictures from the disk, read into buffers from a pool.
#pragma once

#include "environment.hpp"
#include "http.hpp"

#include <deque>
#include <vector>

namespace shop
{

class pictures
{
 public:
  /// Writes the pictures that there are.
  explicit pictures(environment const& around);

  [[nodiscard]] response show(unsigned number);

 private:
  using buffer = std::vector<char>;

  environment const& around_;
  std::deque<buffer> pool_;
};

}  // namespace shop
