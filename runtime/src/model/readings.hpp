// Amounts by stack at moments past: what was there before a rise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace leaklab::model
{

/// Bytes or counts by the stack that they belong to: return addresses, innermost first.
using amounts_by_stack = std::map<std::vector<std::uintptr_t>, double>;

/// Keeps the largest amounts of each of a few readings. The older they are, the farther apart: of
/// any moment there is one that was taken before it, and not half as long again ago. One thread.
class readings
{
 public:
  /// By a hash of the stack.
  using kept = std::unordered_map<std::uint64_t, float>;

  void add(double seconds, amounts_by_stack const& amounts);

  /// The last reading up to then; the first one when there is none before.
  [[nodiscard]] kept before(double seconds) const;

  [[nodiscard]] static std::uint64_t hash(std::vector<std::uintptr_t> const& stack) noexcept;

  [[nodiscard]] std::size_t bytes() const noexcept;

 private:
  static constexpr std::size_t most_readings = 24;
  static constexpr std::size_t most_stacks = 512;

  using amount = std::pair<std::uint64_t, float>;

  struct reading
  {
    double seconds = 0;
    // No vector: its end is the address of what lies behind, which a mark of the heap (graph/mark.hpp)
    // would take for a reference.
    std::unique_ptr<amount[]> amounts;
    std::size_t count = 0;
  };

  std::vector<reading> readings_;  // the oldest first
};

}  // namespace leaklab::model
