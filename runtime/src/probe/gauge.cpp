#include <leaklab/gauge.hpp>

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
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

registry& all_gauges()
{
  static auto& instance = *new registry;
  return instance;
}

}  // namespace

gauge::gauge(std::string name, std::function<double()> read, gauge_options options)
    : name_(std::move(name)), read_(std::move(read)), options_(std::move(options))
{
  std::lock_guard const lock(all_gauges().mutex);
  all_gauges().gauges.push_back(this);
}

gauge::~gauge()
{
  std::lock_guard const lock(all_gauges().mutex);
  std::erase(all_gauges().gauges, this);
}

struct sampled_gauge::sampler : std::enable_shared_from_this<sampler>
{
  sampler(boost::asio::any_io_executor const& executor, std::function<double()> read_value)
      : timer(executor), read(std::move(read_value)), value(read())
  {
  }

  void go_on()
  {
    timer.expires_after(std::chrono::milliseconds(20));
    timer.async_wait(
        [self = weak_from_this()](boost::system::error_code)
        {
          auto const sampling = self.lock();
          if (!sampling) return;  // the gauge is gone
          sampling->value = sampling->read();
          sampling->go_on();
        });
  }

  boost::asio::steady_timer timer;
  std::function<double()> read;
  std::atomic<double> value;
};

sampled_gauge::sampled_gauge(boost::asio::any_io_executor const& executor, std::string name,
                             std::function<double()> read, gauge_options options)
    : sampler_(std::make_shared<sampler>(executor, std::move(read))),
      gauge_(
          std::move(name), [&value = sampler_->value] { return value.load(); }, std::move(options))
{
  sampler_->go_on();
}

sampled_gauge::~sampled_gauge() = default;

std::vector<gauge_value> read_gauges()
{
  std::lock_guard const lock(all_gauges().mutex);
  std::vector<gauge_value> values;
  for (auto const* const g : all_gauges().gauges)
  {
    auto const same = std::ranges::find(values, g->name_, &gauge_value::name);
    auto& sum = same == values.end() ? values.emplace_back(gauge_value{g->name_}) : *same;
    sum.value += g->read_();
    sum.noise += g->options_.noise;
    sum.bound += g->options_.bound();
  }
  return values;
}

}  // namespace leaklab
