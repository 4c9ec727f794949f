// Five ways in which memory rises, by the name of the shape: hold, sawtooth, ramp, fragmentation, bound. None of them is
// a leak. What follows the name are the options of every program of the lab.
#include <leaklab/gauge.hpp>

#include <fmt/format.h>
#include <runner/lab.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

using leaklab::awaitable;

namespace
{

constexpr int ticks_a_second = 100;
constexpr std::size_t page_size = 160 * 1024;
using page = std::vector<char>;

/// What a shape does at each tick, ten milliseconds after the one before.
using shape = std::function<void(int tick)>;

/// Reads a table at its start, and needs it from then on.
shape hold()
{
  return [table = std::vector<page>()](int tick) mutable
  {
    if (tick >= 2 * ticks_a_second && tick < 5 * ticks_a_second) table.emplace_back(page_size);
  };
}

/// A cache that is emptied once a second.
shape sawtooth()
{
  return [cache = std::vector<page>()](int tick) mutable
  {
    if (tick % ticks_a_second == 0) cache.clear();
    cache.emplace_back(page_size);
  };
}

/// A session for each client: they come for eight seconds, and leave for eight.
shape ramp()
{
  return [sessions = std::vector<page>()](int tick) mutable
  {
    if (tick < 8 * ticks_a_second)
      sessions.emplace_back(page_size);
    else if (!sessions.empty())
      sessions.pop_back();
  };
}

/// Small objects come in great number; of each sixteen, one stays when the others leave.
shape fragmentation()
{
  return [blocks = std::make_shared<std::vector<std::unique_ptr<std::byte[]>>>()](int tick)
  {
    constexpr std::size_t block_size = 512;
    constexpr int blocks_a_tick = 400;
    auto const second = tick / ticks_a_second;
    if (second >= 2 && second < 6)
      for (int count = 0; count != blocks_a_tick; ++count)
        blocks->push_back(std::make_unique<std::byte[]>(block_size));
    if (tick == 8 * ticks_a_second)
      for (std::size_t number = 0; number != blocks->size(); ++number)
        if (number % 16 != 0) (*blocks)[number].reset();
  };
}

std::atomic<long> pages_cached = 0;

/// A cache with room for 800 pages, which says so.
shape bound()
{
  constexpr long most_pages = 800;
  static leaklab::gauge const watched("pages cached", [] { return pages_cached.load(); },
                                      {.bound = most_pages});
  return [cache = std::vector<page>()](int) mutable
  {
    if (cache.size() < most_pages) cache.emplace_back(page_size);
    pages_cached = static_cast<long>(cache.size());
  };
}

awaitable<void> scenario(leaklab::lab& lab, shape step)
{
  int tick = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++tick, lab.completed())
    step(tick);
}

}  // namespace

int main(int argc, char** argv)
{
  std::map<std::string, std::function<shape()>> const shapes{{"hold", hold},
                                                             {"sawtooth", sawtooth},
                                                             {"ramp", ramp},
                                                             {"fragmentation", fragmentation},
                                                             {"bound", bound}};
  auto const chosen = shapes.find(argc > 1 ? argv[1] : "");
  if (chosen == shapes.end())
  {
    fmt::print(stderr,
               "growth-shapes: name a shape first: bound, fragmentation, hold, ramp or sawtooth\n");
    return 2;
  }
  return leaklab::run(argc - 1, argv + 1,
                      [&](leaklab::lab& lab) { return scenario(lab, chosen->second()); },
                      {.name = "growth-shapes",
                       .title = "Memory that rises, in one of five shapes",
                       .gauge = "heap",
                       .work = "ticks",
                       .rate = ticks_a_second});
}
