#include <leaklab/gauge.hpp>

#include <algorithm>
#include <mutex>

namespace leaklab
{
namespace
{

struct registry
{
  std::mutex mutex;
  std::vector<gauge*> gauges;
};

registry& all()
{
  static auto& instance = *new registry;
  return instance;
}

}  // namespace

gauge::gauge(std::string name, std::function<double()> read, double noise)
    : name_(std::move(name)), read_(std::move(read)), noise_(noise)
{
  std::lock_guard const lock(all().mutex);
  all().gauges.push_back(this);
}

gauge::~gauge()
{
  std::lock_guard const lock(all().mutex);
  std::erase(all().gauges, this);
}

std::vector<gauge_value> read_gauges()
{
  std::lock_guard const lock(all().mutex);
  std::vector<gauge_value> values;
  for (auto const* const g : all().gauges)
    values.push_back({g->name_, g->read_(), g->noise_});
  return values;
}

}  // namespace leaklab
