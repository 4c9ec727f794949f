// How many entries does a cache need? The same skewed requests for caches of growing size, which
// evict what was used least recently, or what came in first.
#include <fmt/format.h>

#include <cmath>
#include <list>
#include <random>
#include <unordered_map>
#include <vector>

namespace
{

constexpr int keys = 100'000;
constexpr int requests = 500'000;

// Key k is asked for in proportion to 1 / k (Zipf's law).
std::vector<int> skewed_requests()
{
  std::vector<double> weights(keys);
  for (int k = 0; k < keys; ++k)
    weights[static_cast<std::size_t>(k)] = 1.0 / (k + 1);
  std::mt19937 random(1);
  std::discrete_distribution<int> popularity(weights.begin(), weights.end());
  std::vector<int> asked(requests);
  for (auto& key : asked)
    key = popularity(random);
  return asked;
}

double hit_rate(std::vector<int> const& asked, std::size_t most, bool by_use)
{
  std::list<int> order;
  std::unordered_map<int, std::list<int>::iterator> places;
  int hits = 0;
  for (int const key : asked)
  {
    if (auto const known = places.find(key); known != places.end())
    {
      ++hits;
      if (by_use) order.splice(order.begin(), order, known->second);
      continue;
    }
    if (order.size() >= most)
    {
      places.erase(order.back());
      order.pop_back();
    }
    order.push_front(key);
    places[key] = order.begin();
  }
  return 100.0 * hits / requests;
}

}  // namespace

int main()
{
  auto const asked = skewed_requests();
  fmt::print("entries  least recently used  first in\n");
  for (std::size_t const most : {10U, 100U, 1'000U, 10'000U, 100'000U})
    fmt::print("{:>7}{:>20.1f}%{:>9.1f}%\n", most, hit_rate(asked, most, true),
               hit_rate(asked, most, false));
}
