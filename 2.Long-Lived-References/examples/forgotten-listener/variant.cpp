// Sessions are told when a switch of the service is turned, which happens once in a while. What do the
// switches know of a session that has ended?
#include <leaklab/gauge.hpp>

#include <runner/lab.hpp>

#include <array>
#include <deque>
#include <memory>
#include <vector>

using leaklab::awaitable;

namespace
{

constexpr std::size_t open_at_once = 20;

struct session
{
  bool shows_prices = false;
  std::array<char, 8 * 1024> page;
};

class switches
{
 public:
  void watch(std::shared_ptr<session> const& who)
  {
    who->shows_prices = on_;
    watchers_.push_back(who);
  }

  void turn(bool on)
  {
    on_ = on;
    std::erase_if(watchers_, [](auto const& who) { return who.expired(); });
    for (auto const& who : watchers_)
      if (auto const open = who.lock()) open->shows_prices = on_;
  }

  std::size_t watchers() const { return watchers_.size(); }

 private:
  bool on_ = true;
  std::vector<std::weak_ptr<session>> watchers_;
};

awaitable<void> scenario(leaklab::lab& lab)
{
  switches features;
  leaklab::sampled_gauge const watchers(lab.get_executor(), "watchers",
                                        [&] { return features.watchers(); });
  std::deque<std::shared_ptr<session>> sessions;
  features.turn(false);
  for (auto clock = lab.ticks(); co_await clock.next();)
  {
    sessions.push_back(std::make_shared<session>());
    features.watch(sessions.back());
    if (sessions.size() > open_at_once) sessions.pop_front();
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
