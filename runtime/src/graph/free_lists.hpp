// Which blocks are free: old words may refer to them, and they are full of old words themselves.
//
// tcmalloc links free blocks through their first words, and keeps the heads of these lists in three
// places: in the cache of each thread, in the transfer cache of each size, and in each span. To take
// the blocks from malloc, as a fork could, would need no knowledge of these, but would copy each page
// that has a free block, and wait for ever where a thread stood still with a lock of malloc's. So the
// lists are read, and believed only where their blocks are as many as the record says, all of them of
// the right size or span, and the last one ends the list. A block whose list is not believed is one
// that may be in use.
#pragma once

#include "graph/block_table.hpp"
#include "graph/tcmalloc_records.hpp"
#include "graph/workspace.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace leaklab::graph
{

/// `Found` is called with each free block.
template <class Found>
class free_lists
{
 public:
  free_lists(block_table const& blocks, Found found) noexcept : blocks_(blocks), found_(found) {}

  /// Those of threads and of spans, whose records lie in memory that tcmalloc has taken for itself.
  void find_in_metadata(range const& memory) noexcept
  {
    for_each_place<free_list_record>(memory,
                                     [this](std::uintptr_t at)
                                     {
                                       take_thread_list(at);
                                       take_span(at);
                                     });
  }

  /// Those of the transfer caches, which are variables of the library's.
  void find_in_variables(range const& memory) noexcept
  {
    for_each_place<transfer_cache_record>(memory,
                                          [this](std::uintptr_t at) { take_transfer_cache(at); });
  }

 private:
  static constexpr std::size_t most_moved = 1 << 16;  // blocks at a time, between caches

  struct walk
  {
    std::size_t length = 0;
    std::uintptr_t last = 0;
    bool has_ended = false;  // with the end of the list
  };

  template <class Record, class Take>
  static void for_each_place(range const& memory, Take take) noexcept
  {
    for (auto at = memory.begin; at + sizeof(Record) <= memory.end; at += sizeof(std::uintptr_t))
      take(at);
  }

  /// Over at most so many blocks whose spans `belongs`.
  template <class Belongs, class Visit>
  walk follow(std::uintptr_t first, std::size_t most, Belongs belongs, Visit visit) const noexcept
  {
    walk done;
    block which;
    auto at = first;
    for (; done.length != most && blocks_.find(at, which) && blocks_.bytes_of(which).begin == at &&
           belongs(blocks_.spans()[which.span]);
         ++done.length)
    {
      visit(which);
      done.last = at;
      at = load<std::uintptr_t>(at);
    }
    done.has_ended = at == 0;
    return done;
  }

  /// Whether the list is what `expected` says of its walk; then its blocks are free.
  template <class Belongs, class Expected>
  bool take(std::uintptr_t first, std::size_t most, Belongs belongs, Expected expected) noexcept
  {
    auto const seen = follow(first, most, belongs, [](block const&) {});
    if (!seen.has_ended || !expected(seen)) return false;
    follow(first, most, belongs, found_);
    return true;
  }

  void take_thread_list(std::uintptr_t at) noexcept
  {
    auto const list = load<free_list_record>(at);
    if (list.length == 0 || list.block_size <= 0) return;
    auto const size = static_cast<std::size_t>(list.block_size);
    take(
        list.first, list.length, [size](span_of_blocks const& span) { return span.block == size; },
        [&list](walk const& seen) { return seen.length == list.length; });
  }

  void take_span(std::uintptr_t at) noexcept
  {
    auto const record = load<span_record>(at);
    auto const begin = record.start << blocks_.page_shift();
    if (begin >> blocks_.page_shift() != record.start) return;
    auto const* const span = blocks_.find_span(begin);
    if (!span || span->begin != begin || span->block == 0 ||
        span->size() >> blocks_.page_shift() != record.length)
      return;
    auto const count = span->size() / span->block;
    if (record.in_use >= count) return;
    take(
        record.content, count, [span](span_of_blocks const& each) { return &each == span; },
        [&](walk const& seen) { return seen.length + record.in_use == count; });
  }

  void take_transfer_cache(std::uintptr_t at) noexcept
  {
    transfer_cache_record const& cache = *reinterpret_cast<transfer_cache_record const*>(at);
    if (cache.used <= 0 || cache.used > cache.size || cache.size > cache.most ||
        cache.most > static_cast<std::int32_t>(cache.slots.size()))
      return;
    block which;
    if (!blocks_.find(cache.slots[0].first, which)) return;
    auto const size = blocks_.spans()[which.span].block;
    auto const is_of_size = [size](span_of_blocks const& span) { return span.block == size; };
    // The lists of all slots are of one length.
    auto const length =
        follow(cache.slots[0].first, most_moved, is_of_size, [](block const&) {}).length;
    auto const used = static_cast<std::size_t>(cache.used);
    bool const is_one =
        std::all_of(cache.slots.begin(), cache.slots.begin() + used,
                    [&](transfer_cache_record::slot const& slot)
                    {
                      auto const seen = follow(slot.first, length, is_of_size, [](block const&) {});
                      return seen.has_ended && seen.length == length && seen.last == slot.last;
                    });
    if (!is_one) return;
    for (std::size_t i = 0; i != used; ++i)
      follow(cache.slots[i].first, length, is_of_size, found_);
  }

  block_table const& blocks_;
  Found found_;
};

}  // namespace leaklab::graph
