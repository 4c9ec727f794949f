// asio::experimental::channel whose sends and receives show in the task's record.
#pragma once

#include <leaklab/tracked.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/system/error_code.hpp>

namespace leaklab
{

/// A channel of `T`. Everything is Asio's; only the default completion token differs. Without a
/// capacity it is unbuffered: a send completes when a receiver takes the value. Not thread-safe, as
/// Asio's is not.
template <class T>
class channel : public tracked::as_default_on_t<
                    boost::asio::experimental::channel<void(boost::system::error_code, T)>>
{
  using base = tracked::as_default_on_t<
      boost::asio::experimental::channel<void(boost::system::error_code, T)>>;

 public:
  using base::base;
};

}  // namespace leaklab
