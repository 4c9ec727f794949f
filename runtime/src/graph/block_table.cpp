#include "graph/block_table.hpp"

#include <gperftools/malloc_extension.h>
#include <gperftools/tcmalloc.h>
#include <sys/mman.h>

#include <bit>

namespace leaklab::graph
{
namespace
{

constexpr unsigned address_bits = 47;

/// Calls `found` with each range, in the order of their addresses.
template <class Found>
void for_each_range(Found found)
{
  MallocExtension::instance()->Ranges(
      &found, [](void* to, base::MallocRange const* range) { (*static_cast<Found*>(to))(*range); });
}

}  // namespace

bool block_table::read(workspace& space) noexcept
{
  std::size_t ranges = 0;
  std::uintptr_t all_bits = 0;
  for_each_range(
      [&](base::MallocRange const& each)
      {
        ++ranges;
        all_bits |= each.address | each.length;
      });
  if (ranges == 0) return false;
  shift_ = static_cast<unsigned>(std::countr_zero(all_bits));
  spans_ = array<span_of_blocks>(space, ranges);
  leaves_ = array<page_entry*>(space, std::size_t(1) << (address_bits - shift_ - leaf_bits));
  if (!spans_ || !leaves_) return false;
  for_each_range(
      [this](base::MallocRange const& each)
      {
        span_of_blocks span;
        span.begin = each.address;
        span.end = each.address + each.length;
        if (each.type == base::MallocRange::INUSE)
          span.block = span.used = tc_malloc_size(reinterpret_cast<void*>(each.address));
        spans_.push(span);
      });
  extent_ = {spans_[0].begin, spans_[spans_.size() - 1].end};

  constexpr std::size_t leaf_pages = std::size_t(1) << leaf_bits;
  array<page_entry> leaves;  // one behind the other
  auto const last = (extent_.end - 1) >> shift_ >> leaf_bits;
  std::size_t needed = 0;
  auto counted = ~std::uintptr_t(0);
  for (auto const& span : spans_)
    for (auto leaf = span.begin >> shift_ >> leaf_bits;
         leaf <= (span.end - 1) >> shift_ >> leaf_bits; ++leaf)
      if (leaf != counted)
      {
        counted = leaf;
        ++needed;
      }
  if (last >= leaves_.capacity()) return false;
  leaf_bytes_ = needed * leaf_pages * sizeof(page_entry);
  leaves = array<page_entry>(space, needed * leaf_pages);
  if (!leaves) return false;
  // Where this is large, a mark would wait for the processor to find its pages.
  ::madvise(leaves.begin(), leaf_bytes_, MADV_HUGEPAGE);
  std::size_t used = 0;
  for (std::size_t i = 0; i != spans_.size(); ++i)
  {
    for (auto page = spans_[i].begin >> shift_; page != spans_[i].end >> shift_; ++page)
    {
      auto*& leaf = leaves_[page >> leaf_bits];
      if (!leaf) leaf = &leaves[used++ * leaf_pages];
      leaf[page & leaf_mask].span = static_cast<std::uint32_t>(i + 1);
    }
    set_full(spans_[i], spans_[i].block == spans_[i].size());
  }
  number_blocks();
  return count_ <= std::uint32_t(-1);
}

void block_table::number_blocks() noexcept
{
  count_ = 0;
  for (auto& span : spans_)
  {
    span.first = count_;
    if (span.block == 0) continue;
    bool const is_one = span.block == span.size();
    for (auto page = span.begin; page != span.end; page += std::uintptr_t(1) << shift_)
    {
      auto& entry = leaves_[page >> shift_ >> leaf_bits][page >> shift_ & leaf_mask];
      entry.before = is_one ? 0 : static_cast<std::uint32_t>(page - span.begin);
      entry.block = is_one ? ~std::uint32_t(0) : static_cast<std::uint32_t>(span.block);
      entry.first = static_cast<std::uint32_t>(count_);
    }
    count_ += span.size() / span.block;
  }
}

}  // namespace leaklab::graph
