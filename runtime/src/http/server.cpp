#include "server.hpp"

#include "connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <exception>
#include <new>
#include <thread>
#include <utility>

namespace leaklab::http
{
namespace
{

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// A descriptor kept for the time when there are no more: with it a client can still be told so.
class spare_descriptor
{
 public:
  spare_descriptor() { take(); }
  ~spare_descriptor() { release(); }

  spare_descriptor(spare_descriptor const&) = delete;
  spare_descriptor& operator=(spare_descriptor const&) = delete;

  void take() noexcept
  {
    if (fd_ < 0) fd_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }

  void release() noexcept
  {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

/// While it lives, threads start with every signal blocked but those that a fault raises in the thread
/// itself.
class signals_blocked
{
 public:
  signals_blocked()
  {
    sigset_t all;
    ::sigfillset(&all);
    for (int const fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) ::sigdelset(&all, fault);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  signals_blocked(signals_blocked const&) = delete;
  signals_blocked& operator=(signals_blocked const&) = delete;

 private:
  sigset_t before_;
};

/// Asio leaves this out. Programs that the service starts must not inherit the endpoint.
void close_on_exec(int fd) noexcept
{
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

bool is_out_of_descriptors(error_code error)
{
  return error == asio::error::no_descriptors || error == boost::system::errc::too_many_files_open_in_system;
}

}  // namespace

struct server::impl
{
 public:
  impl(server_options options, handler handle)
      : options_(std::move(options)),
        handle_(std::move(handle)),
        acceptor_(context_, tcp::endpoint(asio::ip::make_address(options_.address), options_.port)),
        port_(acceptor_.local_endpoint().port())
  {
    auto const address = acceptor_.local_endpoint().address();
    if (address.is_loopback() || !options_.allowed_hosts.empty())
      options_.allowed_hosts.push_back(address.is_v6() ? "[" + address.to_string() + "]"
                                                       : address.to_string());
    close_on_exec(acceptor_.native_handle());
    acceptor_.non_blocking(true);
    asio::co_spawn(context_, accept_clients(), asio::detached);

    signals_blocked const inherited;
    thread_ = std::thread([this] { run(); });
    ::pthread_setname_np(thread_.native_handle(), "leaklab-http");
  }

  ~impl()
  {
    context_.stop();
    thread_.join();
  }

  impl(impl const&) = delete;
  impl& operator=(impl const&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  void run() noexcept
  {
    while (!context_.stopped())
    {
      try
      {
        context_.run();
      }
      catch (std::exception const&)
      {
        // Out of memory, most likely. One connection is lost, the service lives on.
      }
    }
  }

  asio::awaitable<void> accept_clients()
  {
    asio::steady_timer pause(context_);
    for (;;)
    {
      error_code error;
      tcp::socket client = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (!error)
      {
        spare_.take();  // another thread may have been quicker when it was given up last
        admit(std::move(client));
      }
      else if (!is_out_of_descriptors(error) || !turn_one_away())
      {
        pause.expires_after(
            std::chrono::milliseconds(100));  // the client still waits: accept would fail at once again
        co_await pause.async_wait(asio::use_awaitable);
      }
    }
  }

  void admit(tcp::socket client)
  try
  {
    if (open_connections_ >= options_.max_connections) return turn_away(std::move(client));
    close_on_exec(client.native_handle());
    client.set_option(tcp::no_delay(true));
    asio::co_spawn(context_, serve(std::move(client), options_, handle_),
                   [this](std::exception_ptr) { --open_connections_; });
    ++open_connections_;
  }
  catch (std::exception const&)
  {
    // The client went away already, or there is no memory for it.
  }

  /// Uses the spare descriptor for a client that no other is left for. False when that did not help.
  bool turn_one_away()
  {
    spare_.release();
    error_code error;
    tcp::socket client = acceptor_.accept(error);
    if (!error) turn_away(std::move(client));
    spare_.take();
    return !error;
  }

  server_options options_;
  handler handle_;
  std::size_t open_connections_ = 0;  // the server's thread only
  spare_descriptor spare_;
  asio::io_context context_{1};  // destroys the coroutines, so it must go before what they refer to
  tcp::acceptor acceptor_;
  std::uint16_t port_;
  std::thread thread_;
};

server::server(server_options options, handler handle)
    : impl_(std::make_unique<impl>(std::move(options), std::move(handle)))
{
}

server::~server() = default;

std::uint16_t server::port() const noexcept
{
  return impl_->port();
}

}  // namespace leaklab::http
