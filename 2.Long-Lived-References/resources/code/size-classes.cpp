// What tcmalloc hands out for what is asked for.
#include <fmt/format.h>
#include <gperftools/nallocx.h>

int main()
{
  fmt::print("asked for  handed out  unused\n");
  for (std::size_t const asked : {1, 20, 33, 100, 1000, 1025, 5120, 5121, 32768, 32769, 262145})
  {
    auto const given = nallocx(asked, 0);
    fmt::print("{:>9}  {:>10}  {:>5.1f}%\n", asked, given,
               100.0 * static_cast<double>(given - asked) / static_cast<double>(given));
  }
}
