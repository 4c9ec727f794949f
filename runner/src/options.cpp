#include "options.hpp"

#include "parse/quantity.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <string>
#include <utility>

namespace leaklab
{
namespace
{

template <class Target>
auto parsed_as(Target& target, std::optional<Target> (*parse)(std::string_view),
               std::string accepted)
{
  return [&target, parse, accepted = std::move(accepted)](std::string const& text)
  {
    auto const value = parse(text);
    if (!value) throw CLI::ValidationError(fmt::format("\"{}\" is not {}", text, accepted));
    target = *value;
  };
}

std::optional<double> parse_rate(std::string_view text)
{
  auto const rate = parse_number<double>(text);
  return rate && *rate > 0 && *rate <= 1e6 ? rate : std::nullopt;
}

std::optional<expectation> parse_expectation(std::string_view text)
{
  if (text == "leak") return expectation::leak;
  if (text == "steady") return expectation::steady;
  return std::nullopt;
}

}  // namespace

std::variant<options, int> parse_options(int argc, char const* const* argv,
                                         program_info const& program)
{
  options result;
  result.rate = program.rate;

  CLI::App app(program.title, program.name);
  app.set_version_flag("--version", fmt::format("{} {}", program.name, version));
  app.add_option_function<std::string>("--port",
                                       parsed_as(result.endpoint.port, parse_number<std::uint16_t>,
                                                 "a port: 0 to 65535, where 0 takes any free one"),
                                       "Port of the HTTP endpoint; 0 takes any free one [6060]")
      ->type_name("PORT");
  app.add_option("--address", result.endpoint.address,
                 "Address of the HTTP endpoint, or unix:PATH [127.0.0.1]")
      ->type_name("ADDRESS");
  app.add_option("--allow-host", result.endpoint.allowed_hosts,
                 "A name by which clients may call this machine, once for each; \"*\" is any")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app.add_option("--token-file", result.endpoint.token_file,
                 "Answer only those who send the token in this file")
      ->type_name("FILE");
  app.add_flag("--hide-arguments", result.endpoint.hide_arguments,
               "Keep these arguments off the endpoint");
  app.add_option_function<std::string>(
         "--duration",
         parsed_as(result.duration, parse_duration, "a duration such as 500ms, 10s or 2m"),
         "How long the load lasts [10s]")
      ->type_name("TIME");
  app.add_option_function<std::string>(
         "--interval",
         parsed_as(result.interval, parse_duration, "a duration such as 500ms, 10s or 2m"),
         "Time between report lines [2s]")
      ->type_name("TIME");
  app.add_option_function<std::string>(
         "--rate",
         parsed_as(result.rate, parse_rate, "a rate: events a second, above 0 and at most 1000000"),
         fmt::format("Events a second [{}]", program.rate))
      ->type_name("RATE");
  app.add_flag("--once", result.once, "End after the duration instead of serving until Ctrl+C");
  app.add_option_function<std::string>(
         "--expect", parsed_as(result.expect, parse_expectation, "an expectation: leak or steady"),
         "Judge the run and end: status 0 as expected, 1 not as expected, 3 could not tell")
      ->type_name("leak|steady");
  app.add_flag("--json", result.json, "Report lines as JSON, one object a line");
  app.add_option_function<std::string>(
         "--max-rss", parsed_as(result.max_rss, parse_size, "a size such as 512MiB or 1GiB"),
         "Stop the load at this resident memory [1GiB]")
      ->type_name("SIZE");
  app.add_option_function<std::string>("--max-fds",
                                       parsed_as(result.max_fds, parse_count, "a count above 0"),
                                       "Stop the load at this many open descriptors [900]")
      ->type_name("COUNT");

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
    fmt::print(stderr, "{}: {} (see --help)\n", program.name, mistake.what());
    return 2;
  }
  return result;
}

}  // namespace leaklab
