// A coroutine is called, put into a variable, and never spawned. Who frees its frame?
#include <leaklab/spawn.hpp>

#include <boost/version.hpp>
#include <fmt/format.h>

using leaklab::awaitable;

struct request
{
  explicit request(int number) : number_(number) {}
  request(request&& other) noexcept : number_(std::exchange(other.number_, 0)) {}
  ~request()
  {
    if (number_) fmt::print("  request {} is destroyed\n", number_);
  }

  int number_;
};

static awaitable<void> handle(request)
{
  co_return;
}

int main()
{
  fmt::print("Boost {}.{}\n", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000);
  {
    awaitable<void> const call = handle(request(1));
    fmt::print("call 1 goes out of scope\n");
  }
  {
    awaitable<void> call = handle(request(2));
    fmt::print("call 3 is assigned to the variable that held call 2\n");
    call = handle(request(3));
    fmt::print("call 3 goes out of scope\n");
  }
  fmt::print("the program ends; tasks ever spawned: {}\n", leaklab::count_tasks().spawned);
}
