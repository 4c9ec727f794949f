#include "http/routes.hpp"

#include "encode/marks.hpp"
#include "encode/metrics.hpp"
#include "encode/statistics.hpp"
#include "http/answers.hpp"
#include "http/heap_graph_routes.hpp"
#include "http/index_page.hpp"
#include "http/leaks_route.hpp"
#include "http/live_page_route.hpp"
#include "http/profiler_routes.hpp"
#include "http/resource_routes.hpp"
#include "http/stuck_routes.hpp"
#include "http/task_routes.hpp"
#include "model/marks.hpp"
#include "model/statistics.hpp"
#include "own_work.hpp"
#include "probe/identity.hpp"

#include <leaklab/heap.hpp>
#include <leaklab/process.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace leaklab::http
{
namespace
{

response redirect(int status, std::string to)
{
  response answer;
  answer.status = status;
  answer.headers.emplace_back("Location", std::move(to));
  return answer;
}

response from_beside(request const&, sources&)
{
  return redirect(301, std::string(pprof_prefix));
}

response cmdline(request const&, sources& from)
{
  auto arguments = read_command_line();
  if (from.hide_arguments) arguments.resize(std::min(arguments.find('\0'), arguments.size()));
  return plain(std::move(arguments));
}

response marks(request const& ask, sources&)
{
  if (ask.method != verb::post)
    return typed("application/json", encode::marks_as_json(model::read_marks()));
  auto const text = ask.parameter("text");
  if (text.empty())
    return response::error(400, "a mark needs a text: POST /debug/marks?text=deploy-42");
  mark(text);
  return plain("marked\n");
}

model::statistics judged(model::statistics&& all, sources& from)
{
  auto report = from.watch.report();
  all.verdicts = std::move(report.figures);
  all.own = {.watch_bytes = report.own_bytes, .connections = own_socket::count()};
  return all;
}

response vars(request const&, sources& from)
{
  return typed("application/json",
               encode::statistics_as_json(judged(model::collect_statistics(), from)));
}

response metrics(request const&, sources& from)
{
  auto counted = from.watch.last();
  return typed(
      encode::metrics_text::content_type,
      encode::statistics_as_metrics(judged(
          counted ? model::collect_statistics(std::move(*counted)) : model::collect_statistics(),
          from)));
}

response healthz(request const&, sources&)
{
  return plain("ok\n");
}

/// Of Go's profiles, those that have no counterpart.
response waits_of_threads(request const& ask, sources&)
{
  return response::error(404, "there is no profile " + ask.path.substr(pprof_prefix.size()) +
                                  ": the runtime does not see threads wait "
                                  "(/debug/pprof/task shows what tasks wait for)");
}

response index(request const&, sources&);
response live(request const&, sources&);

using enum methods;
using counts = index_counts;

// Those of the index stand in the order of its rows.
constexpr route table[] = {
    {"/", get, live},
    {"/debug/pprof", get_and_post, from_beside},
    {"/debug/pprof/", get, index},
    {"/debug/pprof/allocs", get, allocs,
     "all allocations since their counting was switched on, also those freed again.", "?debug=1",
     &counts::counted_allocations},
    {"/debug/pprof/block", get, waits_of_threads},
    {"/debug/pprof/cmdline", get, cmdline,
     "the command line of this program, arguments separated by NUL."},
    {"/debug/pprof/fd", get, fd, "the open descriptors, by the stack that opened them.", "?debug=1",
     &counts::fds},
    {"/debug/pprof/goroutine", get, tasks,
     "the task profile under the name that Go's tools ask for.", "?debug=1", &counts::tasks},
    {"/debug/pprof/goroutineleak", get, stuck,
     "the profile of stuck tasks under the name that Go's tools ask for.", "?debug=1"},
    {"/debug/pprof/growth", get, growth,
     "what the allocator took from the system, by the stack that it was taken for.", "?debug=1",
     &counts::growths},
    {"/debug/pprof/heap", get, heap,
     "a sample of the memory in use, by the stack that allocated it; <code>gc=1</code> first gives "
     "free\nmemory back to the system, <code>seconds=N</code> shows the change over a time.",
     "?debug=1", &counts::heap_samples},
    {"/debug/pprof/lost", get, lost,
     "of the heap's samples, those that nothing in the program refers to any more: lost for good.\n"
     "Two looks at all memory must agree, so the answer takes a moment.",
     "?debug=1"},
    {"/debug/pprof/mutex", get, waits_of_threads},
    {"/debug/pprof/profile", get, profile,
     "the processor's time over <code>seconds=N</code>, 30 by default.", "?seconds=5"},
    {"/debug/pprof/stuck", get, stuck,
     "of the waiting tasks, those that nothing in the program can wake any more. Two looks at all\n"
     "memory must agree, so the answer takes a moment.",
     "?debug=1"},
    {"/debug/pprof/symbol", get_and_post, symbol, "names for addresses, given as 0xA+0xB."},
    {"/debug/pprof/task", get, tasks,
     "every live task, by where it waits and where it was spawned.", "?debug=1", &counts::tasks},
    {"/debug/pprof/threadcreate", get, threads, "every thread, by its name.", "?debug=1",
     &counts::threads},
    {"/debug/pprof/trace", get, trace,
     "what every task did over <code>seconds=N</code>, 1 by default, for\n"
     "<a href=\"https://ui.perfetto.dev\">Perfetto</a> and chrome://tracing.",
     "?seconds=1"},
    {"/debug/config/heap_sampling", get_and_post, heap_sampling},
    {"/debug/config/allocation_sampling", get_and_post, allocation_sampling},
    {"/debug/holders", get, holders},
    {"/debug/leaks", get, leaks},
    {"/debug/marks", get_and_post, marks},
    {"/debug/resources", get, resources},
    {"/debug/tasks", get, task_list},
    {"/debug/vars", get, vars},
    {"/metrics", get_at_once, metrics},
    {"/healthz", get_at_once, healthz},
    // As google-pprof asks for them:
    {"/pprof/cmdline", get, cmdline},
    {"/pprof/fd", get, legacy_fd},
    {"/pprof/growth", get, legacy_growth},
    {"/pprof/heap", get, legacy_heap},
    {"/pprof/holders", get, legacy_holders},
    {"/pprof/profile", get, legacy_profile},
    {"/pprof/symbol", get_and_post, symbol},
};

response index(request const&, sources& from)
{
  return typed(
      "text/html; charset=utf-8",
      index_page(table, {.tasks = count_tasks().live,
                         .fds = count_fds(from),
                         .heap_samples = heap_sampling_period() ? read_heap_samples().size() : 0,
                         .counted_allocations =
                             allocation_sampling_period() ? read_allocations().size() : 0,
                         .growths = read_heap_growth().size(),
                         .threads = read_process_stats().threads}));
}

response live(request const& ask, sources& from)
{
  return live_page(ask, from, table);
}

route const* find(std::string_view path) noexcept
{
  auto const* const found = std::ranges::find(table, path, &route::path);
  return found == std::end(table) ? nullptr : found;
}

}  // namespace

response routes::operator()(request const& ask)
{
  auto const* const found = find(ask.path);
  if (!found)
    return response::error(
        404, ask.path.starts_with(pprof_prefix) ? "Unknown profile" : "404 page not found");
  if (ask.method == verb::post && found->methods != get_and_post) return not_allowed("GET, HEAD");
  if (found->methods == get_at_once) return found->answer(ask, from_);
  symbols::symboliser::reading const names(from_.symbols);
  return found->answer(ask, from_);
}

bool routes::is_quick(request const& ask) const
{
  auto const* const found = find(ask.path);
  return found && found->methods == get_at_once &&
         (found->answer != metrics || from_.watch.has_counted());
}

}  // namespace leaklab::http
