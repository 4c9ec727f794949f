#include "encode/append.hpp"
#include "page/html.hpp"
#include "page/sections.hpp"

#include <fmt/format.h>

namespace leaklab::page
{
namespace
{

using encode::append;

// What no shell takes for anything but a part of a word. The client has chosen the name.
bool is_plain(std::string_view host)
{
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]";
  return !host.empty() && host.find_first_not_of(allowed) == host.npos;
}

class commands
{
 public:
  explicit commands(live_view const& view)
      : host_(is_plain(view.host) ? view.host : "HOST:PORT"), needs_token_(view.needs_token)
  {
  }

  void curl(std::string_view label, std::string_view path, std::string_view options = "")
  {
    add(label, fmt::format("curl -s {}{}'http://{}/{}'", options,
                           needs_token_ ? "-H \"Authorization: Bearer $(cat TOKEN_FILE)\" " : "",
                           host_, path));
  }

  void pprof(std::string_view label, std::string_view path, std::string_view options = "-top")
  {
    add(label, needs_token_ ? fmt::format("go tool pprof {} \"http://x:$(cat TOKEN_FILE)@{}/{}\"",
                                          options, host_, path)
                            : fmt::format("go tool pprof {} 'http://{}/{}'", options, host_, path));
  }

  [[nodiscard]] std::string const& text() const { return text_; }

 private:
  void add(std::string_view label, std::string const& command)
  {
    append(text_,
           "<li><p id=\"command-{0}\">{1}</p><pre aria-labelledby=\"command-{0}\">"
           "<code>{2}</code></pre><button type=\"button\" class=\"copy\" "
           "aria-describedby=\"command-{0}\">Copy</button></li>\n",
           ++count_, label, html(command, 1000));
  }

  std::string host_;
  bool needs_token_;
  std::string text_;
  int count_ = 0;
};

}  // namespace

std::string commands_section(live_view const& view)
{
  commands list(view);
  list.curl("What leaks, as text", "debug/leaks");
  list.pprof("Tasks by the function that they wait in", "debug/pprof/task");
  list.curl("Every task with its chain of coroutines", "debug/pprof/task?debug=2");
  if (view.all.heap_sampling_period > 0)
    list.pprof("What was added to the heap in ten seconds", "debug/pprof/heap", "-top -seconds 10");
  else if (view.all.heap.tcmalloc)
    list.curl("Begin to sample the heap", "debug/config/heap_sampling?period=524288", "-X POST ");
  list.curl("Open descriptors, by the stack that opened them", "debug/pprof/fd?debug=1");
  list.curl("Set a mark on the charts", "debug/marks?text=deploy-42", "-X POST ");

  std::string text;
  append(text,
         "<section aria-labelledby=\"closer\">\n<h2 id=\"closer\">Look closer</h2>\n"
         "<ul class=\"commands\">\n{}</ul>\n"
         "<h3>Every profile</h3>\n<ul class=\"links\">\n",
         list.text());
  for (auto const& [name, path, about] : view.links)
    append(text, "<li><a href=\"{}\">{}</a>: {}</li>\n", path, name, about);
  return text +
         "</ul>\n<p><a href=\"debug/pprof/\">Index with counts</a>, <a href=\"debug/vars\">all figures as "
         "JSON</a>, <a href=\"metrics\">as Prometheus metrics</a>, <a href=\"debug/tasks\">every task as "
         "JSON</a></p>\n</section>\n";
}

}  // namespace leaklab::page
