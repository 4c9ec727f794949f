// A token bucket: 50 a second on average, 20 at once. What gets through of a burst, and of a load
// that is too high for good?
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

using namespace std::chrono_literals;

namespace
{

using time_point = std::chrono::steady_clock::time_point;

/// Needs no timer and no task: what has been earned since the last call is counted when it is asked.
class token_bucket
{
 public:
  token_bucket(double a_second, double most) : a_second_(a_second), most_(most), tokens_(most) {}

  bool take(time_point now)
  {
    std::chrono::duration<double> const passed = now - last_;
    tokens_ = std::min(most_, tokens_ + passed.count() * a_second_);
    last_ = now;
    if (tokens_ < 1) return false;
    --tokens_;
    return true;
  }

 private:
  double a_second_;
  double most_;
  double tokens_;
  time_point last_{};
};

}  // namespace

int main()
{
  token_bucket bucket(50, 20);
  fmt::print("100 ms   offered   let through   refused\n");
  for (int step = 0; step != 7; ++step)
  {
    int const offered = step == 1 ? 40 : step > 3 ? 20 : 3;
    int through = 0;
    for (int i = 0; i != offered; ++i)
      through += bucket.take(time_point(step * 100ms + i * 100ms / offered)) ? 1 : 0;
    fmt::print("{:>6} {:>9} {:>13} {:>9}\n", step, offered, through, offered - through);
  }
}
