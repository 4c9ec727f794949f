// Product pages, rendered once and kept while they are in demand.
#pragma once

#include "environment.hpp"
#include "http.hpp"

#include <leaklab/gauge.hpp>

#include <list>
#include <string>
#include <unordered_map>

namespace shop
{

class pages
{
 public:
  explicit pages(environment const& around);

  [[nodiscard]] response show(unsigned product);

 private:
  struct page
  {
    unsigned product;
    std::string text;
  };

  page const& render(unsigned product);

  environment const& around_;
  std::list<page> by_use_;  // the most recently used page comes first
  std::unordered_map<unsigned, std::list<page>::iterator> by_product_;
  leaklab::sampled_gauge entries_;
};

}  // namespace shop
