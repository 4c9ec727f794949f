#include "options.hpp"

#include "parse/quantity.hpp"
#include "seed.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace shop
{
namespace
{

template <class Target, class Parse>
auto parsed_as(Target& target, Parse parse, std::string accepted)
{
  return [&target, parse, accepted = std::move(accepted)](std::string const& text)
  {
    auto const value = parse(text);
    if (!value) throw CLI::ValidationError(fmt::format("\"{}\" is not {}", text, accepted));
    target = *value;
  };
}

std::optional<std::uint64_t> parse_seed(std::string_view text)
{
  auto const seed = leaklab::parse_number<std::uint64_t>(text);
  return seed && *seed > 0 ? seed : std::nullopt;
}

std::optional<std::chrono::duration<double>> parse_seconds(std::string_view text)
{
  auto const seconds = leaklab::parse_number<double>(text);
  if (!seconds || !(*seconds >= 0 && *seconds <= 1e6)) return std::nullopt;
  return std::chrono::duration<double>(*seconds);
}

fault parse_fault(std::string const& name)
{
  if (auto const found = find_fault(name)) return *found;
  throw CLI::ValidationError(
      fmt::format("no fault is called \"{}\"; --list-faults names them", name));
}

void print_faults()
{
  for (auto const& [name, what] : fault_descriptions)
    fmt::print("{:<22}{}\n", name, what);
}

}  // namespace

std::variant<options, int> parse_options(int argc, char const* const* argv)
{
  options result;
  bool lists_faults = false;
  bool reveals = false;
  std::vector<std::string> faults;
  auto const port = [](std::string_view text)
  { return leaklab::parse_number<std::uint16_t>(text); };
  std::string const ports = "a port: 0 to 65535, where 0 takes any free one";

  CLI::App app("A shop on the web, healthy unless a fault is switched on.", "shop");
  app.set_version_flag("--version", fmt::format("shop {}", leaklab::version));
  app.add_option("--address", result.address, "Address of both ports [127.0.0.1]")
      ->type_name("ADDRESS");
  app.add_option_function<std::string>("--port", parsed_as(result.port, port, ports),
                                       "Port of the shop; 0 takes any free one [8080]")
      ->type_name("PORT");
  app.add_option_function<std::string>("--debug-port", parsed_as(result.debug_port, port, ports),
                                       "Port of the endpoint; 0 takes any free one [6060]")
      ->type_name("PORT");
  app.add_option_function<std::string>(
         "--patience",
         parsed_as(result.patience, leaklab::parse_duration, "a duration such as 30s or 10m"),
         "How long a figure must rise to be called a leak [5m]")
      ->type_name("TIME");
  app.add_option("--fault", faults, "Switch this fault on; more with commas, or once for each")
      ->type_name("NAME")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option_function<std::string>(
         "--fault-after",
         parsed_as(result.fault_after, parse_seconds, "a number of seconds, 0 or more"),
         "When to switch it on [0]")
      ->type_name("SECONDS");
  app.add_flag("--list-faults", lists_faults, "Name the faults, say what each is, and end");
  app.add_option_function<std::string>(
         "--seed", parsed_as(result.seed, parse_seed, "a whole number above 0"),
         "Let this number choose a fault and when it comes, and say neither")
      ->type_name("N");
  app.add_flag("--reveal", reveals, "Say what the seed has chosen, and end");
  app.add_option("--data", result.folder, "Folder for the shop's files [a temporary one]")
      ->type_name("FOLDER");
  app.add_option_function<std::string>(
         "--max-rss",
         parsed_as(result.max_rss, leaklab::parse_size, "a size such as 512MiB or 1GiB"),
         "Switch faults off at this resident memory [1GiB]")
      ->type_name("SIZE");
  app.add_option_function<std::string>(
         "--max-fds", parsed_as(result.max_fds, leaklab::parse_count, "a count above 0"),
         "Switch faults off at this many open descriptors [900]")
      ->type_name("COUNT");

  try
  {
    app.parse(argc, argv);
    std::ranges::transform(faults, std::back_inserter(result.faults), parse_fault);
    if (result.seed && !faults.empty())
      throw CLI::ValidationError("--seed chooses the fault, so --fault cannot");
    if (reveals && !result.seed) throw CLI::ValidationError("--reveal needs --seed");
  }
  catch (CLI::Success const& help)
  {
    return app.exit(help);
  }
  catch (CLI::ParseError const& mistake)
  {
    fmt::print(stderr, "shop: {} (see --help)\n", mistake.what());
    return 2;
  }
  if (lists_faults)
  {
    print_faults();
    return 0;
  }
  if (result.seed)
  {
    auto const chosen = from_seed(*result.seed);
    if (reveals)
    {
      fmt::print("seed {}: {} after {:.1f} s, {:.0f} requests a second\n", *result.seed,
                 name_of(chosen.has), chosen.begins_after, chosen.load.requests_per_second);
      return 0;
    }
    result.faults = {chosen.has};
    result.fault_after = std::chrono::duration<double>(chosen.begins_after);
  }
  return result;
}

}  // namespace shop
