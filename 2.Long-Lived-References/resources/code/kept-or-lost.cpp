// A hundred blocks of 10 KiB, kept or lost in four ways. Which of them does a leak checker report?
// For the checkers this file is compiled by itself, without the lab.
#include <cstdio>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace
{

constexpr int blocks = 100;

struct block
{
  char bytes[10 * 1024];
  std::function<void()> handler;
};

using cache = std::vector<std::unique_ptr<block>>;

cache& program_wide()
{
  static auto* const only = new cache;  // never destroyed, so that it can be used until the end
  return *only;
}

void lose()
{
  for (int i = 0; i < blocks; ++i)
    std::make_unique<block>().release();  // whoever releases must delete, and nobody does
}

void tie_into_cycles()
{
  for (int i = 0; i < blocks; ++i)
  {
    auto const self = std::make_shared<block>();
    self->handler = [self] {};
  }
}

void keep(cache& known)
{
  for (int i = 0; i < blocks; ++i)
    known.push_back(std::make_unique<block>());
}

void keep_in_a_local()
{
  cache known;
  keep(known);
  std::puts("a hundred blocks, and none will be asked for again");
}

}  // namespace

int main(int argc, char** argv)
{
  std::string_view const how = argc == 2 ? argv[1] : "";
  if (how == "lost") lose();
  if (how == "cycle") tie_into_cycles();
  if (how == "global") keep(program_wide());
  if (how == "local") keep_in_a_local();
}
