#include "pages.hpp"

#include <fmt/format.h>

namespace shop
{
namespace
{

constexpr std::size_t most_pages = 256;
constexpr std::size_t page_size = 8 * 1024;
constexpr unsigned products = 20'000;

}  // namespace

pages::pages(environment const& around)
    : around_(around),
      entries_(around.executor, "pages cached",
               [this] { return static_cast<double>(by_use_.size()); }, {.bound = most_pages})
{
}

response pages::show(unsigned product)
{
  if (product >= products) return {404, "no such product\n"};
  auto const known = by_product_.find(product);
  if (known == by_product_.end()) return {200, render(product).text};
  by_use_.splice(by_use_.begin(), by_use_, known->second);
  return {200, by_use_.front().text};
}

pages::page const& pages::render(unsigned product)
{
  auto text = fmt::format("Product {}\n", product);
  text.resize(page_size, '.');
  by_use_.push_front({product, std::move(text)});
  by_product_[product] = by_use_.begin();
  if (by_use_.size() > most_pages && !around_.faults.has(fault::unbounded_cache))
  {
    by_product_.erase(by_use_.back().product);
    by_use_.pop_back();
  }
  return by_use_.front();
}

}  // namespace shop
