// What tcmalloc hands out for what is asked for.
#include <fmt/format.h>
#include <gperftools/nallocx.h>

int main()
{
  fmt::print("asked for  handed out  unused\n");
  for (std::size_t const asked :
       {1U, 20U, 33U, 100U, 1000U, 1025U, 5120U, 5121U, 32768U, 32769U, 262145U})
  {
    auto const given = nallocx(asked, 0);
    fmt::print("{:>9}  {:>10}  {:>5.1f}%\n", asked, given,
               100.0 * static_cast<double>(given - asked) / static_cast<double>(given));
  }
}
