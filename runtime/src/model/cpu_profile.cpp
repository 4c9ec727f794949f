#include "model/cpu_profile.hpp"

#include "model/stack_table.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <span>

namespace leaklab::model
{

profile make_cpu_profile(std::string_view recorded, std::chrono::nanoseconds duration,
                         symbols::symboliser& symbols, std::string_view hidden)
{
  using std::chrono::nanoseconds;
  profile cpu;
  cpu.name = "profile";
  cpu.sample_types = {{"samples", "count"}, {"cpu", "nanoseconds"}};
  cpu.period_type = {"cpu", "nanoseconds"};
  cpu.time_ns = nanoseconds(std::chrono::system_clock::now().time_since_epoch() - duration).count();
  cpu.duration_ns = duration.count();

  constexpr std::size_t header_words = 5;
  std::vector<std::uintptr_t> words(recorded.size() / sizeof(std::uintptr_t));
  if (words.size() < header_words) return cpu;
  std::memcpy(words.data(), recorded.data(), words.size() * sizeof(std::uintptr_t));
  std::span<std::uintptr_t const> rest(words);
  cpu.period = nanoseconds(std::chrono::microseconds(rest[3])).count();
  rest = rest.subspan(header_words);

  stack_table stacks(cpu, symbols, hidden);
  std::map<std::vector<std::uint32_t>, std::int64_t> counts;
  while (rest.size() >= 2 && rest[0] != 0 && rest[1] <= rest.size() - 2)
  {
    if (auto stack = stacks.add(rest.subspan(2, rest[1]), leaf::exact))
      counts[*std::move(stack)] += static_cast<std::int64_t>(rest[0]);
    rest = rest.subspan(2 + rest[1]);
  }
  for (auto const& [stack, count] : counts)
    cpu.samples.push_back({stack, {count, count * cpu.period}, {}});
  cpu.mappings = symbols.mappings();
  return cpu;
}

}  // namespace leaklab::model
