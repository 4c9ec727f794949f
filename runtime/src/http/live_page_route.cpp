#include "http/live_page_route.hpp"

#include "http/answers.hpp"
#include "http/profiler_routes.hpp"
#include "page/live_page.hpp"
#include "probe/identity.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <limits>
#include <stdexcept>
#include <vector>

namespace leaklab::http
{
namespace
{

/// 128 bits that nobody can guess.
std::string make_nonce()
{
  unsigned char bytes[16];
  if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
    throw std::runtime_error("the system has no random bytes");
  std::string text;
  for (auto const byte : bytes)
    text += fmt::format("{:02x}", byte);
  return text;
}

/// Nothing but what is in the page, and what its script asks of this endpoint: no text that
/// got into it could load or run anything, or send what it shows elsewhere. Pages of this machine may
/// frame it, as `lab compare --page` does to show two programs beside each other. They see nothing of
/// it, and there is nothing in it to trick a click into: its links only show.
std::string policy(std::string const& nonce)
{
  return fmt::format(
      "default-src 'none'; style-src 'nonce-{0}'; script-src 'nonce-{0}'; connect-src 'self'; "
      "img-src data:; base-uri 'none'; form-action 'none'; "
      "frame-ancestors http://127.0.0.1:* http://localhost:*",
      nonce);
}

}  // namespace

response live_page(request const& ask, sources& from, std::span<route const> known)
{
  if (auto refused = refuse_bad_seconds(ask)) return *refused;
  page::live_view view;
  auto identity = read_identity();
  view.program = std::move(identity.name);
  view.process = identity.id;
  view.host = ask.host;
  view.needs_token = from.needs_token;
  view.asked_seconds = parse_number<double>(ask.parameter("seconds")).value_or(0);
  view.nonce = make_nonce();
  // Before debug data is in memory:
  auto counted = from.watch.last();
  view.all = counted ? model::collect_statistics(std::move(*counted)) : model::collect_statistics();
  view.seen = from.watch.look_back(
      from.symbols,
      view.asked_seconds > 0 ? view.asked_seconds : std::numeric_limits<double>::infinity(),
      opening_functions);

  std::vector<std::string> paths;
  std::vector<page::link> links;
  for (auto const& route : known)
    if (!route.description.empty())
      paths.push_back(fmt::format("{}{}", route.path.substr(1), route.query));
  for (std::size_t i = 0; auto const& route : known)
    if (!route.description.empty())
      links.push_back({route.path.substr(pprof_prefix.size()), paths[i++], route.description});
  view.links = links;
  // A second style sheet, under another nonce than that of the page which asks, would be refused.
  view.is_whole = ask.parameter("part") != "live";

  auto answer = typed("text/html; charset=utf-8", page::live_page(view));
  answer.headers.emplace_back("Content-Security-Policy", policy(view.nonce));
  answer.headers.emplace_back("Referrer-Policy", "no-referrer");
  return answer;
}

}  // namespace leaklab::http
