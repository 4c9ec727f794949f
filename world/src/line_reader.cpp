#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <world/line_reader.hpp>

#include <string>
#include <thread>

namespace world
{

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

class line_reader::client
{
 public:
  client(tcp::endpoint const& server, std::chrono::milliseconds pause,
         std::function<void()> on_line)
      : pause_(pause), on_line_(std::move(on_line))
  {
    socket_.open(server.protocol());
    socket_.set_option(asio::socket_base::receive_buffer_size(4096));
    socket_.connect(server);
    read();
    thread_ = std::thread([this] { context_.run(); });
  }

  ~client()
  {
    context_.stop();
    thread_.join();
  }

 private:
  void read()
  {
    asio::async_read_until(socket_, asio::dynamic_buffer(received_), '\n',
                           [this](error_code error, std::size_t size)
                           {
                             if (error) return socket_.close();
                             received_.erase(0, size);
                             on_line_();
                             rest();
                           });
  }

  void rest()
  {
    timer_.expires_after(pause_);
    timer_.async_wait([this](error_code) { read(); });
  }

  std::chrono::milliseconds pause_;
  std::function<void()> on_line_;
  std::string received_;
  asio::io_context context_{1};
  tcp::socket socket_{context_};
  asio::steady_timer timer_{context_};
  std::thread thread_;
};

line_reader::line_reader(tcp::endpoint const& server, std::chrono::milliseconds pause,
                         std::function<void()> on_line)
    : client_(std::make_unique<client>(server, pause, std::move(on_line)))
{
}

line_reader::~line_reader() = default;

}  // namespace world
