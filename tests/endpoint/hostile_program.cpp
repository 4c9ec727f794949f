// A lab program whose scenario never gives its thread back.
#include <runner/lab.hpp>
#include <unistd.h>

namespace
{

leaklab::awaitable<void> scenario(leaklab::lab&)
{
  for (;;)
    ::pause();
  co_return;
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario, {.name = "stuck", .title = "A scenario that is stuck"});
}
