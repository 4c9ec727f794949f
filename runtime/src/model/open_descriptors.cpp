#include "model/open_descriptors.hpp"

#include "model/own_line.hpp"
#include "model/stack_table.hpp"
#include "probe/descriptors.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>

namespace leaklab::model
{
namespace
{

/// What lies between the code that wants a file or a connection and the call that opens it; see
/// heap_profile.cpp on how pprof matches.
constexpr char opening_frames[] =
    "std::__basic_file<.*>::.*|std::basic_(file|filebuf|ifstream|ofstream|fstream)<.*>::.*"
    "|std::filesystem::.*|boost::asio::detail::socket_ops::.*"
    "|boost::asio::detail::reactive_socket_service.*"
    "|boost::asio::basic_(socket|stream_socket|datagram_socket|socket_acceptor)<.*>::.*";

}  // namespace

bool is_hidden(symbols::symboliser& symbols, std::span<std::uintptr_t const> opened,
               std::span<std::string_view const> hidden)
{
  for (auto const address : opened)
    for (auto const& line : symbols.lines(address - 1))
    {
      if (is_own(line)) return false;
      auto const begins_line = [&](auto prefix) { return line.function.starts_with(prefix); };
      if (std::ranges::any_of(hidden, begins_line)) return true;
    }
  return false;
}

profile make_fd_profile(symbols::symboliser& symbols, symbols::place_book& places,
                        std::span<std::string_view const> hidden)
{
  profile fds;
  fds.name = "fd";
  fds.sample_types = {{"fd", "count"}};
  fds.period_type = fds.sample_types.front();
  fds.drop_frames = opening_frames;
  fds.time_ns =
      std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();

  stack_table stacks(fds, symbols, "");
  std::vector<std::uint32_t> nowhere;
  for (auto const& [kind, opened] : read_openings())
    for (auto const& [addresses, count] : opened)
    {
      if (is_hidden(symbols, addresses, hidden)) continue;
      if (addresses.empty() && nowhere.empty())
      {
        nowhere.push_back(static_cast<std::uint32_t>(fds.locations.size()));
        fds.locations.push_back(places.at({.function = "not known"}));
      }
      fds.samples.push_back({addresses.empty() ? nowhere : *stacks.add(addresses),
                             {static_cast<std::int64_t>(count)},
                             {{"kind", std::string(kind), 0, ""}}});
    }
  fds.mappings = symbols.mappings();
  return fds;
}

std::map<std::string_view, amounts_by_stack> read_openings()
{
  std::map<std::string_view, amounts_by_stack> openings;
  for (auto& each : read_open_descriptors())
    ++openings[each.kind][std::move(each.stack)];
  return openings;
}

}  // namespace leaklab::model
