// The HTTP endpoint: tasks, heap and statistics of this process for curl, pprof, Prometheus and a
// browser.
//
//     leaklab::endpoint const debug({.port = 6060});
//
// It answers on threads of its own, also while all others are stuck. It shows what the program
// does and how it was started, and lets anybody who reaches it look: keep it on loopback, or give
// it a token. SECURITY.md has the rest.
#pragma once

#include <leaklab/verdict.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace leaklab
{

struct endpoint_options
{
  /// Numeric, or "unix:PATH", a socket for the owner of this process alone. An address that other
  /// machines reach is announced on stderr.
  std::string address = "127.0.0.1";
  std::uint16_t port = 6060;  ///< 0: any free one
  /// Names that a Host header may carry besides the loopback ones; "*" is any. IP addresses need
  /// not be named where other machines reach `address`.
  std::vector<std::string> allowed_hosts{};
  /// Holds what requests must carry, as a bearer token or as a password: one word of up to 4096
  /// printable ASCII characters. A pipe is waited for. A file that other users can read is announced
  /// on stderr.
  std::string token_file{};
  bool hide_arguments = false;  ///< of the command line, where secrets may be
  /// How long a figure must rise to be called a leak; above 0 (see verdict.hpp).
  std::chrono::milliseconds patience = std::chrono::minutes(10);
  /// How the names of functions begin that are built with the program and are libraries to it: where
  /// a verdict names a line, it is that of their caller.
  std::vector<std::string> libraries{};
  /// Samples the heap from the start, with that period in bytes, so that a heap that grows has
  /// lines; 0 leaves it to others. Has no effect where the process samples already: see
  /// set_heap_sampling_period().
  std::int64_t heap_sampling_period = 512 * 1024;
};

class endpoint
{
 public:
  /// Listens and starts the threads. Throws boost::system::system_error when the address cannot be
  /// had, std::runtime_error when the token cannot, and std::invalid_argument for no patience.
  explicit endpoint(endpoint_options const& options = {});
  /// Ends the threads, once they have made the answer that they may be making. In a child that fork()
  /// made, where there are no such threads, it does nothing.
  ~endpoint();

  endpoint(endpoint const&) = delete;
  endpoint& operator=(endpoint const&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;
  /// "http://127.0.0.1:6060", "http+unix://%2Frun%2Fa.sock"
  [[nodiscard]] std::string url() const;

  /// What /debug/leaks thinks of one figure: "tasks", "heap", "fds" or the name of a gauge of the
  /// program. Any thread.
  [[nodiscard]] judgement judge(std::string_view figure) const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace leaklab
