// Thumbnails of a photo: a worker for each photo, which is sent the sizes to cut.
#pragma once

#include "environment.hpp"

#include <memory>
#include <string_view>

namespace shop
{

class thumbnails
{
 public:
  explicit thumbnails(environment const& around) : around_(around) {}

  void cut(std::string_view photo);

 private:
  using sizes = channel<int>;

  awaitable<void> work(std::shared_ptr<sizes> wanted, unsigned brightness);
  awaitable<void> order(std::shared_ptr<sizes> wanted);

  environment const& around_;
  unsigned long pixels_ = 0;
};

}  // namespace shop
