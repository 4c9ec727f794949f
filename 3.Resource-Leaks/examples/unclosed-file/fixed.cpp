// Each order file that comes in is opened, read and closed; many are empty. Which ways out go past
// the close?
#include <runner/lab.hpp>
#include <world/temporary_directory.hpp>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

using leaklab::awaitable;

namespace
{

void read_orders(std::string const& path, std::vector<int>& orders)
{
  // the cure: an owner closes the file on every way out
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::fopen(path.c_str(), "r"),
                                                             std::fclose);
  if (!file) throw std::system_error(errno, std::generic_category(), path);
  int order = 0;
  if (std::fscanf(file.get(), "%d", &order) != 1) return;
  orders.push_back(order);
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const folder;
  auto const path = folder.path() / "orders";
  std::ofstream(path).close();  // nobody has ordered anything
  std::vector<int> orders;
  for (auto clock = lab.ticks(); co_await clock.next();)
  {
    read_orders(path, orders);
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
