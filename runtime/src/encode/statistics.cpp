#include "encode/statistics.hpp"

#include "encode/metrics.hpp"
#include "encode/utf8.hpp"

#include <leaklab/function_name.hpp>

#include <boost/json.hpp>

#include <array>
#include <utility>

namespace leaklab::encode
{
namespace
{

namespace json = boost::json;

// What all surfaces say about descriptors, in the same words.
std::array<std::pair<char const*, std::size_t>, 7> by_kind(fd_counts const& fds)
{
  return {{{"file", fds.files},
           {"directory", fds.directories},
           {"socket", fds.sockets},
           {"pipe", fds.pipes},
           {"device", fds.devices},
           {"anonymous", fds.anonymous},
           {"other", fds.other}}};
}

json::object heap_json(heap_stats const& heap, std::int64_t sampling_period)
{
  json::object figures{{"allocator", heap.allocator}, {"watched", heap.watched}};
  if (!heap.watched) return figures;
  figures["in_use_bytes"] = heap.in_use_bytes;
  figures["heap_bytes"] = heap.heap_bytes;
  figures["free_bytes"] = heap.free_bytes;
  figures["unmapped_bytes"] = heap.unmapped_bytes;
  figures["thread_cache_bytes"] = heap.thread_cache_bytes;
  figures["central_cache_bytes"] = heap.central_cache_bytes;
  figures["sampling_period_bytes"] = sampling_period;
  return figures;
}

void add_heap(metrics_text& text, heap_stats const& heap, std::int64_t sampling_period)
{
  auto const number = [](auto value) { return static_cast<double>(value); };
  text.gauge("leaklab_heap_in_use_bytes", "Bytes that the program has allocated and not freed.",
             number(heap.in_use_bytes));
  text.gauge("leaklab_heap_size_bytes",
             "Address space that the allocator has taken from the system.",
             number(heap.heap_bytes));
  text.gauge("leaklab_heap_free_bytes", "Free pages that the allocator keeps resident.",
             number(heap.free_bytes));
  text.gauge("leaklab_heap_unmapped_bytes", "Free pages that the allocator has given back.",
             number(heap.unmapped_bytes));
  text.gauge("leaklab_heap_thread_cache_bytes", "Free objects in the caches of threads.",
             number(heap.thread_cache_bytes));
  text.gauge("leaklab_heap_central_cache_bytes", "Free objects in the central caches.",
             number(heap.central_cache_bytes));
  text.gauge("leaklab_heap_sampling_period_bytes",
             "Mean distance of two heap samples; 0 when there are none.", number(sampling_period));
}

json::array failures_json(std::vector<task_failure> const& failures)
{
  json::array all;
  for (auto const& f : failures)
    all.push_back(json::object{{"name", to_utf8(f.name)},
                               {"count", f.count},
                               {"last_message", to_utf8(f.last_message)},
                               {"function", clean_function_name(f.spawned_at.function)},
                               {"file", f.spawned_at.file},
                               {"line", f.spawned_at.line}});
  return all;
}

}  // namespace

std::string statistics_as_json(model::statistics const& all)
{
  json::object fds{{"total", all.process.fds.total}};
  for (auto const& [kind, count] : by_kind(all.process.fds))
    fds[kind] = count;

  json::object const process{{"open_fds", fds},
                             {"max_fds", all.process.fd_limit},
                             {"resident_bytes", all.process.resident_bytes},
                             {"virtual_bytes", all.process.virtual_bytes},
                             {"threads", all.process.threads},
                             {"cpu_seconds", all.process.cpu_seconds},
                             {"start_time_seconds", all.process.start_time_seconds}};
  json::object const tasks{
      {"live", all.tasks.live},       {"running", all.states.running},
      {"ready", all.states.ready},    {"waiting", all.states.waiting},
      {"spawned", all.tasks.spawned}, {"finished", all.tasks.finished},
      {"failed", all.tasks.failed},   {"failures", failures_json(all.failures)}};
  json::object gauges;
  for (auto const& g : all.gauges)
    gauges[to_utf8(g.name)] = g.value;
  json::object verdicts;
  for (auto const& [figure, found] : all.verdicts)
    verdicts[to_utf8(figure)] = to_string(found.verdict);
  json::object const own{{"watch_bytes", all.own.watch_bytes},
                         {"connections", all.own.connections}};
  return json::serialize(json::object{{"process", process},
                                      {"heap", heap_json(all.heap, all.heap_sampling_period)},
                                      {"tasks", tasks},
                                      {"gauges", gauges},
                                      {"verdicts", verdicts},
                                      {"runtime", own}}) +
         "\n";
}

std::string statistics_as_metrics(model::statistics const& all)
{
  auto const number = [](auto value) { return static_cast<double>(value); };
  using kind = metrics_text::kind;
  metrics_text text;

  auto const& process = all.process;
  text.counter("process_cpu_seconds_total", "User and system CPU time spent, in seconds.",
               process.cpu_seconds);
  text.gauge("process_open_fds", "Number of open file descriptors.", number(process.fds.total));
  if (process.fd_limit)
    text.gauge("process_max_fds", "Maximum number of open file descriptors.",
               number(process.fd_limit));
  text.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.",
             number(process.virtual_bytes));
  if (process.virtual_limit_bytes)
    text.gauge("process_virtual_memory_max_bytes",
               "Maximum amount of virtual memory available in bytes.",
               number(process.virtual_limit_bytes));
  text.gauge("process_resident_memory_bytes", "Resident memory size in bytes.",
             number(process.resident_bytes));
  text.gauge("process_threads", "Number of OS threads in the process.", number(process.threads));
  text.gauge("process_start_time_seconds",
             "Start time of the process since the Unix epoch, in seconds.",
             process.start_time_seconds);

