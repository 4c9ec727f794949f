// What surrounds a scenario. This thread reports, judges and takes the signals; one runs the
// scenario; others serve the endpoint. None waits for another, so a scenario that is stuck is
// still reported, served and ended.

#include "options.hpp"
#include "report.hpp"

#include <leaklab/endpoint.hpp>
#include <leaklab/process.hpp>
#include <leaklab/verdict.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <pthread.h>
#include <runner/lab.hpp>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <future>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace leaklab
{
namespace
{

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto limit_interval = 100ms;

enum status
{
  as_expected = 0,
  not_as_expected = 1,
  bad_usage = 2,
  not_measured = 3,
  by_signal = 128,
};

// SIGINT and SIGTERM, taken where the program waits for them. This thread blocks them before it
// starts any other that does not by itself, as the endpoint's do, so all others block them too.
class termination_signals
{
 public:
  termination_signals()
  {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    signal(SIGPIPE, SIG_IGN);  // a reader that has left is an error of the write
  }

  [[nodiscard]] std::optional<int> wait_until(clock::time_point deadline) const
  {
    auto const left = std::max<clock::duration>(deadline - clock::now(), 0ns);
    timespec const timeout{std::chrono::duration_cast<std::chrono::seconds>(left).count(),
                           static_cast<long>((left % 1s).count())};
    auto const number = sigtimedwait(&set_, nullptr, &timeout);
    return number > 0 ? std::optional(number) : std::nullopt;
  }

  [[nodiscard]] int wait() const
  {
    for (;;)
      if (auto const number = sigwaitinfo(&set_, nullptr); number > 0) return number;
  }

 private:
  sigset_t set_{};
};

// The scenario and the thread that runs it.
class scenario_thread
{
 public:
  scenario_thread(scenario_function scenario, double rate)
      : lab_(io_.get_executor(), rate), root_(io_.get_executor())
  {
    root_.spawn(lab_.run(std::move(scenario)), "scenario");
  }

  void start()
  {
    std::packaged_task<void()> task(std::bind_front(&scenario_thread::run, this));
    done_ = task.get_future();
    thread_ = std::thread(std::move(task));
  }

  [[nodiscard]] lab& get() noexcept { return lab_; }

  // Asks, then cancels, then abandons. False when the thread is stuck in code of the scenario.
  [[nodiscard]] bool stop()
  {
    if (!thread_.joinable()) return true;
    auto const ended = [this](auto patience)
    { return done_.wait_for(patience) == std::future_status::ready; };
    lab_.stop();
    if (!ended(400ms))
    {
      boost::asio::post(io_, [this] { root_.cancel(); });
      if (!ended(200ms)) io_.stop();
      if (!ended(100ms)) return false;
    }
    thread_.join();
    return true;
  }

 private:
  // A function with a name: it is on every stack of a scenario, and is the runner's.
  void run() { io_.run(); }

  boost::asio::io_context io_{1};
  lab lab_;
  scope root_;
  std::future<void> done_;
  std::thread thread_;
};

class program_run
{
 public:
  program_run(options const& o, program_info const& program, termination_signals const& signals,
              endpoint const& debug)
      : options_(o),
        gauge_(find_gauge(program.gauge)),
        report_(program, gauge_, o.json, [this] { return is_to_end(); }),
        signals_(signals),
        debug_(debug)
  {
  }

  [[nodiscard]] int run(scenario_thread& scenario)
  {
    auto& lab = scenario.get();
    report_.listening(debug_.url());
    report_.start();
    begin_ = clock::now();
    scenario.start();

    signal_ = load(lab);
    lab.hold();
    auto const outcome = at_limit_ ? *at_limit_ : debug_.judge(gauge_.name);
    auto const load_took = elapsed();
    report_.judged(outcome);
    if (auto const amount = proven_part(outcome)) report_.proven(*amount);
    report_.end(load_took, lab.work());
    if (signal_) return by_signal + *signal_;
    if (options_.expect != expectation::none) return status_of(outcome);
    if (options_.once) return as_expected;
    report_.serving(debug_.url());
    return by_signal + signals_.wait();
  }

 private:
  // Whether a signal has been taken, or is there to be taken.
  [[nodiscard]] bool is_to_end() const
  {
    sigset_t pending;
    sigpending(&pending);
    return signal_ || sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1;
  }

  [[nodiscard]] std::chrono::milliseconds elapsed() const
  {
    return std::chrono::round<std::chrono::milliseconds>(clock::now() - begin_);
  }

  // Samples, reports and keeps the limits until the duration is over or a signal arrives.
  std::optional<int> load(lab& lab)
  {
    auto const end = begin_ + options_.duration;
    auto check_at = begin_;
    auto report_at = begin_ + options_.interval;
    for (;;)
    {
      auto const now = clock::now();
      if (now >= report_at)
      {
        report_.after(std::chrono::duration_cast<std::chrono::milliseconds>(report_at - begin_),
                      lab.work());
        report_at += options_.interval;
      }
      if (now >= check_at && !at_limit_)
      {
        if (auto const limit = limit_reached())
        {
          at_limit_ = debug_.judge(gauge_.name);  // what comes after is no load
          lab.hold();
          report_.limit(*limit);
        }
        check_at += limit_interval;
      }
      if (now >= end) return std::nullopt;
      if (auto const signal = signals_.wait_until(std::min({report_at, check_at, end})))
        return signal;
    }
  }

  [[nodiscard]] std::optional<std::string> limit_reached() const
  {
    try
    {
      if (auto const rss = read_resident_bytes(); rss >= options_.max_rss)
        return fmt::format("{:.0f} MiB resident of --max-rss {:.0f} MiB",
                           static_cast<double>(rss) / 0x1p20,
                           static_cast<double>(options_.max_rss) / 0x1p20);
      if (auto const fds = read_fd_counts().total; fds >= options_.max_fds)
        return fmt::format("{} open descriptors of --max-fds {}", fds, options_.max_fds);
      return std::nullopt;
    }
    catch (std::system_error const& e)
    {
      return e.what();  // no descriptor is left to read /proc with
    }
  }

  [[nodiscard]] int status_of(judgement const& outcome) const
  {
    if (outcome.verdict == verdict::unknown) return not_measured;
    return leaks(outcome) == (options_.expect == expectation::leak) ? as_expected : not_as_expected;
  }

  [[nodiscard]] static bool leaks(judgement const& outcome)
  {
    return outcome.verdict <= verdict::held;
  }

  // Of a leak that the user has asked about.
  [[nodiscard]] std::optional<double> proven_part(judgement const& outcome) const
  {
    bool const is_asked = options_.expect != expectation::none && !signal_;
    return is_asked && leaks(outcome) && gauge_.prove ? gauge_.prove() : std::nullopt;
  }

  options options_;
  shown_gauge gauge_;
  reporter report_;
  termination_signals const& signals_;
  endpoint const& debug_;
  std::optional<judgement> at_limit_;
  std::optional<int> signal_;
  clock::time_point begin_;
};

}  // namespace

int run(int argc, char** argv, scenario_function scenario, program_info const& program)
{
  auto const parsed = parse_options(argc, argv, program);
  if (auto const* const exit_status = std::get_if<int>(&parsed)) return *exit_status;
  auto const& chosen = std::get<options>(parsed);

  std::optional<endpoint> debug;
  try
  {
    debug.emplace(chosen.endpoint);
  }
  catch (boost::system::system_error const& e)
  {
    auto const& at = chosen.endpoint;
    bool const has_port = !at.address.starts_with("unix:");
    fmt::print(stderr, "{}: cannot listen on {}{}: {}{}\n", program.name, at.address,
               has_port ? fmt::format(" port {}", at.port) : "", e.code().message(),
               has_port ? " (--port 0 takes any free port)" : "");
    return bad_usage;
  }
  catch (std::runtime_error const& e)
  {
    fmt::print(stderr, "{}: {}\n", program.name, e.what());
    return bad_usage;
  }

  // Not before: a token may have to be waited for, and until then a signal ends the program at once.
  termination_signals const signals;
  scenario_thread load(std::move(scenario), chosen.rate);
  int result = not_measured;
  try
  {
    result = program_run(chosen, program, signals, *debug).run(load);
  }
  catch (std::exception const& e)
  {
    fmt::print(stderr, "{}: {}\n", program.name, e.what());
  }
  if (!load.stop())
  {
    fmt::print(stderr, "{}: {} tasks have not ended in time; ending without them\n", program.name,
               count_tasks().live);
    _exit(result);
  }
  // Nobody looks at the tasks while what is left of them is destroyed with their context.
  auto const closed = std::async(std::launch::async, [&debug] { debug.reset(); });
  if (closed.wait_for(200ms) != std::future_status::ready)
    _exit(result);  // a long answer is being made
  for (auto const& failure : task_failures())
    if (std::string_view(failure.name) == "scenario") return not_measured;
  return result;
}

}  // namespace leaklab
