// A figure of the program's own that the runtime shows and watches: pool slots handed out, bytes
// queued, entries in a table.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <concepts>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace leaklab
{

struct gauge_value
{
  std::string name;
  double value = 0;
  double noise = 0;
  double bound = 0;  ///< infinite when there is none
};

/// How large a figure may become: a number, or what reads it now, under the rules for `read` below.
class gauge_bound
{
 public:
  gauge_bound(double fixed)  // NOLINT(google-explicit-constructor)
      : read_([fixed] { return fixed; })
  {
  }
  template <std::invocable Read>
  gauge_bound(Read read)  // NOLINT(google-explicit-constructor)
      : read_(std::move(read))
  {
  }

  [[nodiscard]] double operator()() const { return read_(); }

 private:
  std::function<double()> read_;
};

struct gauge_options
{
  /// By how much the figure may rise without meaning anything, in its own unit; above 0.
  double noise = 5;
  /// Below its bound a figure that rises is no leak: the verdict says when it will be full, and
  /// "above its bound" when it is.
  gauge_bound bound = std::numeric_limits<double>::infinity();
};

/// Lives as long as what it reads. `read` is called from the runtime's threads, so it must be safe
/// to call from any and must not block; read the thing itself, not a copy that is kept beside it.
///
///     leaklab::gauge const entries("cache entries",
///                                 [&] { return static_cast<double>(cache.size()); },
///                                 {.bound = 10'000});
class gauge
{
 public:
  /// `name` is UTF-8.
  gauge(std::string name, std::function<double()> read, gauge_options options = {});
  ~gauge();

  gauge(gauge const&) = delete;
  gauge& operator=(gauge const&) = delete;

 private:
  friend std::vector<gauge_value> read_gauges();

  std::string name_;
  std::function<double()> read_;
  gauge_options options_;
};

/// A gauge of what one thread owns, a container without a lock say: `read` runs on the executor,
/// fifty times a second, and the last figure stands in between and while the executor is stuck. It
/// is no task. Lives on the executor's thread.
///
///     leaklab::sampled_gauge const entries(executor, "cache entries",
///                                         [&] { return static_cast<double>(cache.size()); });
class sampled_gauge
{
 public:
  sampled_gauge(boost::asio::any_io_executor const& executor, std::string name,
                std::function<double()> read, gauge_options options = {});
  ~sampled_gauge();

  sampled_gauge(sampled_gauge const&) = delete;
  sampled_gauge& operator=(sampled_gauge const&) = delete;

 private:
  struct sampler;
  std::shared_ptr<sampler> sampler_;
  gauge gauge_;
};

/// All gauges that live now, in the order in which they were made; those of one name are one
/// figure, the sum, with the sum of their bounds. Any thread; a gauge is not destroyed while it is read.
[[nodiscard]] std::vector<gauge_value> read_gauges();

}  // namespace leaklab
