// `co_await (timer.async_wait() || results.async_receive())`: Asio's awaitable operators for
// operations with the tracked token.
#pragma once

#include <leaklab/tracked.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <type_traits>
#include <utility>

namespace leaklab::detail
{

template <class T>
inline constexpr bool is_tracked_operation = false;
template <class Signature, class Initiation, class... Args>
inline constexpr bool is_tracked_operation<
    boost::asio::deferred_async_operation<Signature, tracked_initiation<Initiation>, Args...>> =
    true;

template <class T>
inline constexpr bool is_awaitable = false;
template <class T, class Executor>
inline constexpr bool is_awaitable<boost::asio::awaitable<T, Executor>> = true;

template <class Left, class Right>
concept tracked_operands = (is_tracked_operation<Left> &&
                            (is_tracked_operation<Right> || is_awaitable<Right>)) ||
                           (is_awaitable<Left> && is_tracked_operation<Right>);

template <class Operand>
auto as_awaitable(Operand operand)
{
  if constexpr (is_awaitable<Operand>)
    return operand;
  else
    return std::move(operand)(boost::asio::use_awaitable);
}

/// Found through the operand's type, so nothing has to be imported. While the group waits, its task
/// shows all its operations (task_info::branches).
template <class Left, class Right>
requires tracked_operands<Left, Right>
auto operator||(Left left, Right right)
{
  using boost::asio::experimental::awaitable_operators::operator||;
  return as_awaitable(std::move(left)) || as_awaitable(std::move(right));
}

template <class Left, class Right>
requires tracked_operands<Left, Right>
auto operator&&(Left left, Right right)
{
  using boost::asio::experimental::awaitable_operators::operator&&;
  return as_awaitable(std::move(left)) && as_awaitable(std::move(right));
}

}  // namespace leaklab::detail
