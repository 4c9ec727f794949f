// Work is handed to an executor that does not get to it. What says stop, and what does each piece
// cost meanwhile?
#include <leaklab/channel.hpp>
#include <leaklab/heap.hpp>
#include <leaklab/spawn.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>

#include <array>
#include <latch>

namespace asio = boost::asio;

namespace
{

constexpr int pieces = 100'000;

struct job
{
  std::array<char, 100> what{};
  void operator()() const {}
};

std::uint64_t in_use()
{
  return leaklab::read_heap_stats().in_use_bytes;
}

/// `hand_over` is called for each piece and says whether it was taken.
template <class HandOver>
void fill(char const* name, HandOver hand_over)
{
  auto const before = in_use();
  unsigned taken = 0;
  for (int i = 0; i != pieces; ++i)
    taken += hand_over() ? 1u : 0u;
  auto const bytes = in_use() - before;
  fmt::print("{:<30} took {:>6} of {}, {:>4} bytes each\n", name, taken, pieces, bytes / taken);
}

template <class Executor>
auto post_to(Executor executor)
{
  return [executor]
  {
    asio::post(executor, job());
    return true;
  };
}

leaklab::awaitable<void> task(job what)
{
  what();
  co_return;
}

}  // namespace

int main()
{
  asio::io_context context;
  fill("io_context, which nobody runs", post_to(context.get_executor()));
  {
    std::latch go(1);
    asio::thread_pool pool(2);
    for (int thread = 0; thread != 2; ++thread)
      asio::post(pool, [&] { go.wait(); });
    fill("thread_pool(2), both busy", post_to(pool.get_executor()));
    go.count_down();
    pool.join();
  }
  asio::io_context other;
  fill("strand", post_to(asio::make_strand(other)));
  fill("leaklab::spawn, one task each",
       [&]
       {
         leaklab::spawn(other, task(job()), "job");
         return true;
       });
  leaklab::channel<job> jobs(other, 1000);
  fill("channel of 1000, try_send",
       [&] { return jobs.try_send(boost::system::error_code(), job()); });
  auto const ran = context.run();
  fmt::print("run() then calls {} handlers and returns; tasks left of the other: {}\n", ran,
             leaklab::count_tasks().live);
}
