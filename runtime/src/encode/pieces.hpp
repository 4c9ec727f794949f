// Long texts that are written as they are read.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace leaklab::encode
{

/// Gives the next piece of a text with each call, and nothing after the last.
using pieces = std::function<std::string()>;

/// About.
constexpr std::size_t piece_size = 64 * 1024;

[[nodiscard]] inline std::string whole(pieces const& next)
{
  std::string text;
  for (auto piece = next(); !piece.empty(); piece = next())
    text += piece;
  return text;
}

}  // namespace leaklab::encode
