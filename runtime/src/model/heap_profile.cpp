#include "heap_profile.hpp"

#include <leaklab/heap.hpp>

#include <chrono>
#include <cmath>
#include <map>
#include <unordered_map>
#include <utility>

namespace leaklab::model
{
namespace
{

/// What lies between the code that asks for memory and the sampler: tcmalloc (whose exported entry points are called tc_*),
/// operator new, the standard allocators, and Asio's allocation of coroutine frames and handlers. pprof matches whole
/// names, without parameters.
constexpr char allocator_frames[] =
    "(__libc_)?(malloc|calloc|realloc|memalign|valloc|pvalloc)|aligned_alloc|posix_memalign|tc_.*|tcmalloc::.*"
    "|operator new(\\[\\])?|(__gnu_cxx|std)::(__)?new_allocator<.*>::allocate"
    "|std::allocator<.*>::allocate|std::allocator_traits<.*>::allocate"
    "|boost::asio::aligned_new|boost::asio::detail::thread_info_base::allocate.*"
    "|boost::asio::detail::awaitable_frame_base<.*>::operator new";

struct amount
{
  double objects = 0;
  double bytes = 0;
};

}  // namespace

profile make_heap_profile(symboliser& symbols)
{
  profile heap;
  heap.name = "heap";
  heap.sample_types = {{"inuse_objects", "count"}, {"inuse_space", "bytes"}};
  heap.period_type = {"space", "bytes"};
  heap.period = heap_sampling_period();
  heap.drop_frames = allocator_frames;
  heap.time_ns = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();

  std::map<std::pair<std::vector<std::uintptr_t>, std::size_t>, amount> totals;
  for (heap_sample& live : read_heap_samples())
  {
    amount& total = totals[{std::move(live.stack), live.size}];
    total.objects += live.objects;
    total.bytes += live.bytes;
  }

  std::unordered_map<std::uint64_t, std::uint32_t> index;
  for (auto const& [key, total] : totals)
  {
    auto const& [stack, size] = key;
    sample& sum = heap.samples.emplace_back();
    for (std::uintptr_t const return_address : stack)
    {
      std::uint64_t const call = return_address - 1;
      auto const [known, is_new] = index.emplace(call, static_cast<std::uint32_t>(heap.locations.size()));
      if (is_new) heap.locations.push_back({call, symbols.lines(call)});
      sum.stack.push_back(known->second);
    }
    sum.values = {std::llround(total.objects), std::llround(total.bytes)};
    sum.labels = {{"bytes", "", static_cast<std::int64_t>(size), ""}};
  }
  heap.mappings = symbols.mappings();
  return heap;
}

}  // namespace leaklab::model
