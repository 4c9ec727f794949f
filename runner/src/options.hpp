// What the user typed.
#pragma once

#include <leaklab/endpoint.hpp>

#include <runner/lab.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

namespace leaklab
{

enum class expectation
{
  none,
  leak,
  steady
};

struct options
{
  /// The load of the lab's programs is known: what rises for so long is a leak. A learner checks
  /// profiles with arithmetic: at that period 100 MB read right to about 3 %.
  endpoint_options endpoint{.patience = std::chrono::milliseconds(1500),
                            .libraries = {"world::"},
                            .heap_sampling_period = 64 * 1024};
  std::chrono::milliseconds duration = std::chrono::seconds(10);
  std::chrono::milliseconds interval = std::chrono::seconds(2);
  double rate = 0;
  bool once = false;
  expectation expect = expectation::none;
  bool json = false;
  std::uint64_t max_rss = std::uint64_t{1} << 30;
  std::uint64_t max_fds = 900;
};

/// The options, or the status to exit with after the text for the user has been printed: 0 for
/// --help and --version, 2 for a mistake, which is one line on stderr.
[[nodiscard]] std::variant<options, int> parse_options(int argc, char const* const* argv,
                                                       program_info const& program);

}  // namespace leaklab
