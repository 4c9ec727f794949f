// What all programs of the lab have in common: options, load, report lines, limits, verdict,
// endpoint, signals. A twin brings its scenario:
//
//     awaitable<void> scenario(leaklab::lab& lab)
//     {
//       for (auto clock = lab.ticks(); co_await clock.next();) lab.spawn(handle_request(), "request");
//     }
//
//     int main(int argc, char** argv) { return leaklab::run(argc, argv, scenario); }
#pragma once

#include <leaklab/scope.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/intrusive/list.hpp>
#include <runner/program_info.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <source_location>

namespace leaklab
{

class lab;
class tick_clock;
namespace detail
{
struct lab_coroutines;
}

using scenario_function = std::function<awaitable<void>(lab&)>;

/// Operations of the scenario: what a fix must not change is `completed`.
struct work_counts
{
  std::uint64_t offered = 0;  ///< ticks that the clocks have given out
  std::uint64_t completed = 0;
  std::uint64_t refused = 0;  ///< turned away on purpose

  [[nodiscard]] std::uint64_t outstanding() const noexcept { return offered - completed - refused; }
};

/// Ticks on an even schedule; when its task comes late, the ticks that are due follow at once, so
/// none is lost.
class tick_clock : public boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>>
{
 public:
  explicit tick_clock(lab& lab);

  tick_clock(tick_clock const&) = delete;
  tick_clock& operator=(tick_clock const&) = delete;

  /// True at the next tick, false when the program stops.
  [[nodiscard]] awaitable<bool> next(std::source_location where = std::source_location::current());

 private:
  friend class lab;
  friend struct detail::lab_coroutines;

  lab& lab_;
  steady_timer timer_;
  steady_timer::time_point const begin_ = steady_timer::clock_type::now();
  std::uint64_t ticked_ = 0;
};

/// What a scenario gets. Its tasks and clocks run on one thread; completed(), refused(), work(),
/// hold() and stop() may be called from any.
class lab
{
 public:
  lab(boost::asio::any_io_executor executor, double rate);

  lab(lab const&) = delete;
  lab& operator=(lab const&) = delete;

  /// Runs the scenario in the calling task, which thereby owns all others. Once.
  [[nodiscard]] awaitable<void> run(scenario_function scenario);

  [[nodiscard]] boost::asio::any_io_executor get_executor() const noexcept { return executor_; }

  /// Runs `body` as a task that the lab cancels and joins when the program stops, before the
  /// scenario's clock returns false: so `body` may refer to what the scenario declares ahead of its
  /// clock.
  void spawn(awaitable<void> body, task_name name,
             std::source_location const& where = std::source_location::current());

  /// A clock that ticks --rate times a second, the first time at once.
  [[nodiscard]] tick_clock ticks();

  void completed(std::uint64_t operations = 1) noexcept { completed_ += operations; }
  void refused(std::uint64_t operations = 1) noexcept { refused_ += operations; }
  [[nodiscard]] work_counts work() const noexcept { return {offered_, completed_, refused_}; }

  /// Ends the load: clocks tick no more, everything else stays as it is, to be looked at.
  void hold();

  /// Ends the scenario: its clock cancels and joins what the lab has spawned, then returns false.
  void stop();

 private:
  friend class tick_clock;
  friend struct detail::lab_coroutines;

  void wake_clocks();

  boost::asio::any_io_executor executor_;
  double rate_;
  scope tasks_;
  task_id root_ = 0;  // the task that runs the scenario: its clock is the one that joins the others
  boost::intrusive::list<tick_clock, boost::intrusive::constant_time_size<false>> clocks_;
  std::atomic<std::uint64_t> offered_ = 0;
  std::atomic<std::uint64_t> completed_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
  std::atomic<bool> held_ = false;
  std::atomic<bool> stopping_ = false;
};

/// Runs the scenario as the options say (see --help) and returns the exit status: 0 as expected, 1
/// not as expected, 2 bad usage or no endpoint, 3 could not measure or not write, 128 + n ended by
/// signal n.
int run(int argc, char** argv, scenario_function scenario, program_info const& program);

inline int run(int argc, char** argv, scenario_function scenario)
{
  return run(argc, argv, std::move(scenario), this_program);
}

}  // namespace leaklab
