// A block of the heap, told in such a way that it can be named outside the child.
#pragma once

#include "graph/byte_reader.hpp"
#include "graph/heap_snapshot.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace leaklab::graph
{

struct block_record
{
  std::size_t times = 1;  ///< so many blocks in a row are alike, as those of a list are
  std::size_t bytes = 0;
  std::size_t offset = 0;  ///< of the word, or of the object, for which it is told
  /// The block's first word, which is a vtable or a coroutine's function in many; 0 when it refers to
  /// the heap.
  std::uintptr_t first_word = 0;
  /// The words behind the one at `offset`, which in a std::function are the code that it calls; 0 as
  /// above, or where the block ends.
  std::array<std::uintptr_t, 3> words_behind{};
};

struct held_block : block_record
{
  std::vector<std::uintptr_t> stack;  ///< that allocated it, when it is a sampled one
};

/// In a child.
struct told_block
{
  block_record block;
  std::size_t size = 0;                    ///< as the allocator rounds it
  sampled_object const* sample = nullptr;  ///< null when it is none
};

class block_teller
{
 public:
  explicit block_teller(heap_snapshot& heap) noexcept;

  /// False when there was no memory for it.
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(by_address_); }

  /// For what lies at this address in it; 0 for the block as a whole.
  [[nodiscard]] told_block tell(block const& which, std::uintptr_t address) const noexcept;

 private:
  [[nodiscard]] sampled_object const* sample_at(std::uintptr_t address) const noexcept;
  [[nodiscard]] std::uintptr_t word_in(range const& block_bytes, std::uintptr_t at) const noexcept;

  heap_snapshot const& heap_;
  array<sampled_object> by_address_;
};

void write_block(looking_child const& child, told_block const& told) noexcept;
/// False when there is too little left of what the child has written.
bool take_block(byte_reader& from, held_block& into);

}  // namespace leaklab::graph
