#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <world/backend.hpp>

#include <string>
#include <string_view>
#include <thread>

namespace world
{
namespace
{

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::string_view backend_answer = "done\n";

class backend_connection : public std::enable_shared_from_this<backend_connection>
{
 public:
  backend_connection(tcp::socket socket, std::chrono::milliseconds service_time)
      : socket_(std::move(socket)), service_(socket_.get_executor()), service_time_(service_time)
  {
  }

  void read()
  {
    asio::async_read_until(socket_, asio::dynamic_buffer(received_), '\n',
                           [self = shared_from_this()](error_code error, std::size_t size)
                           {
                             if (!error) self->serve(size);
                           });
  }

 private:
  void serve(std::size_t request_size)
  {
    received_.erase(0, request_size);
    service_.expires_after(service_time_);
    service_.async_wait(
        [self = shared_from_this()](error_code error)
        {
          if (!error) self->write();
        });
  }

  void write()
  {
    asio::async_write(socket_, asio::buffer(backend_answer),
                      [self = shared_from_this()](error_code error, std::size_t)
                      {
                        if (!error) self->read();
                      });
  }

  tcp::socket socket_;
  asio::steady_timer service_;
  std::chrono::milliseconds service_time_;
  std::string received_;
};

}  // namespace

class backend::server
{
 public:
  explicit server(std::chrono::milliseconds service_time) : service_time_(service_time)
  {
    accept();
    thread_ = std::thread([this] { context_.run(); });
  }

  ~server()
  {
    context_.stop();
    thread_.join();
  }

  [[nodiscard]] tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

 private:
  void accept()
  {
    acceptor_.async_accept(
        [this](error_code error, tcp::socket socket)
        {
          if (error) return;
          std::make_shared<backend_connection>(std::move(socket), service_time_)->read();
          accept();
        });
  }

  std::chrono::milliseconds service_time_;
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
  std::thread thread_;
};

backend::backend(std::chrono::milliseconds service_time)
    : server_(std::make_unique<server>(service_time))
{
}

backend::~backend() = default;

tcp::endpoint backend::endpoint() const
{
  return server_->endpoint();
}

}  // namespace world
