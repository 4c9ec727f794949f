#include <boost/asio/steady_timer.hpp>
#include <boost/signals2/signal.hpp>
#include <world/price_feed.hpp>

#include <chrono>
#include <utility>

namespace world
{

class price_feed::publisher : public std::enable_shared_from_this<publisher>
{
 public:
  explicit publisher(boost::asio::any_io_executor const& executor) : pause_(executor) {}

  void go_on()
  {
    pause_.expires_after(std::chrono::milliseconds(100));
    pause_.async_wait(
        [self = weak_from_this()](boost::system::error_code)
        {
          auto const publishing = self.lock();
          if (!publishing) return;  // the feed is gone
          publishing->prices(publishing->price_ += 0.01);
          publishing->go_on();
        });
  }

  boost::signals2::signal<void(double)> prices;

 private:
  boost::asio::steady_timer pause_;
  double price_ = 100;
};

price_feed::price_feed(boost::asio::any_io_executor const& executor)
    : publisher_(std::make_shared<publisher>(executor))
{
  publisher_->go_on();
}

price_feed::~price_feed() = default;

boost::signals2::connection price_feed::connect(std::function<void(double)> listener)
{
  return publisher_->prices.connect(std::move(listener));
}

std::size_t price_feed::listeners() const
{
  return publisher_->prices.num_slots();
}

}  // namespace world
