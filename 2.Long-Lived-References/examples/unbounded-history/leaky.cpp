// A monitor notes the state of the process many times a second. How far back will anybody look?
#include <runner/lab.hpp>

#include <array>
#include <chrono>
#include <deque>
#include <fstream>

using leaklab::awaitable;

namespace
{

struct event
{
  std::chrono::system_clock::time_point when;
  std::array<char, 4088> state;
};

std::deque<event> history;

void note_state()
{
  event now{std::chrono::system_clock::now(), {}};
  std::ifstream("/proc/self/status").read(now.state.data(), now.state.size());
  // the fault: the log lives as long as the process, and nothing that goes in ever leaves
  history.push_back(now);
}

awaitable<void> scenario(leaklab::lab& lab)
{
  for (auto clock = lab.ticks(); co_await clock.next();)
  {
    note_state();
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
