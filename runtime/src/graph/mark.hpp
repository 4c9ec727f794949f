// A mark: which blocks of the heap can be reached from its roots.
//
// Conservative: a word that could be the address of any byte of a block refers to it. A word is
// taken at each multiple of four bytes, as in the packed epoll_event. Bits that a program may keep
// in a pointer do not hide it: the lowest ones, as any byte counts; the highest seventeen, which are
// masked; or the lowest sixteen of a pointer that was shifted to make room for them. The address
// behind a block of whole pages counts, too. What is hidden in another way, such as by exclusive or,
// or as an offset, is not seen.
#pragma once

#include "graph/block_table.hpp"
#include "graph/workspace.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace leaklab::graph
{

/// Tells most words from addresses of the heap by bits 32 to 46. The heap lies in one or two parts of
/// the address space, that of sbrk and that of mmap.
class filter
{
 public:
  explicit filter(block_table const& blocks) noexcept
  {
    auto const spans = blocks.spans();
    std::size_t split = 0;  // the first span behind the widest gap
    for (std::size_t i = 1; i < spans.size(); ++i)
      if (split == 0 ||
          spans[i].begin - spans[i - 1].end > spans[split].begin - spans[split - 1].end)
        split = i;
    if (spans.empty()) return;
    first_ = part(spans[0].begin, spans[split == 0 ? spans.size() - 1 : split - 1].end);
    second_ = split == 0 ? first_ : part(spans[split].begin, spans.back().end);
  }

  [[nodiscard]] bool is_upper_part(std::uint16_t bits) const noexcept
  {
    auto const upper = static_cast<std::uint16_t>(bits & used_bits);
    return static_cast<std::uint16_t>(upper - first_.begin) <= first_.width ||
           static_cast<std::uint16_t>(upper - second_.begin) <= second_.width;
  }

  using lanes = std::uint16_t __attribute__((vector_size(16)));

  /// What there is to compare with: the fewer, the faster.
  enum class form
  {
    value,
    interval,
    two_intervals
  };
  [[nodiscard]] form shape() const noexcept
  {
    if (first_.begin != second_.begin || first_.width < second_.width) return form::two_intervals;
    return first_.width == 0 ? form::value : form::interval;
  }

  /// The same of each half word from here: where it could be, all bits are set.
  template <form shape>
  [[nodiscard]] lanes are_upper_parts(std::uintptr_t address) const noexcept
  {
    auto const bits = load<lanes>(address) & used_bits;
    if constexpr (shape == form::value) return reinterpret_cast<lanes>(bits == first_.begin);
    auto found = bits - first_.begin <= first_.width;
    if constexpr (shape == form::two_intervals) found |= bits - second_.begin <= second_.width;
    return reinterpret_cast<lanes>(found);
  }

 private:
  static constexpr std::uint16_t used_bits = 0x7fff;  // of 16; addresses have 47 bits

  struct interval
  {
    std::uint16_t begin = 1;
    std::uint16_t width = 0;
  };

  static interval part(std::uintptr_t begin, std::uintptr_t end) noexcept
  {
    return {static_cast<std::uint16_t>(begin >> 32),
            static_cast<std::uint16_t>((end >> 32) - (begin >> 32))};
  }

  interval first_;
  interval second_;
};

enum class referrers
{
  forgotten,
  kept  ///< eight bytes more for each block
};

/// Breadth first, so that the way to each block is a shortest one. One thread; the heap must not
/// change meanwhile.
class mark
{
 public:
  mark(workspace& space, block_table const& blocks,
       graph::referrers referrers = graph::referrers::forgotten) noexcept
      : blocks_(blocks),
        filter_(blocks),
        is_marked_(space, blocks.count() / 64 + 1),
        open_(space, blocks.count())
  {
    if (referrers == graph::referrers::forgotten) return;
    referrers_ = array<std::uintptr_t>(space, blocks.count());
    is_whole_ = static_cast<bool>(referrers_);
  }

  /// False when there was no memory for it.
  [[nodiscard]] explicit operator bool() const noexcept { return is_whole_ && is_marked_ && open_; }

  /// Words that refer to this block count for nothing. Before the first root.
  void ignore(block const& free) noexcept
  {
    auto const number = blocks_.number_of(free);
    is_marked_[number / 64] |= std::uint64_t(1) << number % 64;
  }

  /// Two kinds of references count only when add_ends() says so, as most are none: an address behind a
  /// block of whole pages, which is that of the next block, too; and the end of a std::vector that
  /// fills its block, to the next one. Before the first root.
  void put_off_ends(workspace& space) noexcept { ends_ = array<word>(space, most_ends); }
  void add_ends() noexcept
  {
    for (auto const& each : std::exchange(ends_, {}))
      reach(each.address, each.at);
  }

  /// Marks what the words of `root` refer to. It must be readable.
  void add(range const& root) noexcept
  {
    scan(root, [](std::uintptr_t) { return true; });
  }

  /// The same, but a word that could be the head of a list of free blocks is none of the program's:
  /// the address of a block that begins with 0, or with the address of another block of its size.
  void add_without_free_lists(range const& root) noexcept
  {
    scan(root, [this](std::uintptr_t address) { return !is_free_list(address); });
  }

  /// Marks what those blocks refer to, and so on.
  void follow() noexcept
  {
    do
    {
      for (; next_ != open_.size(); ++next_)
      {
        if (next_ + blocks_ahead < open_.size()) fetch(open_[next_ + blocks_ahead]);
        scan(open_[next_], [](std::uintptr_t) { return true; });
        constexpr std::size_t piece = 1 << 16;
        if (next_ % piece == piece - 1)  // what is behind is not needed again
          ::madvise(&open_[next_ + 1 - piece], piece * sizeof(range), MADV_DONTNEED);
        most_open_ = std::max(most_open_, open_.size() - next_ / piece * piece);
      }
      look_up_all();
    } while (next_ != open_.size());
  }

  [[nodiscard]] bool has_reached(block const& which) const noexcept
  {
    return is_marked(blocks_.number_of(which));
  }
  /// Whether the address lies in a block that was not reached.
  [[nodiscard]] bool has_missed(std::uintptr_t address) const noexcept
  {
    block which;
    return blocks_.find(address, which) && !has_reached(which);
  }
  /// The address of the word that led to a block that was reached.
  [[nodiscard]] std::uintptr_t referrer_of(block const& which) const noexcept
  {
    return referrers_[blocks_.number_of(which)];
  }
  [[nodiscard]] std::uint64_t reached() const noexcept { return open_.size(); }
  /// What it has taken of memory.
  [[nodiscard]] std::size_t bytes() const noexcept
  {
    return is_marked_.capacity() * sizeof(std::uint64_t) + most_open_ * sizeof(range) +
           referrers_.capacity() * sizeof(std::uintptr_t);
  }

 private:
  // What is needed lies all over the memory, and most of the time would go into waiting for it. So it
  // is asked for, and looked at when some others have had their turn. Nobody overtakes, so the order
  // stays breadth first.
  static constexpr std::size_t blocks_ahead = 8;
  static constexpr std::size_t most_ends = 1 << 20;
  static constexpr std::size_t words_ahead = 64;

  struct word
  {
    std::uintptr_t address;
    std::uintptr_t at;  // where it was read
  };

  static void fetch(range const& bytes) noexcept
  {
    constexpr std::size_t line = 64;
    constexpr std::size_t most = 16 * line;  // the processor foresees the rest
    for (auto at = bytes.begin; at < std::min(bytes.end, bytes.begin + most); at += line)
      __builtin_prefetch(reinterpret_cast<void const*>(at));
  }

  void visit(word const& last) noexcept
  {
    blocks_.ask_for(last.address);
    auto& place = waiting_[visited_++ % words_ahead];
    if (visited_ > words_ahead) look_up(place);
    place = last;
  }

  void look_up_all() noexcept
  {
    for (auto i = visited_ - std::min(visited_, words_ahead); i != visited_; ++i)
      look_up(waiting_[i % words_ahead]);
    visited_ = 0;
  }

  /// An address outside the heap is nothing.
  void look_up(word const& which) noexcept
  {
    reach(which.address, which.at);
    if (which.address % page != 0) return;
    if (auto const* const before = blocks_.find_full_span_before(which.address))
      if (word const end{before->begin, which.at}; !ends_.push(end)) reach(end.address, end.at);
  }

  void reach(std::uintptr_t address, std::uintptr_t at) noexcept
  {
    auto const number = blocks_.number_at(address);
    if (number == block_table::no_number || is_marked(number)) return;
    block found;
    if (!blocks_.find(address, found)) return;
    if (ends_ && is_end_of_vector(address, at, found) && ends_.push({address, at})) return;
    is_marked_[number / 64] |= std::uint64_t(1) << number % 64;
    open_.push(blocks_.bytes_of(found));
    if (referrers_) referrers_[number] = at;
  }

  /// Of the words begin, end, end of capacity one of the last two, where the block before ends.
  [[nodiscard]] bool is_end_of_vector(std::uintptr_t address, std::uintptr_t at,
                                      block const& next) const noexcept
  {
    constexpr auto size = sizeof address;
    block last;
    if (blocks_.bytes_of(next).begin != address || !blocks_.find(address - 1, last)) return false;
    bool const has_neighbours = at % page >= 2 * size && at % page <= page - 2 * size;
    if (!has_neighbours) return false;
    auto const begin = blocks_.bytes_of(last).begin;
    auto const before = load<std::uintptr_t>(at - size);
    bool const is_end = before == begin && load<std::uintptr_t>(at + size) == address;
    bool const is_end_of_capacity =
        load<std::uintptr_t>(at - 2 * size) == begin && begin <= before && before <= address;
    return is_end || is_end_of_capacity;
  }

  [[nodiscard]] bool is_marked(std::uint64_t number) const noexcept
  {
    return (is_marked_[number / 64] >> number % 64 & 1) != 0;
  }

  [[nodiscard]] bool is_free_list(std::uintptr_t address) const noexcept
  {
    block head;
    if (!blocks_.find(address, head) || blocks_.bytes_of(head).begin != address) return false;
    auto const next = load<std::uintptr_t>(address);
    block second;
    return next == 0 || (blocks_.find(next, second) && blocks_.bytes_of(second).begin == next &&
                         blocks_.spans()[second.span].block == blocks_.spans()[head.span].block);
  }

  /// `counts` says of an address whether it does.
  template <class Counts>
  void scan(range const& bytes, Counts counts) noexcept
  {
    using enum filter::form;
    switch (filter_.shape())
    {
      case value:
        return scan<value>(bytes, counts);
      case interval:
        return scan<interval>(bytes, counts);
      case two_intervals:
        return scan<two_intervals>(bytes, counts);
    }
  }

  template <filter::form shape, class Counts>
  void scan(range const& bytes, Counts counts) noexcept
  {
    // Of each word the upper half is looked at first, as it tells most words from addresses; many at
    // once, as most tell it.
    constexpr std::size_t half = sizeof(std::uint32_t);
    constexpr std::size_t lane = sizeof(filter::lanes);
    constexpr std::size_t at_once = 4;
    auto const end = bytes.end / half * half;
    auto at = (bytes.begin + half - 1) / half * half + half;
    filter const is_of_heap = filter_;  // which no write can change
    for (; at + at_once * lane <= end; at += at_once * lane)
    {
      filter::lanes any{};
#pragma GCC unroll 4
      for (std::size_t i = 0; i != at_once; ++i)
        any |= is_of_heap.are_upper_parts<shape>(at + i * lane);
      std::array<std::uint64_t, 2> words;
      std::memcpy(words.data(), &any, sizeof any);
      if ((words[0] | words[1]) == 0) [[likely]]
        continue;
      for (std::size_t i = 0; i != at_once; ++i)
        look_at(at + i * lane, is_of_heap.are_upper_parts<shape>(at + i * lane), counts);
    }
    for (; at + half <= end; at += half)
      for (std::size_t part = 0; part != half; part += sizeof(std::uint16_t))
        if (is_of_heap.is_upper_part(load<std::uint16_t>(at + part))) look_at(at + part, counts);
  }

  /// At the words whose upper parts are those half words from here of which all bits are set.
  template <class Counts>
  void look_at(std::uintptr_t begin, filter::lanes const& which, Counts counts) noexcept
  {
    std::array<std::uint64_t, 2> words;
    std::memcpy(words.data(), &which, sizeof which);
    for (std::size_t i = 0; i != words.size(); ++i)
      for (auto left = words[i]; left != 0;)
      {
        auto const bit = static_cast<std::size_t>(std::countr_zero(left));
        left &= ~(std::uint64_t(0xffff) << bit);
        look_at(begin + i * sizeof left + bit / 8, counts);
      }
  }

  /// At the word whose upper part is this half word: its bits 32 to 47, or, of a pointer that was
  /// shifted, its highest.
  template <class Counts>
  void look_at(std::uintptr_t upper_part, Counts counts) noexcept
  {
    constexpr std::uint64_t low_47_bits = (std::uint64_t(1) << 47) - 1;
    constexpr std::uintptr_t half = sizeof(std::uint32_t);
    auto const begin = upper_part / half * half - half;
    auto const shift = upper_part % half * 8;
    auto const address = load<std::uint64_t>(begin) >> shift & low_47_bits;
    if (counts(address)) visit({address, begin});
  }

  static constexpr std::uintptr_t page = 4096;  // the smallest that tcmalloc may have

  block_table const& blocks_;
  filter filter_;
  array<std::uint64_t> is_marked_;
  array<range> open_;  // blocks that were reached, in the order in which they are looked into
  array<std::uintptr_t> referrers_;
  array<word> ends_;  // put off
  std::array<word, words_ahead> waiting_;
  std::size_t visited_ = 0;
  std::size_t next_ = 0;
  std::size_t most_open_ = 0;
  bool is_whole_ = true;
};

}  // namespace leaklab::graph
