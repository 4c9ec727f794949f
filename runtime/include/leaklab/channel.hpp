// asio::experimental::channel whose sends and receives show in the task's record.
#pragma once

#include <leaklab/tracked.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/system/error_code.hpp>

namespace leaklab
{

namespace detail
{

template <class... Values>
struct channel_signature
{
  using type = void(boost::system::error_code, Values...);
};
template <>
struct channel_signature<void> : channel_signature<>
{
};

template <template <class> class Channel, class... Values>
using channel_base = tracked::as_default_on_t<Channel<typename channel_signature<Values...>::type>>;

template <class Signature>
using plain_channel = boost::asio::experimental::channel<Signature>;
template <class Signature>
using plain_concurrent_channel = boost::asio::experimental::concurrent_channel<Signature>;

}  // namespace detail

/// A channel of `Values`: channel<int>, channel<key, value>, or channel<> and channel<void>, which carry
/// nothing but the error code. Everything is Asio's; only the default completion token differs. Without
/// a capacity it is unbuffered: a send completes when a receiver takes the value. Not thread-safe, as
/// Asio's is not.
template <class... Values>
class channel : public detail::channel_base<detail::plain_channel, Values...>
{
  using base = detail::channel_base<detail::plain_channel, Values...>;

 public:
  using base::base;
};

/// The same, for any number of threads.
template <class... Values>
class concurrent_channel : public detail::channel_base<detail::plain_concurrent_channel, Values...>
{
  using base = detail::channel_base<detail::plain_concurrent_channel, Values...>;

 public:
  using base::base;
};

}  // namespace leaklab
