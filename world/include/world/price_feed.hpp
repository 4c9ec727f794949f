// A source of events: a price that changes all the time, for everyone who has subscribed.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/signals2/connection.hpp>

#include <cstddef>
#include <functional>
#include <memory>

namespace world
{

/// A boost::signals2::signal<void(double)> that is raised ten times a second on `executor`, outside
/// any task. It is hidden because signal.hpp takes two seconds to compile. To be used on the
/// executor's thread.
class price_feed
{
 public:
  explicit price_feed(boost::asio::any_io_executor const& executor);
  ~price_feed();

  price_feed(price_feed const&) = delete;
  price_feed& operator=(price_feed const&) = delete;

  /// Has `listener` called with every price until the connection is told to disconnect. Dropping
  /// the connection does not do that; a boost::signals2::scoped_connection does it in its
  /// destructor.
  boost::signals2::connection connect(std::function<void(double)> listener);

  [[nodiscard]] std::size_t listeners() const;

 private:
  class publisher;
  std::shared_ptr<publisher> publisher_;
};

}  // namespace world
