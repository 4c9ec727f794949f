#include "tills.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

namespace shop
{
namespace
{

constexpr unsigned number_of_tills = 400;
constexpr std::size_t high_water = 64;

}  // namespace

tills::tills(environment const& around) : around_(around), inboxes_(number_of_tills)
{
}

response tills::deliver(unsigned till, std::string const& body)
{
  if (till >= inboxes_.size()) return {404, "no such till\n"};
  auto& [sales, total] = inboxes_[till];
  auto const* at = body.data();
  auto const* const end = at + body.size();
  for (double price = 0; at < end; ++at)
  {
    auto const [next, error] = std::from_chars(at, end, price);
    if (error != std::errc()) break;
    sales.push_back(price);
    at = next;
  }
  auto const delivered = sales.size();
  total = std::accumulate(sales.begin(), sales.end(), total);
  sales.clear();
  if (!around_.faults.has(fault::kept_capacity) && sales.capacity() > high_water)
    sales.shrink_to_fit();
  return at < end ? response{400, "not a price\n"}
                  : response{200, fmt::format("{} sales, {:.2f} in all\n", delivered, total)};
}

}  // namespace shop
