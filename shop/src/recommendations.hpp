// Recommendations: computed anew after a visit, by a partner who takes few at a time. Where there
// is no time for it, the old ones stay.
#pragma once

#include "environment.hpp"

#include <leaklab/gauge.hpp>

namespace shop
{

class recommendations
{
 public:
  explicit recommendations(environment const& around);

  void compute(unsigned product);

 private:
  awaitable<void> work();
  awaitable<void> do_job(unsigned product);

  environment const& around_;
  channel<unsigned> jobs_;
  channel<int> turns_;  // to ask the recommender
  std::size_t waiting_ = 0;
  leaklab::sampled_gauge queued_;
};

}  // namespace shop
