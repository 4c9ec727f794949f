// An invoice for each order, written to a file of its own.
#pragma once

#include "environment.hpp"

namespace shop
{

class invoices
{
 public:
  explicit invoices(environment const& around);

  /// Forgotten when too many wait.
  void write_for(unsigned order) { orders_.try_send(error_code(), order); }

 private:
  awaitable<void> write();

  environment const& around_;
  channel<unsigned> orders_;
};

}  // namespace shop
