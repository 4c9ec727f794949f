// The blocks of tcmalloc's heap: where each begins and ends, from gperftools' public interface alone.
//
// MallocExtension::Ranges has the spans, runs of pages that hold blocks of one size, or one block;
// tc_malloc_size of a span's beginning has the size of its blocks. Which of the small ones are free
// is not known: to a mark they are blocks that nothing leads to, but for stale words.
#pragma once

#include "graph/workspace.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace leaklab::graph
{

/// A run of pages.
struct span_of_blocks : range
{
  std::size_t block = 0;    ///< bytes from one block to the next; 0 where no block is in use
  std::size_t used = 0;     ///< bytes of a block that may hold something
  std::uint64_t first = 0;  ///< the number of its first block, of all in the heap
};

struct block
{
  std::uint32_t span = 0;
  std::uint32_t index = 0;  ///< in its span
};

/// One thread, and nobody else may change the heap meanwhile: for a forked child.
class block_table
{
 public:
  /// False when there is no memory for it. Takes the lock of tcmalloc's page heap: when a thread that
  /// did not come along holds it, this waits for ever.
  [[nodiscard]] bool read(workspace& space) noexcept;

  [[nodiscard]] std::span<span_of_blocks const> spans() const noexcept
  {
    return {spans_.begin(), spans_.end()};
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// Of one page of tcmalloc's, as a power of two.
  [[nodiscard]] unsigned page_shift() const noexcept { return shift_; }
  /// From the first span to the last.
  [[nodiscard]] range extent() const noexcept { return extent_; }

  /// Null where there is no span.
  [[nodiscard]] span_of_blocks const* find_span(std::uintptr_t address) const noexcept
  {
    auto const* const page = find_page(address);
    return page && page->span != 0 ? &spans_[(page->span & ~ends_full) - 1] : nullptr;
  }

  /// Whether the address lies in a block, and in which.
  [[nodiscard]] bool find(std::uintptr_t address, block& found) const noexcept
  {
    auto const* const page = find_page(address);
    if (!page || page->block == 0) return false;
    auto const number = (page->span & ~ends_full) - 1;
    auto const index = index_in(*page, address);
    auto const& span = spans_[number];
    if (span.begin + (index + 1) * span.block > span.end) return false;  // behind the last one
    found = {number, index};
    return true;
  }

  static constexpr std::uint64_t no_number = ~std::uint64_t(0);

  /// The number of the block in which an address lies that may lie in one. It takes what ask_for() has
  /// asked for, and so less time than find().
  [[nodiscard]] std::uint64_t number_at(std::uintptr_t address) const noexcept
  {
    auto const* const page = find_page(address);
    if (!page || page->block == 0) return no_number;
    return std::uint64_t(page->first) + index_in(*page, address);
  }
  void ask_for(std::uintptr_t address) const noexcept
  {
    if (auto const* const page = find_page(address)) __builtin_prefetch(page);
  }

  [[nodiscard]] std::uint64_t number_of(block const& which) const noexcept
  {
    return spans_[which.span].first + which.index;
  }
  /// What of a block may hold something.
  [[nodiscard]] range bytes_of(block const& which) const noexcept
  {
    auto const& span = spans_[which.span];
    auto const begin = span.begin + which.index * span.block;
    return {begin, begin + span.used};
  }

  /// The span that ends where this address is the first behind it, if it may be one block that goes on
  /// to its end: then the address may be one of the block's, as the top of a stack that a program keeps
  /// instead of its beginning. Null otherwise. `address` begins a page.
  [[nodiscard]] span_of_blocks const* find_full_span_before(std::uintptr_t address) const noexcept
  {
    auto const* const last = find_page(address - 1);
    auto const* const before =
        last && (last->span & ends_full) != 0 ? find_span(address - 1) : nullptr;
    return before && before->end == address ? before : nullptr;
  }

  /// Says that a span is one block, of which `size` bytes were asked for.
  void take_as_one(span_of_blocks const& span, std::size_t size) noexcept
  {
    auto& changed = spans_[static_cast<std::size_t>(&span - spans_.begin())];
    changed.block = changed.size();
    set_full(changed, size >= changed.size());
  }
  /// Numbers the blocks. After the last take_as_one(), before number_of().
  void number_blocks() noexcept;

  [[nodiscard]] std::size_t bytes() const noexcept { return spans_.most_bytes() + leaf_bytes_; }

 private:
  /// What a mark asks of each reference, small enough to stay in a processor's cache.
  struct page_entry
  {
    std::uint32_t span;    // its number, from 1, and ends_full
    std::uint32_t before;  // bytes of the span before this page; 0 where it is one block
    std::uint32_t block;   // bytes; 0 where none is in use, the most where the span is one
    std::uint32_t first;   // the number of the span's first block
  };
  static constexpr std::uint32_t ends_full = std::uint32_t(1) << 31;  // see find_full_span_before()
  static constexpr unsigned leaf_bits = 15;
  static constexpr std::uintptr_t leaf_mask = (std::uintptr_t(1) << leaf_bits) - 1;

  /// Null far from all spans.
  [[nodiscard]] page_entry const* find_page(std::uintptr_t address) const noexcept
  {
    if (!extent_.contains(address)) return nullptr;
    auto const page = address >> shift_;
    page_entry const* const leaf = leaves_[page >> leaf_bits];
    return leaf ? &leaf[page & leaf_mask] : nullptr;
  }
  void set_full(span_of_blocks const& span, bool is_full) noexcept
  {
    auto const page = (span.end - 1) >> shift_;
    auto& entry = leaves_[page >> leaf_bits][page & leaf_mask];
    entry.span = (entry.span & ~ends_full) | (is_full ? ends_full : 0);
  }

  [[nodiscard]] std::uint32_t index_in(page_entry const& page,
                                       std::uintptr_t address) const noexcept
  {
    auto const in_page = static_cast<std::uint32_t>(address & ((std::uintptr_t(1) << shift_) - 1));
    return (page.before + in_page) / page.block;
  }

  array<span_of_blocks> spans_;
  array<page_entry*> leaves_;  // the entries of so many pages each
  std::size_t leaf_bytes_ = 0;
  std::uint64_t count_ = 0;
  unsigned shift_ = 0;
  range extent_;
};

}  // namespace leaklab::graph
