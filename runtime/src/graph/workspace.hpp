// Memory for a look at the heap: apart from the heap, and known, so that the look does not take what
// it has written itself for the program's references.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace leaklab::graph
{

/// Addresses from `begin` up to, not including, `end`.
struct range
{
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;

  [[nodiscard]] bool contains(std::uintptr_t address) const noexcept
  {
    return begin <= address && address < end;
  }
  [[nodiscard]] std::size_t size() const noexcept { return end - begin; }
};

/// What lies at an address that may be read, whether it is a T or not.
template <class T>
[[nodiscard]] T load(std::uintptr_t address) noexcept
{
  T value;
  std::memcpy(&value, reinterpret_cast<void const*>(address), sizeof value);
  return value;
}

/// Pages from the system, zeroed, never given back: it is for a process that ends soon. Allocates
/// nothing else, throws nothing. One thread.
class workspace
{
 public:
  /// Null when there is no address space left, or too many were taken.
  [[nodiscard]] void* take(std::size_t bytes) noexcept
  {
    auto const whole = (bytes + page - 1) / page * page;
    if (count_ == taken_.size()) return nullptr;
    void* const memory = ::mmap(nullptr, whole, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return nullptr;
    auto const begin = reinterpret_cast<std::uintptr_t>(memory);
    taken_[count_++] = {begin, begin + whole};
    return memory;
  }

  [[nodiscard]] std::span<range const> taken() const noexcept
  {
    return std::span(taken_).first(count_);
  }

 private:
  static constexpr std::size_t page = 4096;

  std::array<range, 32> taken_{};
  std::size_t count_ = 0;
};

/// A vector whose capacity is fixed. What is not used of it takes address space and no memory.
template <class T>
class array
{
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  array() = default;
  array(workspace& space, std::size_t capacity) noexcept
      : begin_(static_cast<T*>(space.take(std::max<std::size_t>(capacity, 1) * sizeof(T)))),
        capacity_(begin_ ? capacity : 0)
  {
  }

  /// False when there was no memory for it.
  [[nodiscard]] explicit operator bool() const noexcept { return begin_ != nullptr; }

  /// False, and nothing is added, when it is full.
  bool push(T const& value) noexcept
  {
    if (size_ == capacity_) return false;
    begin_[size_++] = value;
    most_ = std::max(most_, size_);
    return true;
  }
  [[nodiscard]] T pop() noexcept { return begin_[--size_]; }
  void clear() noexcept { size_ = 0; }

  [[nodiscard]] T& operator[](std::size_t i) noexcept { return begin_[i]; }
  [[nodiscard]] T const& operator[](std::size_t i) const noexcept { return begin_[i]; }
  [[nodiscard]] T* begin() noexcept { return begin_; }
  [[nodiscard]] T* end() noexcept { return begin_ + size_; }
  [[nodiscard]] T const* begin() const noexcept { return begin_; }
  [[nodiscard]] T const* end() const noexcept { return begin_ + size_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// What has been used of it at most.
  [[nodiscard]] std::size_t most_bytes() const noexcept { return most_ * sizeof(T); }

 private:
  T* begin_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  std::size_t most_ = 0;
};

}  // namespace leaklab::graph
