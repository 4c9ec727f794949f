// Who the shop talks to: partners register with the role that they have and the port that they
// listen on.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace shop
{

/// Roles are "webhook", "supplier", "recommender" and "warehouse". One thread.
class partner_book
{
 public:
  using endpoint = boost::asio::ip::tcp::endpoint;

  static constexpr std::size_t most_of_a_role = 4;

  /// False when there are too many of them.
  bool add(std::string_view role, endpoint const& partner)
  {
    auto& known = by_role_[std::string(role)];
    if (std::ranges::find(known, partner) != known.end()) return true;
    if (known.size() == most_of_a_role) return false;
    known.push_back(partner);
    return true;
  }

  [[nodiscard]] std::vector<endpoint> of(std::string_view role) const
  {
    auto const known = by_role_.find(role);
    return known == by_role_.end() ? std::vector<endpoint>() : known->second;
  }

 private:
  std::map<std::string, std::vector<endpoint>, std::less<>> by_role_;
};

}  // namespace shop
