// The endpoint's paths: which snapshot, in which encoding, under which headers. The answers are
// those of Go's net/http/pprof where it has the same path, so that its clients work unchanged.
#pragma once

#include "http/message.hpp"
#include "http/profiler_routes.hpp"
#include "model/leak_watch.hpp"
#include "symbols/place_book.hpp"
#include "symbols/symboliser.hpp"

namespace leaklab::http
{

/// For one thread: the server's.
class routes
{
 public:
  /// `hide_arguments`: of the command line, only the program's name is shown.
  explicit routes(model::leak_watch const& watch, bool hide_arguments = false)
      : watch_(watch), hide_arguments_(hide_arguments)
  {
  }

  [[nodiscard]] response operator()(request const& ask);

 private:
  using route = response (routes::*)(request const&);

  [[nodiscard]] response index(request const&);
  [[nodiscard]] response tasks(request const&);
  [[nodiscard]] response heap(request const&);
  [[nodiscard]] response trace(request const&);
  [[nodiscard]] response cmdline(request const&);
  [[nodiscard]] response symbol(request const&);
  [[nodiscard]] response task_list(request const&);
  [[nodiscard]] response leaks(request const&);
  [[nodiscard]] response vars(request const&);
  [[nodiscard]] response metrics(request const&);
  [[nodiscard]] response healthz(request const&);

  [[nodiscard]] std::string symbol_name(std::uint64_t address);
  [[nodiscard]] std::string symbol_names(std::uint64_t address);

  model::leak_watch const& watch_;
  bool hide_arguments_;
  symbols::symboliser symbols_;
  symbols::place_book places_{symbols_};
  profiler_routes profilers_{symbols_};
};

}  // namespace leaklab::http
