// A guard's action runs later than it is written. Which value does it see?
#include <fmt/format.h>
#include <world/scope_guard.hpp>

static void close_all_by_reference()
{
  world::exit_stack guards;
  int opened = 0;
  for (int turn = 0; turn != 3; ++turn)
  {
    opened = 10 + turn;
    guards.push([&opened] { fmt::print("  closes {}\n", opened); });
  }
}

static void close_all_by_value()
{
  world::exit_stack guards;
  int opened = 0;
  for (int turn = 0; turn != 3; ++turn)
  {
    opened = 10 + turn;
    guards.push([opened] { fmt::print("  closes {}\n", opened); });
  }
}

static void guard_first_by_value()
{
  int opened = -1;
  world::scope_exit const close([opened] { fmt::print("  closes {}\n", opened); });
  opened = 10;
}

static void guard_first_by_reference()
{
  int opened = -1;
  world::scope_exit const close([&opened] { fmt::print("  closes {}\n", opened); });
  opened = 10;
}

int main()
{
  fmt::print("three are opened; a guard each, by reference\n");
  close_all_by_reference();
  fmt::print("the same, by value\n");
  close_all_by_value();
  fmt::print("the guard is made before 10 is opened; by value\n");
  guard_first_by_value();
  fmt::print("the same, by reference\n");
  guard_first_by_reference();
}
