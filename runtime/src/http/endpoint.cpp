#include "http/listener.hpp"
#include "http/routes.hpp"
#include "http/server.hpp"
#include "http/token_file.hpp"
#include "model/leak_watch.hpp"

#include <leaklab/endpoint.hpp>
#include <leaklab/heap.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <string>
#include <string_view>

namespace leaklab
{

namespace
{

/// All but RFC 3986's unreserved characters (section 2.3) and those of `kept` as %XX.
std::string escaped(std::string_view text, std::string_view kept = {})
{
  constexpr std::string_view unreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string result;
  for (char const c : text)
    if (unreserved.find(c) != unreserved.npos || kept.find(c) != kept.npos)
      result += c;
    else
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return result;
}

std::chrono::milliseconds checked(std::chrono::milliseconds patience)
{
  if (patience <= std::chrono::milliseconds::zero())
    throw std::invalid_argument("an endpoint needs a patience above 0");
  return patience;
}

std::string url_of(std::string const& address, std::uint16_t port)
{
  if (auto const path = http::unix_path(address); !path.empty())
    return "http+unix://" + escaped(path);
  auto const host = escaped(address, ":");  // an IPv6 address may have a zone: RFC 6874
  return fmt::format(fmt::runtime(host.find(':') == host.npos ? "http://{}:{}" : "http://[{}]:{}"),
                     host, port);
}

}  // namespace

struct endpoint::impl
{
  explicit impl(endpoint_options const& options)
      : watch(checked(options.patience), {options.libraries}),
        routes(watch, options.hide_arguments, !options.token_file.empty()),
        server(
            {.address = options.address,
             .port = options.port,
             .allowed_hosts = options.allowed_hosts,
             .token = options.token_file.empty() ? "" : http::read_token(options.token_file)},
            [this](http::request const& ask) { return routes(ask); },
            [this](http::request const& ask) { return routes.is_quick(ask); }),
        url(url_of(options.address, server.port()))
  {
    if (http::unix_path(options.address).empty() && !http::is_loopback(options.address))
      fmt::print(
          stderr,
          "leaklab: the endpoint listens on {}: whoever reaches it{} can read this program's state\n",
          options.address, options.token_file.empty() ? "" : " and has the token");
    if (options.heap_sampling_period > 0 && fixed_heap_sampling_period() == 0)
      set_heap_sampling_period(options.heap_sampling_period);
    watch.start();
  }

  model::leak_watch watch;
  http::routes routes;
  http::server server;
  std::string url;
  pid_t process = ::getpid();
};

endpoint::endpoint(endpoint_options const& options) : impl_(std::make_unique<impl>(options))
{
}

endpoint::~endpoint()
{
  if (impl_->process == ::getpid()) return;
  static std::atomic<impl*> left_to_the_parent;  // still referred to, so no leak to a leak checker
  left_to_the_parent = impl_.release();
}

std::uint16_t endpoint::port() const noexcept
{
  return impl_->server.port();
}

judgement endpoint::judge(std::string_view figure) const
{
  return impl_->watch.judge(figure);
}

std::string endpoint::url() const
{
  return impl_->url;
}

}  // namespace leaklab
