#include "http/index_page.hpp"

#include "http/answers.hpp"

#include <fmt/format.h>

namespace leaklab::http
{

std::string index_page(std::span<route const> known, index_counts const& counts)
{
  std::string rows;
  std::string items;
  for (auto const& route : known)
  {
    if (route.description.empty()) continue;
    auto const name = route.path.substr(pprof_prefix.size());
    rows += fmt::format("<tr><td>{0}</td><td><a href=\"{1}{2}\">{1}</a></td></tr>\n",
                        counts.*route.count, name, route.query);
    items += fmt::format("<li><b>{}</b>: {}</li>\n", name, route.description);
  }
  return fmt::format(R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>/debug/pprof/</title>
<link rel="icon" href="data:,">
<style>body {{ font-family: sans-serif; max-width: 50em; margin: 1em auto; padding: 0 1em }}
td, th {{ text-align: left; padding: .1em 1em .1em 0 }} td:first-child {{ text-align: right }}</style>
</head>
<body>
<h1>/debug/pprof/</h1>
<p>Set <code>debug=1</code> as a query parameter to read a profile as text; without it, it is for <code>go tool pprof</code>.</p>
<table>
<thead><tr><th>Count</th><th>Profile</th></tr></thead>
<tbody>
{}</tbody>
</table>
<p><a href="../leaks">what leaks</a>, <a href="task?debug=2">every task, one by one</a> (<a href="../tasks">as JSON</a>),
<a href="../vars">all figures as JSON</a>, <a href="../../metrics">as Prometheus metrics</a></p>
<h2>Profiles</h2>
<ul>
{}</ul>
<p>There are no profiles <b>block</b> and <b>mutex</b>: the runtime does not see threads wait. <b>task</b> shows what tasks wait for.</p>
</body>
</html>
)",
                     rows, items);
}

}  // namespace leaklab::http
