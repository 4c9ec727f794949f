#include "unwind/frame_rule_table.hpp"

#include "library_range.hpp"
#include "unwind/capture.hpp"

#include <sys/auxv.h>

#include <algorithm>
#include <array>
#include <atomic>

namespace leaklab
{
namespace
{

// A table of rules, one word each: 35 bits of the address, then the rule. The other 12 bits of an
// address are the word's place in the table. As words are read and written whole, threads need no
// lock.
constexpr unsigned address_bits = 47;  // of a program's half of the address space
constexpr unsigned place_bits = 12;
constexpr unsigned tag_bits = address_bits - place_bits;
constexpr unsigned rule_bits = 64 - tag_bits;
constexpr unsigned size_bits = 16;
constexpr unsigned saved_bits = 8;

// A rule, from its lowest bit: whether there is none, whether there is one, its base, and its two
// numbers, which are multiples of 8.
constexpr std::uint64_t no_rule = 1;
constexpr std::uint64_t some_rule = 2;
constexpr std::uint64_t from_rbp = 4;
constexpr unsigned size_at = 3;
constexpr unsigned saved_at = size_at + size_bits - 3;
static_assert(saved_at + saved_bits - 3 <= rule_bits);

std::array<std::atomic<std::uint64_t>, std::size_t(1) << place_bits> rules;

// Stacks lie outside of what AddressSanitizer lets a function read, and ThreadSanitizer does not
// see what a call writes there. Nor may what is inlined there be built for them: it would leave the
// stack marked as out of use.
#define LEAKLAB_NOT_SANITIZED __attribute__((no_sanitize("address", "thread")))

struct rule_slot
{
  std::atomic<std::uint64_t>& word;
  std::uint64_t tag;

  // Multiplication by an odd number is a permutation: no two addresses have both place and tag in
  // common.
  LEAKLAB_NOT_SANITIZED static rule_slot of(std::uintptr_t address) noexcept
  {
    auto const mixed = address * 0x9e3779b97f4a7c15 & ((std::uint64_t(1) << address_bits) - 1);
    return {rules[mixed >> tag_bits], mixed & ((std::uint64_t(1) << tag_bits) - 1)};
  }
};

/// Never 0, which is an empty slot.
std::uint64_t encode(std::optional<frame_rule> const& rule) noexcept
{
  if (!rule || rule->size >> size_bits || rule->saved_rbp >> saved_bits) return no_rule;
  return some_rule | (rule->from_rbp ? from_rbp : 0) | std::uint64_t(rule->size / 8) << size_at |
         std::uint64_t(rule->saved_rbp / 8) << saved_at;
}

std::uint32_t number(std::uint64_t word, unsigned at, unsigned bits) noexcept
{
  return static_cast<std::uint32_t>(8 * (word >> at & ((1U << (bits - 3)) - 1)));
}

std::uint32_t size_of(std::uint64_t word) noexcept
{
  return number(word, size_at, size_bits);
}

std::uint32_t saved_rbp_of(std::uint64_t word) noexcept
{
  return number(word, saved_at, saved_bits);
}

std::array<library_range, 6> lasting;
std::atomic<bool> lasting_known{false};

bool lasts(std::uintptr_t address) noexcept
{
  if (!lasting_known.load(std::memory_order_acquire)) return false;
  auto const* const at = reinterpret_cast<void const*>(address);
  return std::ranges::any_of(lasting,
                             [&](library_range const& range) { return range.contains(at); });
}

/// Apart from find(), which it would make slow.
[[gnu::noinline]] std::uint64_t read_and_keep(std::uintptr_t return_address,
                                              rule_slot slot) noexcept
{
  if (!lasts(return_address)) return no_rule;
  auto const code = encode(read_frame_rule(return_address));
  slot.word.store(slot.tag << rule_bits | code, std::memory_order_relaxed);
  return code;
}

/// The rule as it is in the table: a frame_rule would pass through memory, at half the speed.
[[gnu::always_inline]] LEAKLAB_NOT_SANITIZED inline std::uint64_t find(
    std::uintptr_t return_address) noexcept
{
  if (return_address >> address_bits) return no_rule;
  auto const slot = rule_slot::of(return_address);
  auto const word = slot.word.load(std::memory_order_relaxed);
  if (word && word >> rule_bits == slot.tag) [[likely]]
    return word;
  return read_and_keep(return_address, slot);
}

}  // namespace

std::optional<frame_rule> find_frame_rule(std::uintptr_t return_address) noexcept
{
  auto const word = find(return_address);
  if (word & no_rule) return std::nullopt;
  return frame_rule{size_of(word), (word & from_rbp) != 0, saved_rbp_of(word)};
}

LEAKLAB_NOT_SANITIZED std::size_t follow_rules(void** stack, std::size_t size,
                                               std::size_t skip) noexcept
{
  if (size == 0) return 0;
  // Whoever asks for its address has a frame pointer.
  auto const* const first = static_cast<std::uintptr_t const*>(__builtin_frame_address(0));
  auto rbp = first[0];
  auto address = first[1];
  auto rsp = reinterpret_cast<std::uintptr_t>(first + 2);

  for (std::size_t depth = 0;;)
  {
    if (address == 0) return depth;
    if (skip > 0)
      --skip;
    else
      stack[depth++] = reinterpret_cast<void*>(address);
    if (depth == size) return depth;

    auto const rule = find(address);
    if (rule & no_rule) return 0;
    auto const frame_size = size_of(rule);
    if (frame_size == 0) return depth;
    auto const callers = (rule & from_rbp ? rbp : rsp) + frame_size;
    if (callers <= rsp || callers % 8 != 0) return 0;  // stacks grow down
    rsp = callers;
    address = *reinterpret_cast<std::uintptr_t const*>(rsp - 8);
    if (auto const saved = saved_rbp_of(rule))
      rbp = *reinterpret_cast<std::uintptr_t const*>(rsp - saved);
  }
}

void prepare_frame_rules()
{
  [[maybe_unused]] static bool const once = []
  {
    lasting = {library_range::of_object(reinterpret_cast<void*>(&prepare_frame_rules)),
               library_range::of_object(reinterpret_cast<void*>(getauxval(AT_ENTRY))),
               library_range(dlsym(RTLD_DEFAULT, "leaklab_descriptors")),
               library_range(dlsym(RTLD_DEFAULT, "tc_malloc")),
               library_range(dlsym(RTLD_DEFAULT, "__cxa_throw")),
               library_range(dlsym(RTLD_DEFAULT, "gnu_get_libc_version"))};
    lasting_known.store(true, std::memory_order_release);
    return true;
  }();
}

}  // namespace leaklab
