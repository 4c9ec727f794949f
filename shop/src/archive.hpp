// The archive: a walk through the folders of all years, which begins again when it is through.
#pragma once

#include "environment.hpp"

#include <cstdint>
#include <string>

namespace shop
{

class archive
{
 public:
  /// Makes the folders. A link leads back up from the deepest, as backups do, so a walk goes deep.
  explicit archive(environment const& around);

  [[nodiscard]] std::uint64_t folders_seen() const noexcept { return seen_; }

 private:
  awaitable<void> keep_walking();
  awaitable<void> walk(std::string& folder);

  environment const& around_;
  asio::steady_timer pause_;
  std::uint64_t seen_ = 0;
};

}  // namespace shop
