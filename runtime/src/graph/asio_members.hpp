// The private members of Asio that lead to what waits, each by a name of its own: `x.*member(name())`.
//
// For the versions of Boost that detail/asio_version.hpp names.
#pragma once

#include <boost/asio/detail/scheduler.hpp>
#include <boost/asio/detail/thread_info_base.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace leaklab::graph
{

namespace asio_detail = boost::asio::detail;

using service = boost::asio::execution_context::service;
using service_registry = asio_detail::service_registry;

template <class Mutex>
using channel_service = boost::asio::experimental::detail::channel_service<Mutex>;
using local_channels = channel_service<asio_detail::null_mutex>;  // of channel
using shared_channels = channel_service<asio_detail::mutex>;      // of concurrent_channel

using steady_clock_traits =
    asio_detail::chrono_time_traits<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>>;
using steady_timers = asio_detail::deadline_timer_service<steady_clock_traits>;
using steady_timer_queue = asio_detail::timer_queue<steady_clock_traits>;
using steady_timer_record = steady_timer_queue::per_timer_data;

/// A private member may be named as the argument of an explicit instantiation ([temp.spec.general]):
/// a friend that is found by its argument hands it out.
template <class Name, auto Member>
struct opened
{
  friend constexpr auto member(Name) noexcept { return Member; }
};

#define LEAKLAB_OPEN(name, pointer)              \
  struct name                                    \
  {                                              \
    friend constexpr auto member(name) noexcept; \
  };                                             \
  template struct opened<name, pointer>

LEAKLAB_OPEN(services_of_context, &boost::asio::execution_context::service_registry_);
LEAKLAB_OPEN(first_of_services, &service_registry::first_service_);
LEAKLAB_OPEN(next_of_service, &service::next_);

LEAKLAB_OPEN(kept_by_thread, &asio_detail::thread_info_base::reusable_memory_);
LEAKLAB_OPEN(unit_of_kept, asio_detail::thread_info_base::chunk_size);

LEAKLAB_OPEN(first_of_local_channels, &local_channels::impl_list_);
LEAKLAB_OPEN(first_of_shared_channels, &shared_channels::impl_list_);

LEAKLAB_OPEN(queue_of_timers, &steady_timers::timer_queue_);
LEAKLAB_OPEN(first_of_timers, &steady_timer_queue::timers_);
LEAKLAB_OPEN(times_of_timers, &steady_timer_queue::heap_);
LEAKLAB_OPEN(next_of_timer, &steady_timer_record::next_);
LEAKLAB_OPEN(time_of_timer, &steady_timer_record::heap_index_);
LEAKLAB_OPEN(operations_of_timer, &steady_timer_record::op_queue_);

#if defined(BOOST_ASIO_HAS_EPOLL)
using reactor = asio_detail::epoll_reactor;
using descriptor_record = reactor::descriptor_state;

LEAKLAB_OPEN(descriptors_of_reactor, &reactor::registered_descriptors_);
LEAKLAB_OPEN(number_of_descriptor, &descriptor_record::descriptor_);
LEAKLAB_OPEN(operations_of_descriptor, &descriptor_record::op_queue_);
#endif

#undef LEAKLAB_OPEN

inline auto& first_channel(local_channels& of) noexcept
{
  return of.*member(first_of_local_channels());
}
inline auto& first_channel(shared_channels& of) noexcept
{
  return of.*member(first_of_shared_channels());
}

}  // namespace leaklab::graph
