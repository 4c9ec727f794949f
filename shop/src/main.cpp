// The shop as a program: the runtime's endpoint beside the service, faults, limits, signals.
#include "options.hpp"
#include "service.hpp"

#include <leaklab/endpoint.hpp>
#include <leaklab/mark.hpp>
#include <leaklab/process.hpp>

#include <fmt/format.h>
#include <unistd.h>
#include <world/temporary_directory.hpp>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>

namespace
{

namespace asio = leaklab::asio;
using namespace std::chrono_literals;
using boost::system::error_code;

constexpr auto limit_interval = 200ms;
constexpr auto time_to_end = 700ms;
constexpr int bad_usage = 2;
constexpr int by_signal = 128;

std::optional<std::string> limit_reached(shop::options const& chosen)
{
  if (auto const rss = leaklab::read_resident_bytes(); rss >= chosen.max_rss)
    return fmt::format("{:.0f} MiB resident of --max-rss {:.0f} MiB",
                       static_cast<double>(rss) / 0x1p20,
                       static_cast<double>(chosen.max_rss) / 0x1p20);
  if (auto const fds = leaklab::read_fd_counts().total; fds >= chosen.max_fds)
    return fmt::format("{} open descriptors of --max-fds {}", fds, chosen.max_fds);
  return std::nullopt;
}

class program
{
 public:
  program(shop::options const& chosen, std::filesystem::path const& folder)
      : chosen_(chosen),
        // The runtime, in one line: it watches this process and answers on a port of its own. The
        // lines of world:: are a library's; where one of them leaks, its caller is named.
        debug_({.address = chosen.address,
                .port = chosen.debug_port,
                .hide_arguments = true,  // a seed tells nothing, a fault's name would
                .patience = chosen.patience,
                .libraries = {"world::"},
                .heap_sampling_period = 64 * 1024}),
        service_(context_, {asio::ip::make_address(chosen.address), chosen.port}, folder, faults_)
  {
  }

  int run()
  {
    fmt::print("shop: http://{}:{}  endpoint: {}\n", chosen_.address, service_.port(),
               debug_.url());
    std::fflush(stdout);
    leaklab::mark("start");
    signals_.async_wait(
        [this](error_code error, int number)
        {
          if (!error) end(number);
        });
    deploy_later();
    watch_limits();
    context_.run();
    return by_signal + signal_;
  }

 private:
  void deploy_later()
  {
    if (chosen_.faults.empty()) return;
    deploy_.expires_after(std::chrono::round<std::chrono::milliseconds>(chosen_.fault_after));
    deploy_.async_wait(
        [this](error_code error)
        {
          if (error) return;
          for (auto const each : chosen_.faults)
            faults_.switch_on(each);
          leaklab::mark("deploy");
        });
  }

  void watch_limits()
  {
    limits_.expires_after(limit_interval);
    limits_.async_wait(
        [this](error_code error)
        {
          if (error) return;
          auto const limit = limit_reached(chosen_);
          if (!limit) return watch_limits();
          deploy_.cancel();
          faults_.switch_all_off();
          service_.take_no_more();
          leaklab::mark("limit");
          fmt::print("limit: {}; faults are off, and no more clients are taken\n", *limit);
          std::fflush(stdout);
        });
  }

  void end(int signal)
  {
    signal_ = signal;
    deploy_.cancel();
    limits_.cancel();
    service_.stop();
    last_moment_.expires_after(time_to_end);
    last_moment_.async_wait(
        [this](error_code)
        {
          if (auto const left = leaklab::count_tasks().live)
            fmt::print(stderr, "shop: {} tasks have not ended in time\n", left);
          context_.stop();
        });
    // What is left is waited for.
    asio::co_spawn(context_, service_.join(),
                   [this](std::exception_ptr const&) { last_moment_.cancel(); });
  }

  shop::options const& chosen_;
  shop::fault_switches faults_;
  leaklab::endpoint debug_;
  asio::io_context context_{1};
  shop::service service_;
  asio::signal_set signals_{context_, SIGINT, SIGTERM};
  asio::steady_timer deploy_{context_};
  asio::steady_timer limits_{context_};
  asio::steady_timer last_moment_{context_};
  int signal_ = 0;
};

}  // namespace

int main(int argc, char** argv)
{
  auto const parsed = shop::parse_options(argc, argv);
  if (auto const* const exit_status = std::get_if<int>(&parsed)) return *exit_status;
  auto const& chosen = std::get<shop::options>(parsed);
  std::signal(SIGPIPE, SIG_IGN);
  try
  {
    std::optional<world::temporary_directory> temporary;
    if (chosen.folder.empty()) temporary.emplace();
    std::filesystem::path const folder = temporary ? temporary->path() : chosen.folder.c_str();
    std::filesystem::create_directories(folder);
    auto const before = leaklab::read_fd_counts().total;
    int const status = program(chosen, folder).run();
    fmt::print("end: {} tasks and {} descriptors left\n", leaklab::count_tasks().live,
               leaklab::read_fd_counts().total - before);
    return status;
  }
  catch (boost::system::system_error const& e)
  {
    fmt::print(stderr, "shop: cannot listen on {}, ports {} and {}: {} (0 takes any free port)\n",
               chosen.address, chosen.port, chosen.debug_port, e.code().message());
    return bad_usage;
  }
  catch (std::exception const& e)
  {
    fmt::print(stderr, "shop: {}\n", e.what());
    return bad_usage;
  }
}
