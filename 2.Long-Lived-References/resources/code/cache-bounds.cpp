// The same requests to caches without a bound, and bounded by entries, by bytes and by age.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <list>
#include <random>
#include <unordered_map>

namespace
{

constexpr auto none = std::numeric_limits<std::size_t>::max();

struct bounds
{
  std::size_t entries = none;
  std::size_t bytes = none;
  std::size_t age = none;          // in requests
  std::size_t sweep_every = none;  // requests
};

class cache
{
 public:
  explicit cache(bounds most) : most_(most) {}

  bool get(int key, std::size_t size, std::size_t now)
  {
    if (auto const known = by_key_.find(key); known != by_key_.end())
    {
      if (now - known->second->made <= most_.age)
      {
        by_use_.splice(by_use_.begin(), by_use_, known->second);
        return true;
      }
      remove(known->second);
    }
    if (size > most_.bytes) return false;  // larger than the whole cache: not worth keeping
    while (!by_use_.empty() && (by_use_.size() >= most_.entries || bytes_ > most_.bytes - size))
      remove(std::prev(by_use_.end()));  // room is made before the new entry goes in
    by_use_.push_front({key, size, now});
    by_key_[key] = by_use_.begin();
    bytes_ += size;
    peak_ = std::max(peak_, bytes_);
    return false;
  }

  void sweep(std::size_t now)
  {
    for (auto next = by_use_.begin(); next != by_use_.end();)
      if (auto const old = next++; now - old->made > most_.age) remove(old);
  }

  std::size_t size() const { return by_use_.size(); }
  std::size_t peak() const { return peak_; }

 private:
  struct entry
  {
    int key;
    std::size_t size;
    std::size_t made;
  };

  void remove(std::list<entry>::iterator old)
  {
    bytes_ -= old->size;
    by_key_.erase(old->key);
    by_use_.erase(old);
  }

  bounds most_;
  std::list<entry> by_use_;  // the most recently used entry comes first
  std::unordered_map<int, std::list<entry>::iterator> by_key_;
  std::size_t bytes_ = 0;
  std::size_t peak_ = 0;
};

void run(char const* bound, bounds most)
{
  constexpr std::size_t requests = 200'000;
  std::mt19937 random(1);
  std::exponential_distribution<> popularity(0.001);
  cache pages(most);
  std::size_t hits = 0;
  for (std::size_t now = 0; now < requests; ++now)
  {
    // Each request in twenty is for something that nobody asks for again.
    int const key =
        now % 20 == 0 ? -static_cast<int>(now) - 1 : static_cast<int>(popularity(random));
    std::size_t const size = key % 50 == 0 ? 500'000 : 5'000;  // some pages are pictures
    hits += pages.get(key, size, now);
    if (now % most.sweep_every == most.sweep_every - 1) pages.sweep(now);
  }
  fmt::print("{:<22}{:>8}{:>10.1f}{:>8.1f}%\n", bound, pages.size(),
             static_cast<double>(pages.peak()) / (1 << 20),
             100.0 * static_cast<double>(hits) / requests);
}

}  // namespace

int main()
{
  fmt::print("{:<22}{:>8}{:>10}{:>9}\n", "bound", "entries", "peak MiB", "hits");
  run("none", {});
  run("1,000 entries", {.entries = 1'000});
  run("16 MiB", {.bytes = 16 << 20});
  run("age, when asked for", {.age = 10'000});
  run("age, swept", {.age = 10'000, .sweep_every = 1'000});
  run("age and 16 MiB", {.bytes = 16 << 20, .age = 10'000});
}
