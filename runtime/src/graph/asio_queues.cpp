#include "graph/asio_queues.hpp"

#include <leaklab/detail/asio_version.hpp>

#if LEAKLAB_AWAIT_CHAIN && LEAKLAB_RTTI && defined(BOOST_ASIO_HAS_EPOLL)

#include "graph/asio_members.hpp"

namespace leaklab::graph
{
namespace
{

static_assert(sizeof(reactor) <=
              sizeof(asio_detail::scheduler) * 2);  // in blocks that are looked at

class queue_reader
{
 public:
  queue_reader(heap_snapshot const& heap, asio_queues& found) noexcept : heap_(heap), found_(found)
  {
  }

  template <class Mutex>
  void operator()(channel_service<Mutex>& service) noexcept
  {
    for_each(
        first_channel(service), [](auto& channel) { return channel.next_; },
        [&](auto& channel) { add_channel(channel, channel.send_state_ == service.waiter); });
  }

  void operator()(steady_timers& service) noexcept
  {
    auto& queue = service.*member(queue_of_timers());
    for_each(
        queue.*member(first_of_timers()),
        [](steady_timer_record& timer) { return timer.*member(next_of_timer()); },
        [&](steady_timer_record& timer) { add_timer(queue, timer); });
  }

  void operator()(reactor& service) noexcept
  {
    for_each((service.*member(descriptors_of_reactor())).first(),
             [](descriptor_record& each) { return asio_detail::object_pool_access::next(&each); },
             [this](descriptor_record& each) { add_descriptor(each); });
  }

 private:
  /// Of a list, for as long as its elements may be read.
  template <class Record, class Next, class Visit>
  void for_each(Record* first, Next next, Visit visit) const noexcept
  {
    std::size_t left = heap_.blocks().count();
    for (; left != 0 && is_private(heap_.map(), first, sizeof *first); --left, first = next(*first))
      visit(*first);
  }

  template <class Operation>
  void add(awaited_thing const& thing, asio_detail::op_queue<Operation>& queue) noexcept
  {
    std::size_t count = 0;
    for_each(
        queue.front(), [](Operation& each) { return asio_detail::op_queue_access::next(&each); },
        [&](Operation& each)
        {
          count += found_.operations.push(
              {found_.things.size(), reinterpret_cast<std::uintptr_t>(&each)});
        });
    if (count != 0) found_.things.push(thing);
  }

  /// `before` the record begin the members of the object that it is in.
  template <class Record>
  static range object_of(Record const& record, std::size_t before) noexcept
  {
    auto const at = reinterpret_cast<std::uintptr_t>(&record);
    return {at - before, at + sizeof record};
  }

  template <class Channel>
  void add_channel(Channel& channel, bool receives) noexcept
  {
    awaited_thing found;
    found.sends = !receives;
    found.capacity = channel.max_buffer_size_;
    found.bytes = object_of(channel, sizeof(void*));
    add(found, channel.waiters_);
  }

  void add_timer(steady_timer_queue& queue, steady_timer_record& timer) noexcept
  {
    auto const& times = queue.*member(times_of_timers());
    auto const index = timer.*member(time_of_timer());
    if (index >= times.size() || !is_private(heap_.map(), &times[index], sizeof times[index]))
      return;
    awaited_thing found;
    found.kind = awaited_kind::timer;
    found.expiry = times[index].time_;
    found.bytes =
        object_of(timer, sizeof(steady_timers::implementation_type) - sizeof timer + sizeof(void*));
    add(found, timer.*member(operations_of_timer()));
  }

  void add_descriptor(descriptor_record& each) noexcept
  {
    awaited_thing found;
    found.kind = awaited_kind::descriptor;
    found.descriptor = each.*member(number_of_descriptor());
    found.bytes = object_of(each, 0);
    for (auto& queue : each.*member(operations_of_descriptor()))
      add(found, queue);
  }

  heap_snapshot const& heap_;
  asio_queues& found_;
};

}  // namespace

bool read_asio_queues(heap_snapshot& heap, asio_services const& services,
                      asio_queues& found) noexcept
{
  found.things = array<awaited_thing>(heap.space(), heap.blocks().count());
  found.operations = array<queued_operation>(heap.space(), heap.blocks().count());
  if (!found.things || !found.operations) return false;
  queue_reader reader(heap, found);
  services.for_each<local_channels, shared_channels, steady_timers, reactor>([&](auto& each)
                                                                             { reader(each); });
  return true;
}

}  // namespace leaklab::graph

#else

namespace leaklab::graph
{

bool read_asio_queues(heap_snapshot& heap, asio_services const&, asio_queues& found) noexcept
{
  found.things = array<awaited_thing>(heap.space(), 1);
  found.operations = array<queued_operation>(heap.space(), 1);
  return found.things && found.operations;
}

}  // namespace leaklab::graph

#endif
