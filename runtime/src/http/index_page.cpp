#include "http/index_page.hpp"

#include <fmt/format.h>

namespace leaklab::http
{

std::string index_page(std::uint64_t live_tasks, std::size_t heap_samples, std::size_t growths)
{
  return fmt::format(R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>/debug/pprof/</title>
<style>body {{ font-family: sans-serif; max-width: 50em; margin: 1em auto; padding: 0 1em }}
td, th {{ text-align: left; padding: .1em 1em .1em 0 }} td:first-child {{ text-align: right }}</style>
</head>
<body>
<h1>/debug/pprof/</h1>
<p>Set <code>debug=1</code> as a query parameter to read a profile as text; without it, it is for <code>go tool pprof</code>.</p>
<table>
<thead><tr><th>Count</th><th>Profile</th></tr></thead>
<tbody>
<tr><td>{1}</td><td><a href="allocs?debug=1">allocs</a></td></tr>
<tr><td>0</td><td><a href="cmdline">cmdline</a></td></tr>
<tr><td>{0}</td><td><a href="goroutine?debug=1">goroutine</a></td></tr>
<tr><td>{2}</td><td><a href="growth?debug=1">growth</a></td></tr>
<tr><td>{1}</td><td><a href="heap?debug=1">heap</a></td></tr>
<tr><td>0</td><td><a href="profile?seconds=5">profile</a></td></tr>
<tr><td>0</td><td><a href="symbol">symbol</a></td></tr>
<tr><td>{0}</td><td><a href="task?debug=1">task</a></td></tr>
<tr><td>0</td><td><a href="trace?seconds=1">trace</a></td></tr>
</tbody>
</table>
<p><a href="task?debug=2">every task, one by one</a> (<a href="../tasks">as JSON</a>),
<a href="../vars">all figures as JSON</a>, <a href="../../metrics">as Prometheus metrics</a></p>
<h2>Profiles</h2>
<ul>
<li><b>allocs</b>: all allocations since their counting was switched on, also those freed again.</li>
<li><b>cmdline</b>: the command line of this program, arguments separated by NUL.</li>
<li><b>goroutine</b>: the task profile under the name that Go's tools ask for.</li>
<li><b>growth</b>: what the allocator took from the system, by the stack that it was taken for.</li>
<li><b>heap</b>: a sample of the memory in use, by the stack that allocated it; <code>gc=1</code> first gives free
memory back to the system, <code>seconds=N</code> shows the change over a time.</li>
<li><b>profile</b>: the processor's time over <code>seconds=N</code>, 30 by default.</li>
<li><b>symbol</b>: names for addresses, given as 0xA+0xB.</li>
<li><b>task</b>: every live task, by where it waits and where it was spawned.</li>
<li><b>trace</b>: what every task did over <code>seconds=N</code>, 1 by default, for
<a href="https://ui.perfetto.dev">Perfetto</a> and chrome://tracing.</li>
</ul>
</body>
</html>
)",
                     live_tasks, heap_samples, growths);
}

}  // namespace leaklab::http
