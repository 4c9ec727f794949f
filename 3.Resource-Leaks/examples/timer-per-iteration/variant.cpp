// A game takes players off the board who have not moved for an hour. How often does it look at a
// player?
#include <leaklab/gauge.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <runner/lab.hpp>

#include <chrono>
#include <map>
#include <unordered_map>

using leaklab::awaitable;
using namespace std::chrono_literals;
using time_point = leaklab::steady_timer::time_point;

namespace
{

constexpr int players = 100;

class board
{
 public:
  void move(int player, time_point now)
  {
    last_move_[player] = now;
    looks_.emplace(now + 1h, player);
  }

  void remove_idle(time_point now)
  {
    while (!looks_.empty() && looks_.begin()->first <= now)
    {
      auto const player = looks_.extract(looks_.begin()).mapped();
      auto const last = last_move_.find(player);
      if (last != last_move_.end() && last->second + 1h <= now) last_move_.erase(last);
    }
  }

  [[nodiscard]] std::size_t looks_to_come() const { return looks_.size(); }

 private:
  std::unordered_map<int, time_point> last_move_;
  std::multimap<time_point, int> looks_;
};

awaitable<void> watch(board& game, leaklab::lab& lab)
{
  for (leaklab::steady_timer pause(lab.get_executor());; co_await pause.async_wait())
  {
    game.remove_idle(leaklab::steady_timer::clock_type::now());
    pause.expires_after(1s);
  }
}

awaitable<void> scenario(leaklab::lab& lab)
{
  board game;
  leaklab::sampled_gauge const looks(lab.get_executor(), "looks to come",
                                     [&] { return game.looks_to_come(); });
  lab.spawn(watch(game, lab), "watch");
  int turn = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++turn)
  {
    game.move(turn % players, leaklab::steady_timer::clock_type::now());
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
