#include "model/thread_profile.hpp"

#include "probe/identity.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace leaklab::model
{

profile make_thread_profile()
{
  profile made;
  made.name = "threadcreate";
  made.sample_types = {{"threadcreate", "count"}};
  made.period_type = made.sample_types.front();
  made.time_ns =
      std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  for (auto const& [name, count] : count_threads())
  {
    // Even and with the top bit set, as in place_book: no code lies there.
    auto const address =
        (std::hash<std::string>()(name) | std::uint64_t{1} << 63) & ~std::uint64_t{1};
    made.samples.push_back({{static_cast<std::uint32_t>(made.locations.size())},
                            {static_cast<std::int64_t>(count)},
                            {}});
    made.locations.push_back({address, {{name, "", "", 0, 0}}});
  }
  return made;
}

}  // namespace leaklab::model
