#include "graph/held_block.hpp"

#include <gperftools/nallocx.h>

#include <algorithm>
#include <span>

namespace leaklab::graph
{

block_teller::block_teller(heap_snapshot& heap) noexcept
    : heap_(heap), by_address_(heap.space(), heap.samples().size())
{
  if (!by_address_) return;
  for (auto const& each : heap.samples())
    by_address_.push(each);
  std::sort(by_address_.begin(), by_address_.end(),
            [](auto const& a, auto const& b) { return a.address < b.address; });
}

told_block block_teller::tell(block const& which, std::uintptr_t address) const noexcept
{
  auto const bytes = heap_.blocks().bytes_of(which);
  told_block found;
  found.sample = sample_at(bytes.begin);
  found.size = found.sample ? nallocx(found.sample->size, 0) : bytes.size();
  found.block.bytes = found.sample ? found.sample->size : found.size;
  found.block.first_word = word_in(bytes, bytes.begin);
  if (address == 0) return found;
  found.block.offset = address - bytes.begin;
  for (auto& word : found.block.words_behind)
    word = word_in(bytes, address += sizeof address);
  return found;
}

sampled_object const* block_teller::sample_at(std::uintptr_t address) const noexcept
{
  auto const* const found = std::lower_bound(by_address_.begin(), by_address_.end(), address,
                                             [](sampled_object const& each, std::uintptr_t wanted)
                                             { return each.address < wanted; });
  return found != by_address_.end() && found->address == address ? found : nullptr;
}

/// 0 for one that refers to the heap.
std::uintptr_t block_teller::word_in(range const& block_bytes, std::uintptr_t at) const noexcept
{
  auto const word = at + sizeof at <= block_bytes.end ? load<std::uintptr_t>(at) : 0;
  return heap_.blocks().find_span(word) ? 0 : word;
}

void write_block(looking_child const& child, told_block const& told) noexcept
{
  auto const stack = told.sample ? told.sample->stack : std::span<void* const>();
  auto const depth = stack.size();
  child.write(&told.block, sizeof told.block);
  child.write(&depth, sizeof depth);
  child.write(stack.data(), stack.size_bytes());
}

bool take_block(byte_reader& from, held_block& into)
{
  std::size_t depth = 0;
  return from.take(static_cast<block_record&>(into)) && from.take(depth) &&
         from.take(into.stack, depth);
}

}  // namespace leaklab::graph
