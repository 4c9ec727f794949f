// Watches what may leak, and says what does: tasks by the place where they wait, heap in use,
// descriptors by kind, and the program's own gauges.
#pragma once

#include "model/heap_origin.hpp"
#include "model/history.hpp"

#include <leaklab/task.hpp>
#include <leaklab/verdict.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <vector>

namespace leaklab::model
{

/// In the order in which a report names them: the heap grows along with most others.
enum class leak_kind
{
  tasks,
  gauge,
  fds,
  heap,
};

[[nodiscard]] std::string_view to_string(leak_kind kind) noexcept;

/// One thing that grows.
struct leak
{
  leak_kind kind = leak_kind::tasks;
  std::string what;  ///< the operation waited in, the kind of descriptor, the gauge's name
  double value = 0;  ///< now; bytes for heap
  judgement found;

  // For tasks:
  source_site waits_at;
  source_site spawned_at;
  std::chrono::milliseconds oldest{0};
  task_id example = 0;  ///< the one that has waited longest

  std::optional<symbols::source_line> allocated_at;  ///< for the heap, while it is sampled
  std::string example_descriptor;                    ///< for descriptors
};

struct leak_report
{
  leaklab::verdict verdict = leaklab::verdict::unknown;
  double watched_seconds = 0;
  double seconds_needed = 0;  ///< how much longer to watch, while it is too early for a verdict
  std::vector<leak> leaks;    ///< fastest first within a kind
  std::size_t series = 0;     ///< how many things are watched
  /// Why the heap is not among them: "malloc is libjemalloc.so.2"; empty when it is.
  std::string heap_not_watched;
};

/// Any thread.
class leak_watch
{
 public:
  leak_watch() = default;
  ~leak_watch() { stop(); }
  leak_watch(leak_watch const&) = delete;
  leak_watch& operator=(leak_watch const&) = delete;

  /// Takes a sample ten times a second on a thread of its own, less often when taking one is slow:
  /// it uses a twentieth of one processor at most.
  void start();
  void stop();

  /// Takes one sample, as of `seconds` since any fixed moment.
  void sample(double seconds);

  [[nodiscard]] leak_report report() const;

  /// The same, with an example for each leak of descriptors and the line for one of the heap. Reads
  /// debug data.
  [[nodiscard]] leak_report report(symbols::symboliser& symbols) const;

  /// All live tasks, heap in use or all open descriptors: "tasks", "heap" or "fds"; else the
  /// program's gauge of that name.
  [[nodiscard]] judgement judge(std::string_view total) const;

 private:
  struct series
  {
    leak about;
    double noise = 0;
    history past;
    bool total = false;  // over all places or kinds: for judge(), not for the report
    bool seen = false;
  };
  using key =
      std::tuple<leak_kind, std::string, char const*, std::uint32_t, char const*, std::uint32_t>;

  void keep_heap(double seconds);

  series& at(leak_kind kind, std::string what, double noise, source_site waits_at = {},
             source_site spawned_at = {});

  mutable std::mutex mutex_;
  std::map<key, series> series_;
  std::string heap_not_watched_;
  double first_ = 0;
  double last_ = 0;
  bool begun_ = false;

  // Two readings of the heap, taken at intervals that at least double: the earlier one is at least
  // half of the time watched ago.
  heap_by_stack heap_earlier_;
  heap_by_stack heap_later_;
  double keep_heap_at_ = 0;
  std::jthread thread_;
};

}  // namespace leaklab::model
