// One path of the endpoint: a row of the table in routes.cpp.
#pragma once

#include "http/message.hpp"
#include "model/leak_watch.hpp"
#include "symbols/place_book.hpp"
#include "symbols/symboliser.hpp"

#include <cstdint>
#include <string_view>

namespace leaklab::http
{

/// What handlers answer from. For one thread, the server's; outlives the answers that come later.
struct sources
{
  model::leak_watch const& watch;
  bool hide_arguments;  ///< of the command line, only the program's name is shown
  bool needs_token;     ///< whoever asks must send one
  symbols::symboliser symbols{};
  symbols::place_book places{symbols};
};

/// How many there are of what the profiles show.
struct index_counts
{
  std::uint64_t none = 0;
  std::uint64_t tasks = 0;
  std::uint64_t fds = 0;
  std::uint64_t heap_samples = 0;
  std::uint64_t counted_allocations = 0;  ///< places that allocated
  std::uint64_t growths = 0;
  std::uint64_t threads = 0;
};

enum class methods
{
  get,  ///< and HEAD
  /// The same, and its handler takes next to no time and may run at any, on another thread.
  get_at_once,
  get_and_post  ///< and HEAD
};

struct route
{
  std::string_view path;
  http::methods methods;
  response (*answer)(request const& ask, sources& from);

  // For a path below the index that is to be listed there:
  std::string_view description = {};  ///< HTML
  std::string_view query = {};        ///< with which the index links to it
  std::uint64_t index_counts::*count = &index_counts::none;
};

}  // namespace leaklab::http
