// Watches what may leak, and says what does: tasks by the place where they wait, heap in use,
// descriptors by kind, and the program's own gauges.
#pragma once

#include "model/finding.hpp"
#include "model/overview.hpp"
#include "model/own_line.hpp"
#include "model/readings.hpp"
#include "model/statistics.hpp"
#include "model/trend.hpp"

#include <leaklab/task.hpp>
#include <leaklab/verdict.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace leaklab::model
{

/// Any thread. Who asks waits for no sample that is being taken, so for no gauge of the program's
/// that is stuck: what a sample has read is there when all of it has been.
class leak_watch
{
 public:
  explicit leak_watch(std::chrono::duration<double> patience = judge_options().patience,
                      libraries named = {})
      : patience_(patience), libraries_(std::move(named))
  {
  }
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

  /// The same, with the lines and an example for each finding of descriptors, and the lines for
  /// the heap. Reads debug data.
  [[nodiscard]] leak_report report(symbols::symboliser& symbols) const;

  /// That report, the last `seconds` of all figures, and what is where now. Not among the
  /// descriptors are those that functions have opened whose names begin with one of `hidden`. Reads
  /// debug data.
  [[nodiscard]] overview look_back(symbols::symboliser& symbols, double seconds,
                                   std::span<std::string_view const> hidden) const;

  /// What the report says of "tasks", "heap", "fds" or a gauge of the program.
  [[nodiscard]] judgement judge(std::string_view figure) const;

  /// What the last sample has counted; nothing before the first.
  [[nodiscard]] std::optional<counted> last() const;
  [[nodiscard]] bool has_counted() const;

  [[nodiscard]] libraries const& named_libraries() const noexcept { return libraries_; }

 private:
  struct seen_figure
  {
    finding about;  // all but what is found
    judge_options options;
    age_counts ages;
    bool total = false;  // over all places or kinds
  };
  struct series : seen_figure
  {
    trend past;
  };
  using key =
      std::tuple<figure_kind, std::string, char const*, std::uint32_t, char const*, std::uint32_t>;

  /// What a sample reads. It becomes part of the rest when all has been read.
  struct look
  {
    std::map<key, seen_figure> figures;
    std::size_t new_figures = 0;  // that the watch has not seen before
    counted all;
    double spawned = 0;
    std::string heap_not_watched;
    std::optional<amounts_by_stack> heap_by_stack;
    std::optional<std::map<std::string_view, amounts_by_stack>> opened;  // by kind
    std::optional<double> resident;
  };

  void count_tasks_by_place(look& now, double seconds) const;
  void count_descriptors(look& now);
  void read_heap(look& now);
  void read_program_gauges(look& now) const;
  static void read_resident(look& now);
  void read_stacks(look& now, double seconds);
  void keep(look&& now, double seconds);

  // With the mutex:
  [[nodiscard]] leak_report judge_all() const;
  [[nodiscard]] std::vector<figure_course> courses(leak_report const& report, double begin) const;
  [[nodiscard]] std::vector<wait_site> wait_sites() const;

  void find_spawner(finding& all) const;
  void add_places(leak_report& report, symbols::symboliser& symbols,
                  amounts_by_stack const& heap) const;
  [[nodiscard]] readings::kept before(finding const& found) const;

  // Null for a place beyond the most that are watched.
  seen_figure* at(look& now, figure_kind kind, std::string what, judge_options const& options,
                  source_site waits_at = {}, source_site spawned_at = {}) const;
  void set(look& now, figure_kind kind, std::string what, double value,
           judge_options const& options, bool total = false) const;
  [[nodiscard]] judge_options allowing(double noise) const;
  [[nodiscard]] std::size_t bytes() const;

  std::chrono::duration<double> patience_;
  libraries libraries_;

  std::mutex sampling_;  // of one sample at a time
  std::optional<fd_counts> fds_;
  std::size_t own_sockets_ = 0;        // among them
  std::optional<double> heap_in_use_;  // without the runtime's own
  int heap_looks_skipped_ = 0;
  int fd_looks_skipped_ = 0;
  double read_stacks_at_ = 0;

  // Changed by a sample, with both mutexes; so a sample reads it with its own.
  mutable std::mutex mutex_;
  std::map<key, series> series_;
  history spawned_;   // tasks at each sample so far: tells the age of one by its number
  history resident_;  // to be shown: RSS keeps what was freed, so it is not judged
  readings heap_by_stack_;
  std::map<std::string, readings, std::less<>> openings_;  // by kind
  std::string heap_not_watched_;
  std::optional<counted> last_;

  std::jthread thread_;
};

}  // namespace leaklab::model
