#include "http/routes.hpp"
#include "http/server.hpp"

#include <leaklab/endpoint.hpp>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <string_view>

namespace leaklab
{

struct endpoint::impl
{
  explicit impl(endpoint_options const& options)
      : host(boost::asio::ip::make_address(options.address)),
        server({.address = options.address, .port = options.port, .allowed_hosts = options.allowed_hosts},
               [this](http::request const& ask) { return routes(ask); })
  {
    if (!host.is_loopback())
      fmt::print(stderr,
                 "leaklab: the endpoint listens on {}: whoever reaches it can read this program's state\n",
                 options.address);
  }

  boost::asio::ip::address host;
  http::routes routes;
  http::server server;
};

endpoint::endpoint(endpoint_options const& options) : impl_(std::make_unique<impl>(options))
{
}

endpoint::~endpoint() = default;

std::uint16_t endpoint::port() const noexcept
{
  return impl_->server.port();
}

std::string endpoint::url() const
{
  auto const format = impl_->host.is_v6() ? "http://[{}]:{}" : "http://{}:{}";
  return fmt::format(fmt::runtime(format), impl_->host.to_string(), port());
}

}  // namespace leaklab
