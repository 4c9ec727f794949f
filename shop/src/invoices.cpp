#include "invoices.hpp"

#include <fmt/format.h>

#include <fstream>
#include <vector>

namespace shop
{
namespace
{

constexpr std::size_t most_waiting = 100;
constexpr unsigned kept_invoices = 200;

}  // namespace

invoices::invoices(environment const& around)
    : around_(around), orders_(around.executor, most_waiting)
{
  std::filesystem::create_directory(around_.folder / "invoices");
  around_.tasks.spawn(write(), "invoices");
}

awaitable<void> invoices::write()
{
  for (std::vector<std::ofstream> files;;)
  {
    auto const order = co_await orders_.async_receive(use_awaitable);
    auto const name = fmt::format("{}", order % kept_invoices);
    files.emplace_back(around_.folder / "invoices" / name) << "order " << order << std::endl;
    if (!around_.faults.has(fault::guard_in_loop)) files.clear();
  }
}

}  // namespace shop
