// A pointer to a small part that owns the whole: what it says of itself, and what it keeps.
#include <leaklab/heap.hpp>

#include <fmt/format.h>

#include <array>
#include <memory>
#include <vector>

namespace
{

struct photo
{
  std::array<char, 16> camera;
  std::vector<char> pixels = std::vector<char>(10 * 1024 * 1024);
  ~photo() { fmt::print("the photo is destroyed\n"); }
};

std::size_t mib_in_use()
{
  return leaklab::read_heap_stats().in_use_bytes / (1024 * 1024);
}

}  // namespace

int main()
{
  auto whole = std::make_shared<photo>();
  std::shared_ptr<std::array<char, 16>> camera(whole, &whole->camera);
  fmt::print("points to {} bytes; owners {}\n", sizeof *camera, camera.use_count());
  whole.reset();
  fmt::print("the photo's own pointer is gone; owners {}, {} MiB in use\n", camera.use_count(),
             mib_in_use());
  auto const copy = std::make_shared<std::array<char, 16>>(*camera);
  camera = copy;
  fmt::print("a copy of the part in its place; owners {}, {} MiB in use\n", camera.use_count(),
             mib_in_use());

  std::shared_ptr<int> const nobody;
  int on_the_stack = 7;
  std::shared_ptr<int> const not_owned(nobody, &on_the_stack);
  fmt::print("aliasing of an empty pointer: value {}, owners {}\n", *not_owned,
             not_owned.use_count());
}
