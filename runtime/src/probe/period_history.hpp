// Which sampling period the samples without a note of it were drawn with (note_in_allocator_stacks
// in stack_trace.hpp): all on Ubuntu, elsewhere those from before the first note.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace leaklab
{

/// Objects of one stack and size are of one kind.
using stack_and_size = std::pair<std::vector<std::uintptr_t>, std::size_t>;

/// When the period changes, this remembers how many samples of each kind were drawn with the ones
/// before.
class period_history
{
 public:
  using counts = std::map<stack_and_size, std::uint64_t>;

  struct drawn
  {
    std::int64_t period;
    std::uint64_t count;
  };

  /// The live samples, each kind split by the period that it was drawn with, the earliest first.
  /// Those of a kind that are gone count as the latest.
  [[nodiscard]] std::map<stack_and_size, std::vector<drawn>> attribute(counts const& live) const
  {
    std::map<stack_and_size, std::vector<drawn>> result;
    for (auto const& [kind, count] : live)
    {
      std::vector<drawn> parts;
      std::uint64_t rest = count;
      if (auto const known = earlier_.find(kind); known != earlier_.end())
        for (auto const& before : known->second)
          if (auto const part = std::min(rest, before.count); part > 0)
          {
            parts.push_back({before.period, part});
            rest -= part;
          }
      if (rest > 0) parts.push_back({latest_, rest});
      result.emplace(kind, std::move(parts));
    }
    return result;
  }

  /// `read_live` is asked for the live samples when `period`, which is above 0, is another one.
  template <class ReadLive>
  void change_to(std::int64_t period, ReadLive read_live)
  {
    if (period == latest_) return;
    if (latest_ > 0) earlier_ = attribute(read_live());
    latest_ = period;
  }

 private:
  std::map<stack_and_size, std::vector<drawn>> earlier_;
  std::int64_t latest_ = 0;  // above 0 once sampling was on: samples outlive its end
};

}  // namespace leaklab
