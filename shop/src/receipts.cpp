#include "receipts.hpp"

#include <fmt/format.h>

#include <memory>

namespace shop
{
namespace
{

constexpr std::size_t kept_receipts = 1000;

struct upload
{
  unsigned number;
  std::string content;
};

}  // namespace

receipts::receipts(environment const& around) : around_(around), recent_(kept_receipts)
{
}

std::string receipts::write(unsigned number, std::string_view photo)
{
  auto const file = std::make_shared<upload>();
  file->number = number;
  file->content = photo;
  if (around_.faults.has(fault::captured_closure))
    recent_.push_back([file] { return fmt::format("received upload {}\n", file->number); });
  else
    recent_.push_back([number] { return fmt::format("received upload {}\n", number); });
  return recent_.back()();
}

}  // namespace shop
