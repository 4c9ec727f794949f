// The marks that the program or its operators have set.
#pragma once

#include <leaklab/mark.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace leaklab::model
{

struct kept_mark
{
  std::string text;
  std::chrono::system_clock::time_point set_at;
  double seconds = 0;  ///< of std::chrono::steady_clock since its epoch
};

/// The oldest first. Any thread.
[[nodiscard]] std::vector<kept_mark> read_marks();

}  // namespace leaklab::model
