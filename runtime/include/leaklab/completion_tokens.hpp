// Asio's completion tokens use_awaitable and deferred, for operations that show in the task's record.
//
// A token that is one object for all calls cannot know where it is used. The line of the wait is that
// of the co_await, which the coroutine notes (detail/coroutine_promise.hpp); where the coroutine does
// not, as one of an awaitable with another executor, the line stays unknown.
#pragma once

#include <leaklab/tracked.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/version.hpp>

#include <type_traits>
#include <utility>

namespace leaklab
{

namespace asio
{

/// boost::asio::use_awaitable_t: operations return an awaitable.
template <class Executor = boost::asio::any_io_executor>
struct use_awaitable_t : detail::default_token<use_awaitable_t<Executor>>
{
};

inline constexpr use_awaitable_t<> use_awaitable;

/// boost::asio::deferred_t: operations return what starts them, when it is awaited or called.
struct deferred_t : boost::asio::deferred_t, detail::default_token<deferred_t>
{
  using default_token::as_default_on;
  using default_token::as_default_on_t;
  using default_token::executor_with_default;
};

inline constexpr deferred_t deferred;

}  // namespace asio
}  // namespace leaklab

template <class Executor, class Result, class... Args>
class boost::asio::async_result<leaklab::asio::use_awaitable_t<Executor>, Result(Args...)>
{
  using asio_token = use_awaitable_t<Executor>;
  using asio_result = async_result<asio_token, Result(Args...)>;

 public:
  using handler_type = typename asio_result::handler_type;
  using return_type = typename asio_result::return_type;

  template <class Initiation, class... InitArgs>
  static return_type initiate(Initiation&& initiation, leaklab::asio::use_awaitable_t<Executor>,
                              InitArgs&&... args)
  {
    return asio_result::initiate(leaklab::detail::note_in(std::forward<Initiation>(initiation)),
                                 asio_token(), std::forward<InitArgs>(args)...);
  }
};

template <class Signature>
class boost::asio::async_result<leaklab::asio::deferred_t, Signature>
{
 public:
  template <class Initiation, class... InitArgs>
  static auto initiate(Initiation&& initiation, leaklab::asio::deferred_t, InitArgs&&... args)
  {
    boost::asio::deferred_t token;
    return async_initiate<boost::asio::deferred_t, Signature>(
        leaklab::detail::note_in(std::forward<Initiation>(initiation)), token,
        std::forward<InitArgs>(args)...);
  }
};

#if BOOST_VERSION < 108300
// Boost 1.81's redirect_error asks a token for the type that it returns, whatever the operation is;
// operations that are deferred have one of their own each.
namespace leaklab::detail
{

template <class Token, class Signature>
struct redirected_result
{
  template <class Initiation>
  struct redirected_initiation
  {
    Initiation initiation;
    boost::system::error_code& error;

    template <class Handler, class... Args>
    void operator()(Handler&& handler, Args&&... args) &&
    {
      std::move(initiation)(boost::asio::detail::redirect_error_handler<std::decay_t<Handler>>(
                                error, std::forward<Handler>(handler)),
                            std::forward<Args>(args)...);
    }
  };

  template <class Initiation, class... Args>
  static auto initiate(Initiation&& initiation, boost::asio::redirect_error_t<Token> token,
                       Args&&... args)
  {
    using redirected = typename boost::asio::detail::redirect_error_signature<Signature>::type;
    return boost::asio::async_initiate<Token, redirected>(
        redirected_initiation<std::decay_t<Initiation>>{std::forward<Initiation>(initiation),
                                                        token.ec_},
        token.token_, std::forward<Args>(args)...);
  }
};

}  // namespace leaklab::detail

template <class Signature>
class boost::asio::async_result<boost::asio::redirect_error_t<leaklab::tracked>, Signature>
    : public leaklab::detail::redirected_result<leaklab::tracked, Signature>
{
};
template <class Signature>
class boost::asio::async_result<boost::asio::redirect_error_t<leaklab::asio::deferred_t>, Signature>
    : public leaklab::detail::redirected_result<leaklab::asio::deferred_t, Signature>
{
};
#endif
