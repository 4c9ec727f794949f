// The HTTP endpoint: tasks, heap and statistics of this process for curl, pprof, Prometheus and a browser.
//
//     leaklab::endpoint const debug({.port = 6060});
//
// It answers on a thread of its own, also while all others are stuck. It shows what the program does and how
// it was started, and lets anybody who reaches it look: keep it on loopback.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace leaklab
{

struct endpoint_options
{
  std::string address = "127.0.0.1";       ///< numeric; any but a loopback address is announced on stderr
  std::uint16_t port = 6060;               ///< 0: any free one
  std::vector<std::string> allowed_hosts;  ///< names that a Host header may carry besides the loopback ones
};

class endpoint
{
 public:
  /// Listens and starts the thread. Throws boost::system::system_error when the address cannot be had.
  explicit endpoint(endpoint_options const& options = {});
  ~endpoint();

  endpoint(endpoint const&) = delete;
  endpoint& operator=(endpoint const&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;
  /// "http://127.0.0.1:6060"
  [[nodiscard]] std::string url() const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace leaklab
