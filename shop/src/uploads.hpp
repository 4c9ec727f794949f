// Photos that customers upload: written to a draft, then moved to an album.
#pragma once

#include "catalogue.hpp"
#include "environment.hpp"
#include "http.hpp"
#include "receipts.hpp"
#include "thumbnails.hpp"

#include <leaklab/gauge.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace shop
{

class uploads
{
 public:
  explicit uploads(environment const& around);

  /// Status 404 when there is no such album.
  [[nodiscard]] response accept(std::string_view album, std::string const& photo);

 private:
  /// Throws std::filesystem::filesystem_error when there is no such album.
  [[nodiscard]] std::filesystem::path publish(std::string_view album, std::string const& photo);

  environment const& around_;
  std::filesystem::path drafts_;
  std::filesystem::path albums_;
  unsigned last_number_ = 0;
  catalogue catalogue_;
  receipts receipts_;
  thumbnails thumbnails_;
  leaklab::sampled_gauge drafts_left_;
};

}  // namespace shop
