#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <world/visitors.hpp>

#include <deque>
#include <functional>
#include <thread>
#include <utility>

namespace world
{
namespace
{

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t most_at_a_time = 100;

// Lives until its last operation has ended: each handler owns it.
class visit : public std::enable_shared_from_this<visit>
{
 public:
  visit(asio::io_context& io, std::string line, std::function<void()> gone)
      : socket_(io), text_(std::move(line) + '\n'), gone_(std::move(gone))
  {
  }

  void connect(tcp::endpoint const& server)
  {
    socket_.async_connect(server,
                          [self = shared_from_this()](error_code error) { self->say(error); });
  }

 private:
  void say(error_code error)
  {
    if (error) return leave();
    asio::async_write(socket_, asio::buffer(text_),
                      [self = shared_from_this()](error_code failed, std::size_t)
                      { self->hear(failed); });
  }

  void hear(error_code error)
  {
    if (error) return leave();
    text_.clear();
    asio::async_read_until(socket_, asio::dynamic_buffer(text_), '\n',
                           [self = shared_from_this()](error_code, std::size_t) { self->leave(); });
  }

  void leave()
  {
    error_code ignored;
    socket_.close(ignored);
    gone_();
  }

  tcp::socket socket_;
  std::string text_;
  std::function<void()> gone_;
};

}  // namespace

class visitors::reception
{
 public:
  explicit reception(tcp::endpoint server) : server_(std::move(server)) {}

  ~reception()
  {
    io_.stop();
    thread_.join();
  }

  reception(reception const&) = delete;
  reception& operator=(reception const&) = delete;

  void send(std::string line)
  {
    asio::post(io_,
               [this, line = std::move(line)]() mutable
               {
                 waiting_.push_back(std::move(line));
                 admit();
               });
  }

 private:
  void admit()
  {
    while (!waiting_.empty() && present_ < most_at_a_time)
    {
      auto line = std::move(waiting_.front());
      waiting_.pop_front();
      ++present_;
      auto const gone = [this]
      {
        --present_;
        admit();
      };
      std::make_shared<visit>(io_, std::move(line), gone)->connect(server_);
    }
  }

  tcp::endpoint server_;
  std::deque<std::string> waiting_;
  std::size_t present_ = 0;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
  std::thread thread_{[this] { io_.run(); }};
};

visitors::visitors(tcp::endpoint const& server) : reception_(std::make_unique<reception>(server))
{
}

visitors::~visitors() = default;

void visitors::send(std::string line)
{
  reception_->send(std::move(line));
}

}  // namespace world
