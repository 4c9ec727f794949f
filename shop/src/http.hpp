// A request and its answer, as the parts of the shop see them. Only http_server.cpp and
// http_client.cpp know the library behind them, which takes long to compile.
#pragma once

#include <string>
#include <string_view>

namespace shop
{

struct request
{
  std::string method;
  std::string path;   ///< "/products/17"
  std::string query;  ///< "album=3"
  std::string body;

  /// The value of "name=value" in the query; empty without one.
  [[nodiscard]] std::string_view parameter(std::string_view name) const;
  /// The number at the end of the path: 17; 0 without one.
  [[nodiscard]] unsigned number() const;
};

struct response
{
  unsigned status = 200;
  std::string body;
};

}  // namespace shop