  text.family(kind::gauge, "leaklab_open_fds", "Open file descriptors by what they refer to.");
  for (auto const& [name, count] : by_kind(process.fds))
    text.sample(number(count), {{"kind", name}});

  text.family(kind::gauge, "leaklab_tasks", "Live tasks by state.");
  text.sample(number(all.states.running), {{"state", "running"}});
  text.sample(number(all.states.ready), {{"state", "ready"}});
  text.sample(number(all.states.waiting), {{"state", "waiting"}});
  text.counter("leaklab_tasks_spawned_total", "Tasks spawned.", number(all.tasks.spawned));
  text.counter("leaklab_tasks_finished_total", "Tasks that returned or were cancelled.",
               number(all.tasks.finished));
  text.counter("leaklab_tasks_failed_total", "Tasks that ended in an exception.",
               number(all.tasks.failed));

  if (all.heap.watched) add_heap(text, all.heap, all.heap_sampling_period);

  if (!all.gauges.empty())
    text.family(kind::gauge, "leaklab_gauge", "Figures of the program's own, by name.");
  for (auto const& g : all.gauges)
    text.sample(g.value, {{"name", to_utf8(g.name)}});

  text.family(kind::gauge, "leaklab_verdict",
              "1 for what /debug/leaks says of a figure, 0 for what else it could say.");
  for (auto const& [figure, found] : all.verdicts)
    for (auto const each : {verdict::leaking, verdict::growing, verdict::held, verdict::bounded,
                            verdict::steady, verdict::unknown})
      text.sample(found.verdict == each ? 1 : 0,
                  {{"figure", figure}, {"verdict", to_string(each)}});
  text.gauge("leaklab_runtime_watch_bytes",
             "Bytes that the runtime's own watch has allocated: no part of the figures it judges.",
             number(all.own.watch_bytes));
  text.gauge("leaklab_runtime_connections",
             "Connections to the runtime's endpoint: no part of the figures it judges.",
             number(all.own.connections));
  return text.text();
}

}  // namespace leaklab::encode
