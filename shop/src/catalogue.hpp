// The catalogue of photos: the header of each of those that came last.
#pragma once

#include "environment.hpp"

#include <boost/circular_buffer.hpp>

#include <filesystem>
#include <memory>
#include <string_view>

namespace shop
{

class catalogue
{
 public:
  explicit catalogue(environment const& around);

  void add(std::filesystem::path const& photo);

 private:
  struct header
  {
    std::shared_ptr<char const[]> owner;
    std::string_view text;
  };

  [[nodiscard]] header read_header(std::filesystem::path const& photo) const;

  environment const& around_;
  boost::circular_buffer<header> headers_;
};

}  // namespace shop
