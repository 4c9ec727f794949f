#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <world/keep_alive_server.hpp>

#include <string>
#include <string_view>
#include <thread>

namespace world
{

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace
{

constexpr std::string_view answer = "HTTP/1.1 204 No Content\r\n\r\n";
constexpr auto pause_after_failure = std::chrono::milliseconds(10);

// Lives as long as an operation on its socket is under way.
class session : public std::enable_shared_from_this<session>
{
 public:
  session(tcp::socket connection, std::chrono::milliseconds idle)
      : connection_(std::move(connection)), idle_(idle), silence_(connection_.get_executor())
  {
  }

  void read()
  {
    silence_.expires_after(idle_);
    silence_.async_wait(
        [self = weak_from_this()](error_code error)
        {
          auto const silent = self.lock();
          error_code ignored;
          if (silent && !error) silent->connection_.close(ignored);
        });
    asio::async_read_until(connection_, asio::dynamic_buffer(received_), "\r\n\r\n",
                           [self = shared_from_this()](error_code error, std::size_t length)
                           {
                             if (!error) self->write(length);
                           });
  }

 private:
  void write(std::size_t request_length)
  {
    received_.erase(0, request_length);
    asio::async_write(connection_, asio::buffer(answer),
                      [self = shared_from_this()](error_code error, std::size_t)
                      {
                        if (!error) self->read();
                      });
  }

  tcp::socket connection_;
  std::chrono::milliseconds idle_;
  asio::steady_timer silence_;
  std::string received_;
};

}  // namespace

struct keep_alive_server::service
{
  explicit service(std::chrono::milliseconds idle_time) : idle(idle_time)
  {
    accept();
    thread = std::thread([this] { context.run(); });
  }

  ~service()
  {
    context.stop();
    thread.join();
  }

  service(service const&) = delete;
  service& operator=(service const&) = delete;

  void accept()
  {
    acceptor.async_accept(
        [this](error_code error, tcp::socket connection)
        {
          if (error) return accept_later();
          std::make_shared<session>(std::move(connection), idle)->read();
          accept();
        });
  }

  // No descriptor is left: accepting again at once would only fail again.
  void accept_later()
  {
    pause.expires_after(pause_after_failure);
    pause.async_wait([this](error_code) { accept(); });
  }

  std::chrono::milliseconds idle;
  asio::io_context context{1};
  tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
  asio::steady_timer pause{context};
  std::thread thread;
};

keep_alive_server::keep_alive_server(std::chrono::milliseconds idle)
    : service_(std::make_unique<service>(idle)), endpoint_(service_->acceptor.local_endpoint())
{
}

keep_alive_server::~keep_alive_server() = default;

}  // namespace world
