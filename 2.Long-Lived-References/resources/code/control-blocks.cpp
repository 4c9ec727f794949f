// What a weak_ptr keeps, when the object was made by make_shared, and when it was not.
#include <leaklab/heap.hpp>

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <new>

namespace
{

std::size_t allocations = 0;

struct session
{
  std::array<char, 64 * 1024> input;
  ~session() { fmt::print("  the session is destroyed\n"); }
};

template <class Make>
void run(char const* how, Make make)
{
  fmt::print("{}\n", how);
  auto const before = leaklab::read_heap_stats().in_use_bytes;
  auto const in_use = [&] { return (leaklab::read_heap_stats().in_use_bytes - before) / 1024; };
  auto const made_before = allocations;
  std::shared_ptr<session> owner = make();
  fmt::print("  one owner: {} allocations, {} KiB in use\n", allocations - made_before, in_use());
  std::weak_ptr<session> observer = owner;
  owner.reset();
  fmt::print("  a weak_ptr is left: expired {}, {} KiB in use\n", observer.expired(), in_use());
  observer.reset();
  fmt::print("  none is left: {} KiB in use\n", in_use());
}

}  // namespace

// Not inlined, as g++ would take the malloc and free in them for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size)
{
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

[[gnu::noinline]] void operator delete(void* memory) noexcept
{
  std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept
{
  std::free(memory);
}

int main()
{
  run("make_shared<session>()", [] { return std::make_shared<session>(); });
  run("shared_ptr<session>(new session)", [] { return std::shared_ptr<session>(new session); });
}
