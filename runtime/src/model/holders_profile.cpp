#include "model/holders.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace leaklab::model
{
namespace
{

class frames_of_holders
{
 public:
  explicit frames_of_holders(profile& into) : into_(into) {}

  std::uint32_t at(symbols::source_line const& line)
  {
    auto const index = static_cast<std::uint32_t>(into_.locations.size());
    auto const [found, is_new] = known_.try_emplace({line.function, line.file, line.line}, index);
    // No code lies there, nor at the address before or behind it; with the highest bit set,
    // google-pprof would leave it out.
    auto const address = std::uint64_t{1} << 62 | (std::uint64_t{2} * index + 1);
    if (is_new) into_.locations.push_back({address, {line}});
    return found->second;
  }

  std::uint32_t at(std::string name)
  {
    symbols::source_line line;
    line.function = std::move(name);
    return at(line);
  }

  std::uint32_t at(holder const& block)
  {
    if (!block.callback.empty()) return at("std::function of " + block.callback);
    if (!block.what.empty()) return at(block.what);
    if (block.allocated_by.line == 0) return at(fmt::format("block of {} bytes", block.bytes));
    auto line = block.allocated_by;
    line.function = "allocated by " + line.function;
    line.linkage_name.clear();
    return at(line);
  }

 private:
  profile& into_;
  std::map<std::tuple<std::string, std::string, std::int64_t>, std::uint32_t> known_;
};

}  // namespace

profile make_holders_profile(symbols::symboliser& symbols, holder_report const& report)
{
  profile made;
  made.name = "holders";
  made.sample_types = {{"inuse_objects", "count"}, {"inuse_space", "bytes"}};
  made.period_type = {"space", "bytes"};
  made.time_ns =
      std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  frames_of_holders frames(made);
  std::map<std::vector<std::uint32_t>, std::pair<double, double>> sums;
  for (auto const& place : report.places)
    for (auto const& object : place.objects)
    {
      std::vector<std::uint32_t> stack{frames.at(place.line)};
      for (std::size_t i = 1; i < object.holders.size(); ++i)
        stack.push_back(frames.at(object.holders[i]));
      stack.push_back(frames.at(object.root.text));
      auto& [count, bytes] = sums[std::move(stack)];
      count += place.count / static_cast<double>(place.objects.size());
      bytes += place.bytes / static_cast<double>(place.objects.size());
    }
  for (auto const& [stack, sum] : sums)
    made.samples.push_back({stack, {std::llround(sum.first), std::llround(sum.second)}, {}});
  made.mappings = symbols.mappings();
  return made;
}

}  // namespace leaklab::model
