// When does each thing in a function go: a parameter, a local, one in an inner block, a temporary?
// And what of it runs when the function is left early, or by an exception?
#include <fmt/format.h>

#include <stdexcept>

struct noisy
{
  explicit noisy(char const* what) : what_(what) {}
  ~noisy() { fmt::print("  {} goes\n", what_); }

  noisy(noisy const&) = delete;
  noisy& operator=(noisy const&) = delete;

  char const* what_;
};

enum class way_out
{
  at_the_end,
  early,
  by_exception,
};

static int use(noisy const&)
{
  return 1;
}

static void work(noisy const&, way_out way)
{
  noisy const first("the first local");
  {
    noisy const inner("what stands in the inner block");
  }
  use(noisy("the temporary"));
  fmt::print("  the next line runs\n");
  if (way == way_out::early) return;
  noisy const second("the second local");
  if (way == way_out::by_exception) throw std::runtime_error("no space");
  fmt::print("  the last line runs\n");
}

int main()
{
  fmt::print("left at its end\n");
  work(noisy("the argument"), way_out::at_the_end);
  fmt::print("left early\n");
  work(noisy("the argument"), way_out::early);
  fmt::print("left by an exception\n");
  try
  {
    work(noisy("the argument"), way_out::by_exception);
  }
  catch (std::exception const& error)
  {
    fmt::print("  caught: {}\n", error.what());
  }
}
