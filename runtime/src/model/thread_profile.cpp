#include "model/thread_profile.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <system_error>
#include <utility>

namespace leaklab::model
{

profile make_thread_profile()
{
  std::map<std::string, std::int64_t> counts;
  std::error_code error;
  for (auto const& thread : std::filesystem::directory_iterator("/proc/self/task", error))
  {
    std::ifstream file(thread.path() / "comm");
    std::string name;
    if (std::getline(file, name)) ++counts[name];  // else it has just ended
  }

  profile made;
  made.name = "threadcreate";
  made.sample_types = {{"threadcreate", "count"}};
  made.period_type = made.sample_types.front();
  made.time_ns =
      std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  for (auto const& [name, count] : counts)
  {
    // Even and with the top bit set, as in place_book: no code lies there.
    auto const address =
        (std::hash<std::string>()(name) | std::uint64_t{1} << 63) & ~std::uint64_t{1};
    made.samples.push_back({{static_cast<std::uint32_t>(made.locations.size())}, {count}, {}});
    made.locations.push_back({address, {{name, "", "", 0, 0}}});
  }
  return made;
}

}  // namespace leaklab::model
