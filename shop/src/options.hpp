// What the user typed.
#pragma once

#include "faults.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace shop
{

struct options
{
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::uint16_t debug_port = 6060;
  std::chrono::milliseconds patience = std::chrono::minutes(5);
  std::vector<fault> faults;
  std::chrono::duration<double> fault_after{0};
  std::optional<std::uint64_t> seed;
  std::string folder;  ///< empty: a temporary one
  std::uint64_t max_rss = std::uint64_t{1} << 30;
  std::uint64_t max_fds = 900;
};

/// The options, or the status to exit with after the text for the user has been printed: 0 for
/// --help, --version, --list-faults and --reveal, 2 for a mistake, which is one line on stderr.
[[nodiscard]] std::variant<options, int> parse_options(int argc, char const* const* argv);

}  // namespace shop
