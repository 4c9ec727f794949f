// Fails a test that leaves tasks behind, naming where each waits and where it was spawned: what
// goleak is to Go (https://pkg.go.dev/go.uber.org/goleak).
//
//     leaklab::testing::task_leak_guard const guard(LEAKLAB_GOOGLETEST, {.context = &context});
//
// It includes no test framework: the macros at its end, for GoogleTest and Catch2, mean something
// where their framework is included. Any other framework passes its own function to the guard, or
// asks find_tasks_left().
//
// The tasks of all threads are in one table: of two guards at the same time, each sees what was
// spawned under the other. Tests that run side by side belong in processes of their own.
#pragma once

#include <leaklab/task.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

namespace leaklab::testing
{

/// Tasks that may be left behind: those of this name, in this coroutine, or spawned by this
/// function, as the report writes them. The coroutine may stand without its parameters and template
/// arguments: "ns::session::run" is each ns::session<T>::run(…) const, not ns::session::run_other.
/// The spawning function may not, lest the name of a task allow all that it spawns. The reason is
/// for who reads the test, and must not be empty.
struct allowed_tasks
{
  std::string name_or_function;
  std::string reason;
};

struct leak_options
{
  /// Run while tasks are awaited, for a context that only the test's own thread runs; else null.
  /// What is ready is run before the first look in any case, for up to 100 ms.
  boost::asio::io_context* context = nullptr;
  std::vector<allowed_tasks> allowed{};
  /// Until when tasks may still end. Looks when the context has nothing to do and at pauses that
  /// grow from 0.1 to 100 ms, and returns as soon as it sees none.
  std::chrono::milliseconds patience{1000};
  /// Says which of the tasks that are left nothing can wake any more, for the report; called only when
  /// some are left. leaklab::find_stuck_tasks (leaklab/proof.hpp) of the endpoint's part does; it may
  /// throw a std::exception that says why nobody knows.
  std::function<std::vector<task_id>()> prove{};
};

/// The last task spawned so far: the moment from which tasks count.
[[nodiscard]] task_id last_task();

/// Awaits the end of all tasks spawned after `since` and not allowed. Empty when they have ended,
/// otherwise the report: how many are left, each in the form of /debug/pprof/task?debug=2, and which
/// of them nothing can wake.
/// Throws std::invalid_argument for an allowance without a reason.
[[nodiscard]] std::string find_tasks_left(task_id since, leak_options const& options = {});

/// Looks at its end for tasks that were spawned after its beginning. Declare it behind the context
/// and whatever the tasks wait for: a channel or a context that ends first takes its tasks along.
class task_leak_guard
{
 public:
  /// Is called from the destructor with the report and the place of the guard; must not throw.
  using failure = std::function<void(std::string const& report, std::source_location const& guard)>;

  /// Throws std::invalid_argument like find_tasks_left().
  explicit task_leak_guard(failure fail, leak_options options = {},
                           std::source_location const& where = std::source_location::current());
  ~task_leak_guard();

  task_leak_guard(task_leak_guard const&) = delete;
  task_leak_guard& operator=(task_leak_guard const&) = delete;

 private:
  failure fail_;
  leak_options options_;
  std::source_location where_;
  task_id since_;
};

/// The listener behind LEAKLAB_GUARD_EVERY_GOOGLETEST; a template because this header knows no
/// framework.
template <class Listener, class Test>
class every_test_guard : public Listener
{
 public:
  using failure = void (*)(std::string const& report, Test const& test);

  explicit every_test_guard(failure fail, leak_options options = {})
      : fail_(fail), options_(std::move(options))
  {
  }

 private:
  void OnTestStart(Test const&) override { since_ = last_task(); }
  void OnTestEnd(Test const& test) override
  {
    if (auto const report = find_tasks_left(since_, options_); !report.empty()) fail_(report, test);
  }

  failure fail_;
  leak_options options_;
  task_id since_ = 0;
};

}  // namespace leaklab::testing

/// A task_leak_guard's failure function: fails the GoogleTest test that runs, at the guard's line.
#define LEAKLAB_GOOGLETEST                                                            \
  [](std::string const& leaklab_report, std::source_location const& leaklab_where)    \
  {                                                                                   \
    ADD_FAILURE_AT(leaklab_where.file_name(), static_cast<int>(leaklab_where.line())) \
        << leaklab_report;                                                            \
  }

/// Guards every GoogleTest test of the program, from before its fixture is made until after it is
/// gone: finds what is left in contexts that outlive a test. At namespace scope, once; its
/// arguments are a leak_options.
///
///     LEAKLAB_GUARD_EVERY_GOOGLETEST(.context = &context);
#define LEAKLAB_GUARD_EVERY_GOOGLETEST(...)                                                     \
  [[maybe_unused]] static bool const leaklab_guards_every_googletest =                          \
      (::testing::UnitTest::GetInstance()->listeners().Append(                                  \
           new ::leaklab::testing::every_test_guard<::testing::EmptyTestEventListener,          \
                                                    ::testing::TestInfo>(                       \
               [](std::string const& leaklab_report, ::testing::TestInfo const& leaklab_test)   \
               { ADD_FAILURE_AT(leaklab_test.file(), leaklab_test.line()) << leaklab_report; }, \
               ::leaklab::testing::leak_options{__VA_ARGS__})),                                 \
       true)

/// A task_leak_guard's failure function: fails the Catch2 (2 or 3) or doctest test that runs, and
/// lets it go on. As a member of a fixture, the guard looks before and after the test's body:
///
///     struct guarded
///     {
///       leaklab::testing::task_leak_guard const guard{LEAKLAB_CATCH2};
///     };
///     TEST_CASE_METHOD(guarded, "the queue drains")
#define LEAKLAB_CATCH2                                                             \
  [](std::string const& leaklab_report, std::source_location const& leaklab_where) \
  {                                                                                \
    FAIL_CHECK(std::string(leaklab_where.file_name()) + ":" +                      \
               std::to_string(leaklab_where.line()) + ": " + leaklab_report);      \
  }
