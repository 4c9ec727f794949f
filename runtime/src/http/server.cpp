#include "server.hpp"

#include "connection.hpp"
#include "listener.hpp"
#include "own_thread.hpp"

#include <leaklab/heap.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <poll.h>

#include <atomic>
#include <exception>
#include <thread>
#include <utility>

namespace leaklab::http
{
namespace
{

namespace asio = boost::asio;
using boost::system::error_code;

/// Who has just come, or had an answer, is heard before it has to make room for others.
constexpr auto shortest_stay = std::chrono::milliseconds(20);
constexpr auto shortest_rest = std::chrono::milliseconds(1);

bool is_out_of_descriptors(error_code error)
{
  return error == asio::error::no_descriptors ||
         error == boost::system::errc::too_many_files_open_in_system;
}

/// Where other machines reach the endpoint, they do so by addresses that this one may not know of.
void allow_own_hosts(server_options& options)
{
  auto& hosts = options.allowed_hosts;
  if (!unix_path(options.address).empty())
    hosts.emplace_back("*");  // no browser gets here
  else if (!is_loopback(options.address))
    options.allow_numeric_hosts = true;
  else if (auto const address = asio::ip::make_address(options.address); address.is_v6())
    hosts.push_back("[" + address.to_string() + "]");
  else
    hosts.push_back(address.to_string());
}

}  // namespace

struct server::impl
{
 public:
  impl(server_options options, handler handle, selector is_quick)
      : shared_{std::move(options), std::move(handle), std::move(is_quick), {}},
        listener_(context_, shared_.options.address, shared_.options.port)
  {
    allow_own_hosts(shared_.options);
    shared_.handlers = handlers_.get_executor();
    handlers_thread_ = start_own_thread("leaklab-http", [this] { run_handlers(); });
    thread_ = start_own_thread("leaklab-net", [this] { run(); });
  }

  ~impl()
  {
    is_ending_ = true;
    context_.stop();
    handlers_.stop();
    thread_.join();
    handlers_thread_.join();
  }

  impl(impl const&) = delete;
  impl& operator=(impl const&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return listener_.port(); }

 private:
  void run() noexcept
  {
    for (; !is_ending_; context_.restart())
      try
      {
        if (!is_accepting_)
          asio::co_spawn(context_, accept_clients(), [this](std::exception_ptr) { accept_anew(); });
        is_accepting_ = true;
        context_.run();
      }
      catch (std::exception const&)
      {
        // Out of memory, most likely. One connection is lost, the service lives on.
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
  }

  void run_handlers() noexcept
  {
    auto const idle = asio::make_work_guard(handlers_);
    while (!is_ending_)
      try
      {
        handlers_.run();
      }
      catch (std::exception const&)
      {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
  }

  /// When memory has run out.
  void accept_anew() noexcept
  {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    is_accepting_ = false;
    context_.stop();  // and run() begins again
  }

  asio::awaitable<void> accept_clients()
  {
    asio::steady_timer pause(context_);
    for (;;)
    {
      // Without a free descriptor, accept fails at once though nobody is there.
      co_await listener_.acceptor().async_wait(acceptor::wait_read, asio::use_awaitable);
      auto rest = std::chrono::milliseconds(0);
      while (rest.count() == 0 && somebody_waits())
      {
        // A client that was cut no longer counts, though its coroutine ends a moment later.
        auto room = client_list::room::made;
        while (room == client_list::room::made && is_full())
          room = shared_.clients.make_room(shortest_stay);
        shared_.is_crowded = room == client_list::room::soon;
        rest = shared_.is_crowded ? shortest_rest : accept(room == client_list::room::made);
      }
      if (rest.count() == 0)
      {
        shared_.is_crowded = false;
        continue;
      }
      // The clients still wait: another wait for them would end at once.
      pause.expires_after(rest);
      co_await pause.async_wait(asio::use_awaitable);
    }
  }

  [[nodiscard]] bool somebody_waits()
  {
    pollfd state{listener_.acceptor().native_handle(), POLLIN, 0};
    return ::poll(&state, 1, 0) > 0;
  }

  [[nodiscard]] bool is_full() const noexcept
  {
    return shared_.clients.size() >= shared_.options.max_connections;
  }

  /// Returns how long to rest until the next.
  std::chrono::milliseconds accept(bool has_room)
  {
    error_code error;
    client_socket client = listener_.acceptor().accept(error);
    if (is_out_of_descriptors(error)) client = accept_in_need(error);
    shared_.reserve.take();  // another thread may have taken what was released before
    if (client.is_open())
    {
      if (has_room)
        admit(std::move(client));
      else
        turn_away(std::move(client));
    }
    bool const is_well = !error || error == asio::error::would_block;
    return std::chrono::milliseconds(is_well ? 0 : 100);
  }

  void admit(client_socket client)
  try
  {
    ::fcntl(client.native_handle(), F_SETFD, FD_CLOEXEC);  // Asio leaves this out
    error_code is_no_tcp;
    client.set_option(asio::ip::tcp::no_delay(true), is_no_tcp);
    asio::co_spawn(context_, serve(std::move(client), shared_),
                   [this](std::exception_ptr) { left(); });
  }
  catch (std::exception const&)
  {
    // There is no memory for another client.
  }

  /// A client has. What many unread answers took goes back to the system, where it came from.
  void left() noexcept
  try
  {
    constexpr std::size_t much = 4 * 1024 * 1024;
    shared_.reserve.take();
    if (shared_.clients.take_most_unsent() > much) asio::post(handlers_, release_free_heap);
  }
  catch (std::exception const&)
  {
    // There is no memory for it.
  }

  /// Accepts a client with a descriptor from the reserve, or from a client that can be spared. With
  /// the last one that handlers can spare, the client is only told that there is no room.
  client_socket accept_in_need(error_code& error)
  {
    bool const is_last = shared_.reserve.held() <= descriptor_reserve::for_handlers &&
                         shared_.clients.make_room({}) != client_list::room::made;
    if (is_last || shared_.reserve.held() > descriptor_reserve::for_handlers)
      shared_.reserve.release(1);
    client_socket client = listener_.acceptor().accept(error);
    if (is_last && !error) turn_away(std::move(client));
    return client;
  }

  service shared_;
  asio::io_context context_{1};
  asio::io_context handlers_{1};
  listener listener_;
  bool is_accepting_ = false;  // the server's thread only
  std::atomic<bool> is_ending_ = false;
  std::jthread handlers_thread_;
  std::jthread thread_;
};

server::server(server_options options, handler handle, selector is_quick)
    : impl_(std::make_unique<impl>(std::move(options), std::move(handle), std::move(is_quick)))
{
}

server::~server() = default;

std::uint16_t server::port() const noexcept
{
  return impl_->port();
}

}  // namespace leaklab::http
