// The page at "/": the verdict in words, what has been, what is where, and how to look closer.
#pragma once

#include "model/overview.hpp"
#include "model/statistics.hpp"

#include <span>
#include <string>
#include <string_view>

namespace leaklab::page
{

/// To a profile.
struct link
{
  std::string_view name;
  std::string_view path;  ///< from the page, with its query; HTML
  std::string_view text;  ///< HTML
};

struct live_view
{
  std::string program;
  int process = 0;
  std::string host;          ///< as the client called this machine, with the port
  bool needs_token = false;  ///< whoever asks for anything must send one
  double asked_seconds = 0;  ///< that the charts are to show; 0: all
  std::string nonce;         ///< of the answer's Content-Security-Policy
  model::overview seen;
  model::statistics all;
  std::span<link const> links;
  bool is_whole = true;  ///< or what the script of a whole one replaces alone
};

/// HTML, at most 60 KiB. What the program has named is escaped, and bounded in number and length.
[[nodiscard]] std::string live_page(live_view const& view);

}  // namespace leaklab::page
