// A dashboard fills its tiles anew a hundred times a second. What if a tile takes longer than that?
#include <leaklab/channel.hpp>
#include <leaklab/tcp.hpp>

#include <runner/lab.hpp>
#include <world/backend.hpp>

#include <string>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::channel;
using leaklab::tcp;
using namespace std::chrono_literals;

namespace
{

class tile
{
 public:
  explicit tile(leaklab::lab& lab)
      : lab_(lab), connection_(lab.get_executor()), in_use_(lab.get_executor(), 1)
  {
  }

  awaitable<void> connect(tcp::endpoint service) { co_await connection_.async_connect(service); }

  awaitable<void> fill()
  {
    // the cure: one filling is under way, one may wait for it, and a third has nothing to add
    if (under_way_ == 2) co_return lab_.refused();
    ++under_way_;
    co_await in_use_.async_send({});
    std::string text = "how many?\n";
    co_await asio::async_write(connection_, asio::buffer(text));
    text.clear();
    co_await asio::async_read_until(connection_, asio::dynamic_buffer(text), '\n');
    in_use_.try_receive([](boost::system::error_code) {});
    --under_way_;
    lab_.completed();
  }

 private:
  leaklab::lab& lab_;
  tcp::socket connection_;
  channel<> in_use_;  // by whoever has sent into it
  int under_way_ = 0;
};

awaitable<void> scenario(leaklab::lab& lab)
{
  world::backend const order_service(1ms);
  world::backend const stock_service(50ms);
  tile orders(lab);
  tile stock(lab);
  co_await orders.connect(order_service.endpoint());
  co_await stock.connect(stock_service.endpoint());
  for (auto clock = lab.ticks(); co_await clock.next();)
  {
    lab.spawn(orders.fill(), "orders");
    lab.spawn(stock.fill(), "stock");
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
