// judge NOISE: the runtime's own verdict on a gauge. Reads lines of "seconds value", prints a word,
// exits with 0 when steady.
#include <leaklab/verdict.hpp>

#include <cstdlib>
#include <iostream>
#include <vector>

int main(int argc, char** argv)
{
  if (argc != 2) return 2;
  std::vector<leaklab::gauge_point> history;
  for (leaklab::gauge_point point; std::cin >> point.seconds >> point.value;)
    history.push_back(point);
  auto const outcome = leaklab::judge(
      history, {.noise = std::atof(argv[1]), .patience = std::chrono::milliseconds(1500)});
  std::cout << leaklab::to_string(outcome.verdict) << ' ' << outcome.slope << " a second "
            << outcome.reason << '\n';
  return outcome.verdict == leaklab::verdict::steady ? 0 : 1;
}
