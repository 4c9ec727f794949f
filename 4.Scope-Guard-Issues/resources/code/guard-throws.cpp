// Three things that a guard can do when the close that it calls fails.
#include <fmt/format.h>
#include <world/scope_guard.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>

static void close_badly()
{
  throw std::runtime_error("the close failed");
}

static void guarded_and_swallowed()
{
  world::scope_exit const close(
      []
      {
        try
        {
          close_badly();
        }
        catch (std::exception const&)
        {
        }
      });
}

static void closed_by_a_call()
{
  world::scope_exit close([] { fmt::print("  the guard closes\n"); });
  close.release();
  close_badly();
}

static void guarded_and_thrown()
{
  world::scope_exit const close([] { close_badly(); });
}

static void attempt(char const* what, void (*function)())
{
  fmt::print("{}\n", what);
  try
  {
    function();
    fmt::print("  the caller is told nothing\n");
  }
  catch (std::exception const& error)
  {
    fmt::print("  the caller is told: {}\n", error.what());
  }
}

int main()
{
  std::set_terminate(
      []
      {
        fmt::print("  std::terminate\n");
        std::fflush(stdout);
        std::_Exit(1);
      });
  attempt("the guard catches what its close throws", guarded_and_swallowed);
  attempt("the function closes by a call, the guard is released", closed_by_a_call);
  attempt("the guard lets it out of its destructor", guarded_and_thrown);
}
