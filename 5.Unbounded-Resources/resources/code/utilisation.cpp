// One server, a queue in front of it. How long does a job wait, and how many are in the system, when
// the server is busy for half of the time, nine tenths, all of it?
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <random>

namespace
{

constexpr int jobs = 2'000'000;

struct outcome
{
  double wait = 0;    // a job's mean wait, in service times
  double inside = 0;  // how many were in the system, looked at once in each service time
  double passed = 0;  // jobs a service time
};

/// Jobs come `load` to a service time, and each takes one service time: evenly, or at random with
/// these means.
outcome serve(double load, bool at_random, int count)
{
  std::mt19937_64 source(1);
  std::exponential_distribution<double> random(1);
  auto const one = [&] { return at_random ? random(source) : 1.0; };
  std::deque<double> leave_at;  // of the jobs inside
  double now = 0;
  double free_at = 0;
  double looks = 0;
  outcome result;
  for (int job = 0; job != count; ++job)
  {
    now += one() / load;
    for (; looks < now; ++looks)
    {
      while (!leave_at.empty() && leave_at.front() <= looks)
        leave_at.pop_front();
      result.inside += static_cast<double>(leave_at.size());
    }
    auto const begin = std::max(now, free_at);
    result.wait += begin - now;
    free_at = begin + one();
    leave_at.push_back(free_at);
  }
  result.wait /= count;
  result.inside /= looks;
  result.passed = count / std::max(now, free_at);
  return result;
}

}  // namespace

int main()
{
  fmt::print("           evenly        at random: jobs and service times\n");
  fmt::print("load       wait          wait   in the system   passed x (wait + 1)\n");
  for (double const load : {0.5, 0.8, 0.9, 0.95, 0.98})
  {
    auto const even = serve(load, false, jobs);
    auto const random = serve(load, true, jobs);
    fmt::print("{:<8} {:>6.1f} {:>13.1f} {:>12.1f} {:>18.1f}\n", load, even.wait, random.wait,
               random.inside, random.passed * (random.wait + 1));
  }
  fmt::print("\nat 1.25, after so many jobs\n");
  for (int const count : {1'000, 10'000, 100'000})
  {
    auto const random = serve(1.25, true, count);
    fmt::print("{:<8} {:>20.1f} {:>12.1f}\n", count, random.wait, random.inside);
  }
}
