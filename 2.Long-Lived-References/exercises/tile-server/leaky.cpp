// A map is shown tile by tile. Each tile is kept for the next reader, and so is the neighbour that
// this reader will ask for next. How many tiles are there an hour later?
#include <leaklab/gauge.hpp>

#include <runner/lab.hpp>

#include <list>
#include <unordered_map>
#include <vector>

using leaklab::awaitable;

namespace
{

constexpr std::size_t tile_size = 24 * 1024;
constexpr std::size_t most_tiles = 200;

struct tile
{
  int place;
  std::vector<char> picture;
};

class tile_cache
{
 public:
  tile const& get(int place)
  {
    auto const known = by_place_.find(place);
    if (known != by_place_.end()) return *known->second;
    if (tiles_.size() >= most_tiles)
    {
      by_place_.erase(tiles_.back().place);
      tiles_.pop_back();
    }
    return draw(place);
  }

  void preload(int place)
  {
    if (!by_place_.contains(place)) draw(place);
  }

  std::size_t size() const { return tiles_.size(); }

 private:
  tile const& draw(int place)
  {
    tiles_.push_front({place, std::vector<char>(tile_size)});
    by_place_[place] = tiles_.begin();
    return tiles_.front();
  }

  std::list<tile> tiles_;  // the one drawn last comes first
  std::unordered_map<int, std::list<tile>::iterator> by_place_;
};

awaitable<void> scenario(leaklab::lab& lab)
{
  tile_cache cache;
  leaklab::sampled_gauge const tiles(lab.get_executor(), "tiles", [&] { return cache.size(); },
                                     {.bound = most_tiles});
  int reader = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++reader)
  {
    int const place = 10 * reader;
    cache.get(place);
    cache.preload(place + 1);
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
