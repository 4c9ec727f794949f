// Clients and partners of the shop, whose number and ways a seed decides.
#include "parse/quantity.hpp"
#include "partner.hpp"
#include "seed.hpp"
#include "version.hpp"
#include "visits.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace
{

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr int no_shop = 1;
constexpr int bad_usage = 2;

struct options
{
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::uint64_t seed = 0;
  double rate = 0;
  double duration = 0;  // seconds
  double interval = 10;
};

std::variant<options, int> parse_options(int argc, char const* const* argv)
{
  options result;
  CLI::App app("Clients and partners of the shop.", "shop-clients");
  app.set_version_flag("--version", fmt::format("shop-clients {}", leaklab::version));
  app.add_option("--address", result.address, "Where the shop is [127.0.0.1]")
      ->type_name("ADDRESS");
  app.add_option("--port", result.port, "Its port [8080]")
      ->type_name("PORT")
      ->check(CLI::Range(1, 65535));
  app.add_option("--seed", result.seed, "Decides what the clients do, and how many they are [0]")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--rate", result.rate, "Requests a second, in the mean [the seed decides]")
      ->type_name("RATE")
      ->check(CLI::Range(1.0, 1000.0));
  app.add_option("--duration", result.duration, "End after so many seconds [only when told to]")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 1e6));
  app.add_option("--interval", result.interval, "Seconds between two report lines [10]")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.1, 3600.0));
  try
  {
    app.parse(argc, argv);
  }
  catch (CLI::Success const& help)
  {
    return app.exit(help);
  }
  catch (CLI::ParseError const& mistake)
  {
    fmt::print(stderr, "shop-clients: {} (see --help)\n", mistake.what());
    return bad_usage;
  }
  return result;
}

milliseconds from_seconds(double seconds)
{
  return std::chrono::round<milliseconds>(std::chrono::duration<double>(seconds));
}

// Partners keep the connections that the shop keeps.
void raise_descriptor_limit()
{
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// A port at which nobody listens: a partner who has gone out of business.
class closed_port
{
 public:
  explicit closed_port(asio::io_context& context) : socket_(context, tcp::v4())
  {
    socket_.bind({asio::ip::address_v4::loopback(), 0});
  }

  [[nodiscard]] std::uint16_t port() const { return socket_.local_endpoint().port(); }

 private:
  tcp::socket socket_;
};

class crowd
{
 public:
  crowd(options const& chosen, shop::load_plan const& plan)
      : chosen_(chosen),
        shop_(asio::ip::make_address(chosen.address), chosen.port),
        plan_(plan),
        visits_(context_, shop_, plan_, chosen.seed)
  {
  }

  int run()
  {
    signals_.async_wait([this](error_code, int number) { end(128 + number); });
    asio::co_spawn(context_, come(),
                   [this](std::exception_ptr const& failure)
                   {
                     if (failure) status_ = no_shop;
                     context_.stop();
                   });
    if (chosen_.duration > 0)
    {
      end_.expires_after(from_seconds(chosen_.duration));
      end_.async_wait([this](error_code) { end(0); });
    }
    context_.run();
    if (status_ == no_shop)
      fmt::print(stderr, "shop-clients: no shop at {}:{}\n", chosen_.address, chosen_.port);
    else
      report("END");
    return status_;
  }

 private:
  asio::awaitable<void> come()
  {
    for (auto const& [role, port] :
         {std::pair("supplier", first_supplier_.port()),
          std::pair("supplier", second_supplier_.port()), std::pair("webhook", receiver_.port()),
          std::pair("webhook", gone_receiver_.port()),
          std::pair("recommender", recommender_.port()), std::pair("warehouse", warehouse_.port())})
    {
      clients::http_connection registry(context_.get_executor());
      co_await registry.open(shop_);
      co_await registry.ask("POST", fmt::format("/partners?role={}&port={}", role, port));
    }
    begin_ = std::chrono::steady_clock::now();
    report_later();
    co_await visits_.keep_coming();
  }

  void report_later()
  {
    report_.expires_after(from_seconds(chosen_.interval));
    report_.async_wait(
        [this](error_code error)
        {
          if (error) return;
          report("AFTER");
          report_later();
        });
  }

  void report(char const* what) const
  {
    auto const& counts = visits_.counts();
    std::chrono::duration<double> const since = std::chrono::steady_clock::now() - begin_;
    fmt::print("[{} {:.0f}s] Requests: {}, refused: {}, visits failed: {}, open: {}\n", what,
               since.count(), counts.requests, counts.refused, counts.failed, counts.open);
    std::fflush(stdout);
  }

  void end(int status)
  {
    status_ = status;
    context_.stop();
  }

  options const& chosen_;
  asio::io_context context_{1};
  tcp::endpoint shop_;
  shop::load_plan plan_;
  clients::partner first_supplier_{context_, plan_, 1};
  clients::partner second_supplier_{context_, plan_, 2};
  clients::partner receiver_{context_, plan_, 3};
  clients::partner recommender_{context_, plan_, 4};
  clients::partner warehouse_{context_, plan_, 5};
  closed_port gone_receiver_{context_};
  clients::visits visits_;
  asio::signal_set signals_{context_, SIGINT, SIGTERM};
  asio::steady_timer report_{context_};
  asio::steady_timer end_{context_};
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  int status_ = 0;
};

}  // namespace

int main(int argc, char** argv)
{
  auto const parsed = parse_options(argc, argv);
  if (auto const* const exit_status = std::get_if<int>(&parsed)) return *exit_status;
  auto const& chosen = std::get<options>(parsed);
  raise_descriptor_limit();
  try
  {
    auto plan = chosen.seed ? shop::from_seed(chosen.seed).load : shop::load_plan();
    if (chosen.rate > 0) plan.requests_per_second = chosen.rate;
    return crowd(chosen, plan).run();
  }
  catch (std::exception const& e)
  {
    fmt::print(stderr, "shop-clients: {}\n", e.what());
    return bad_usage;
  }
}
