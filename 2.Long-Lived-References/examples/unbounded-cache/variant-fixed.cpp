// A resolver looks up names and keeps each answer for as long as the answer says that it holds. What
// becomes of a name that is asked for once?
#include <runner/lab.hpp>

#include <chrono>
#include <string>
#include <unordered_map>
#include <vector>

using leaklab::awaitable;

namespace
{

using std::chrono::steady_clock;

constexpr std::size_t answer_size = 2 * 1024;
constexpr std::chrono::milliseconds time_to_live(100);

struct answer
{
  std::vector<char> records;
  steady_clock::time_point expires;
};

class resolver
{
 public:
  answer const& resolve(std::string const& name)
  {
    auto const now = steady_clock::now();
    auto const known = answers_.find(name);
    if (known != answers_.end() && known->second.expires > now) return known->second;
    if (now >= next_sweep_)
    {
      std::erase_if(answers_, [now](auto const& entry) { return entry.second.expires <= now; });
      next_sweep_ = now + time_to_live;
    }
    return answers_[name] = ask_upstream(now);
  }

 private:
  static answer ask_upstream(steady_clock::time_point now)
  {
    return {std::vector<char>(answer_size), now + time_to_live};
  }

  std::unordered_map<std::string, answer> answers_;
  // the cure: what has expired leaves whether or not anybody asks for it again
  steady_clock::time_point next_sweep_ = steady_clock::now() + time_to_live;
};

awaitable<void> scenario(leaklab::lab& lab)
{
  resolver names;
  int visit = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++visit)
  {
    names.resolve("www.example.org");
    names.resolve("visitor-" + std::to_string(visit) + ".example.net");
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
