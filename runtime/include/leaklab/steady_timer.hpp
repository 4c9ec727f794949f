// asio::steady_timer whose waits show in the task's record.
#pragma once

#include <leaklab/tracked.hpp>

#include <boost/asio/steady_timer.hpp>

namespace leaklab
{

/// Everything is Asio's; only the default completion token differs.
class steady_timer : public tracked::as_default_on_t<boost::asio::steady_timer>
{
 public:
  using tracked::as_default_on_t<boost::asio::steady_timer>::basic_waitable_timer;
};

}  // namespace leaklab
