#include "unwind/opening_stacks.hpp"

#include "unwind/capture.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <span>

namespace leaklab
{
namespace
{

/// A sequence lock, but a writer waits for none: a number belongs to one thread while it is opened
/// or closed. Two that close the same number at once, by a fault of the program, can mix up two
/// stacks.
struct note
{
  std::atomic<std::uint64_t> version;   // odd while it is written, and where a fork came in between
  std::atomic<std::uint64_t> identity;  // of the file, with the version's low bits: see mark_of()
  std::array<std::atomic<std::uintptr_t>, 30> stack;  // ends at a 0
};
static_assert(sizeof(note) == 256);

/// Memory fresh from the system is a page of empty notes.
using page = std::array<note, 1024>;

constinit std::array<std::atomic<page*>, 1024> pages{};
constinit std::atomic<opening_notes> state{opening_notes::absent};

// Higher numbers than these are not noted.
constexpr std::size_t most = pages.size() * std::tuple_size_v<page>;

note* find(int fd) noexcept
{
  auto const number = static_cast<std::size_t>(fd);
  if (fd < 0 || number >= most) return nullptr;
  page* const found = pages[number / std::tuple_size_v<page>].load(std::memory_order_acquire);
  return found ? &(*found)[number % std::tuple_size_v<page>] : nullptr;
}

/// When there is no memory, there will be no note.
void make_page(int fd) noexcept
{
  auto const number = static_cast<std::size_t>(fd);
  if (fd < 0 || number >= most) return;
  auto const saved_errno = errno;
  void* const memory = ::mmap(nullptr, sizeof(page), PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  errno = saved_errno;
  if (memory == MAP_FAILED) return;
  page* none = nullptr;
  if (!pages[number / std::tuple_size_v<page>].compare_exchange_strong(none,
                                                                       static_cast<page*>(memory)))
    ::munmap(memory, sizeof(page));
}

template <class Stack>
void write(note& into, Stack const& stack) noexcept
{
  auto const writing = (into.version.load(std::memory_order_relaxed) + 1) | 1;
  into.version.store(writing, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  std::size_t depth = 0;
  for (void* const address : stack)
    into.stack[depth++].store(reinterpret_cast<std::uintptr_t>(address), std::memory_order_relaxed);
  if (depth < into.stack.size()) into.stack[depth].store(0, std::memory_order_relaxed);
  into.version.store(writing + 1, std::memory_order_release);
}

constexpr unsigned version_bits = 24;
constexpr std::uint64_t not_believed = std::uint64_t(1) << version_bits;

/// Of which version, and which file: one word, so that it is read and written whole.
std::uint64_t mark_of(std::uint64_t version, std::uint64_t identity) noexcept
{
  return version / 2 << (64 - version_bits) | identity >> version_bits;
}

/// Never `not_believed`, and never 0, which is in a note that nobody has looked at.
std::uint64_t identity_of(struct statx const& status) noexcept
{
  auto const device = std::uint64_t(status.stx_dev_major) << 32 | status.stx_dev_minor;
  // Odd numbers of MurmurHash3's and of the golden ratio, which spread the bits.
  auto const mixed = (status.stx_ino ^ device * 0xff51afd7ed558ccd) * 0x9e3779b97f4a7c15;
  return mixed | not_believed << 1;
}

void believe_or_not(note& of, std::uint64_t version, struct statx const& status) noexcept
{
  auto const mark = mark_of(version, identity_of(status));
  auto known = of.identity.load(std::memory_order_relaxed);
  if (known == mark) return;
  bool const is_first = known == 0 || (known ^ mark) >> (64 - version_bits) != 0;
  // Where another look was quicker, it has seen the same.
  of.identity.compare_exchange_strong(known, is_first ? mark : mark_of(version, not_believed));
}

}  // namespace

opening_notes state_of_opening_notes() noexcept
{
  return state.load(std::memory_order_relaxed);
}

void set_state_of_opening_notes(opening_notes now) noexcept
{
  state.store(now, std::memory_order_relaxed);
}

__attribute__((noinline)) void note_opening(int fd) noexcept
{
  if (!find(fd)) make_page(fd);
  note* const into = find(fd);
  if (!into) return;
  std::array<void*, std::tuple_size_v<decltype(note::stack)>> stack;
  auto const depth = capture_stack(stack, 2);
  write(*into, std::span(stack).first(depth));
}

void forget_opening(int fd) noexcept
{
  if (note* const known = find(fd)) write(*known, std::span<void*>());
}

void forget_openings(unsigned first, unsigned last) noexcept
{
  auto const end = std::min<std::size_t>(last, most - 1);
  for (std::size_t number = first; number <= end; ++number)
    forget_opening(static_cast<int>(number));
}

std::optional<struct statx> look_at_descriptor(int fd) noexcept
{
  note* const known = find(fd);
  auto const version = known ? known->version.load(std::memory_order_acquire) : 0;
  struct statx status
  {
  };
  // By number, and so whatever it refers to by now: other threads open and close meanwhile.
  if (::statx(fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_NLINK | STATX_INO, &status) != 0)
    return std::nullopt;
  if (known && version % 2 == 0 && known->version.load(std::memory_order_acquire) == version)
    believe_or_not(*known, version, status);
  return status;
}

std::vector<std::uintptr_t> read_opening_stack(int fd)
{
  note const* const known = find(fd);
  std::vector<std::uintptr_t> stack;
  for (int attempt = 0; known && attempt != 3; ++attempt)
  {
    auto const version = known->version.load(std::memory_order_acquire);
    auto const identity = known->identity.load(std::memory_order_relaxed);
    stack.clear();
    for (auto const& word : known->stack)
    {
      auto const address = word.load(std::memory_order_relaxed);
      if (address == 0) break;
      stack.push_back(address);
    }
    std::atomic_thread_fence(std::memory_order_acquire);
    if (version % 2 != 0 || known->version.load(std::memory_order_relaxed) != version) continue;
    if (identity == mark_of(version, not_believed)) break;
    return stack;
  }
  return {};
}

}  // namespace leaklab
