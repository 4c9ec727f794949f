// The endpoint while the process runs out of descriptors and of memory, and in a child that fork()
// made.
#include "endpoint/http_client.hpp"
#include "http/routes.hpp"
#include "http/server.hpp"
#include "model/stuck_gauge.hpp"

#include <leaklab/channel.hpp>
#include <leaklab/endpoint.hpp>
#include <leaklab/process.hpp>
#include <leaklab/spawn.hpp>

#include <boost/asio/io_context.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace
{

using namespace leaklab;
using leaklab::test::client;

std::string ask_for(std::string const& target)
{
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
}

/// Lowers a limit of this process for as long as it lives.
class limited
{
 public:
  limited(__rlimit_resource resource, rlim_t to) : resource_(resource)
  {
    ::getrlimit(resource_, &before_);
    rlimit const lower{to, before_.rlim_max};
    ::setrlimit(resource_, &lower);
  }
  ~limited() { ::setrlimit(resource_, &before_); }

  limited(limited const&) = delete;
  limited& operator=(limited const&) = delete;

 private:
  __rlimit_resource resource_;
  rlimit before_{};
};

// Sanitizers reserve terabytes of addresses, and open pipes to look at objects.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// Opens files and forgets them, until it gets no more.
std::vector<int> leak_files()
{
  std::vector<int> leaked;
  for (int fd = 0; (fd = ::open("/dev/null", O_RDONLY)) >= 0;)
    leaked.push_back(fd);
  return leaked;
}

TEST(faults, every_path_answers_when_the_program_has_leaked_all_its_descriptors)
{
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "UndefinedBehaviorSanitizer opens a pipe to check an object's type";
#endif
  limited const few(RLIMIT_NOFILE, 64);
  model::leak_watch const watch;
  http::routes known{watch};
  http::server const peer({}, std::ref(known));
  client one(peer);
  auto const leaked = leak_files();
  ASSERT_GT(leaked.size(), 20U);
  for (int round = 0; round < 3; ++round)
    for (std::string const target :
         {"/healthz", "/metrics", "/debug/vars", "/debug/tasks", "/debug/pprof/",
          "/debug/pprof/task", "/debug/pprof/task?debug=1", "/debug/pprof/task?debug=2",
          "/debug/pprof/goroutine", "/debug/pprof/cmdline", "/debug/pprof/symbol"})
    {
      one.reconnect(peer);
      EXPECT_EQ(one.ask(ask_for(target)).status(), 200) << target;
      EXPECT_EQ(::open("/dev/null", O_RDONLY), -1) << "there were descriptors after all";
    }
  for (int const fd : leaked)
    ::close(fd);
}

awaitable<void> produce(channel<int>& results)
{
  co_await results.async_send({}, 1);
}

TEST(faults, a_scrape_that_memory_does_not_suffice_for_is_answered_503_and_the_program_runs_on)
{
  constexpr std::size_t count = 1'000'000;
  boost::asio::io_context context;
  channel<int> results(context);
  for (std::size_t i = 0; i != count; ++i)
    spawn(context, produce(results), "producer");
  context.poll();

  model::leak_watch const watch;
  http::routes known{watch};
  http::server const peer({}, std::ref(known));
  auto const status_of = [&](std::string const& target)
  { return client(peer).ask(ask_for(target)).status(); };
  ASSERT_EQ(status_of("/healthz"), 200);
  for (std::string const target :
       {"/debug/pprof/task?debug=2&limit=1000000", "/debug/tasks?limit=1000000"})
  {
    {
      limited const tight(RLIMIT_AS, read_process_stats().virtual_bytes + (16 << 20));
      for (int round = 0; round < 3; ++round)
        EXPECT_EQ(status_of(target), 503) << target;
      EXPECT_EQ(status_of("/healthz"), 200);
      EXPECT_EQ(status_of("/metrics"), 200);
      EXPECT_EQ(count_tasks().live, count);
    }
    EXPECT_EQ(status_of("/debug/tasks?limit=1"), 200);
  }
}
#endif

/// The endpoint answers all the same, but for what reads the gauge now.
TEST(faults, a_gauge_that_is_stuck_keeps_nobody_from_health_metrics_and_the_verdict)
{
  test::stuck_gauge stuck;
  model::leak_watch watch;
  watch.sample(1);
  http::routes known{watch};
  http::server const peer({}, std::ref(known),
                          [&](http::request const& asked) { return known.is_quick(asked); });
  stuck.stick();
  std::jthread sampling([&] { watch.sample(2); });
  client reading(peer);
  test::release_at_end const end{stuck};
  stuck.await_reader();
  EXPECT_EQ(client(peer).ask(ask_for("/debug/leaks")).status(), 200);
  reading.send(ask_for("/debug/vars"));
  EXPECT_EQ(client(peer).ask(ask_for("/healthz")).body, "ok\n");
  auto const metrics = client(peer).ask(ask_for("/metrics")).body;
  EXPECT_NE(metrics.find("\nleaklab_gauge{name=\"stuck\"} 7\n"), metrics.npos) << metrics;
  stuck.release();
  EXPECT_EQ(reading.receive().status(), 200);
}

/// Runs `body` in a child and returns how it ended; one that hangs is ended by SIGALRM.
int in_child(std::function<void()> const& body)
{
  auto const child = ::fork();
  if (child == 0)
  {
    ::alarm(10);
    body();
    ::_exit(0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(faults, an_endpoint_may_end_in_a_forked_child_and_lives_on_in_the_parent)
{
  std::string const path =
      testing::TempDir() + "leaklab-fork-" + std::to_string(::getpid()) + ".sock";
  std::optional<endpoint> debug(std::in_place, endpoint_options{.address = "unix:" + path});
  auto const status = [&]
  {
    client one(AF_UNIX);
    one.connect_unix(path);
    return one.ask(ask_for("/healthz")).status();
  };
  EXPECT_EQ(status(), 200);
  EXPECT_EQ(in_child([&] { debug.reset(); }), 0);
  EXPECT_EQ(status(), 200);
}

TEST(faults, a_forked_child_may_have_an_endpoint_of_its_own)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP()
      << "the sanitizers know no new threads in a child forked from a process with threads";
#endif
  endpoint const debug({.port = 0});
  EXPECT_EQ(in_child(
                []
                {
                  endpoint const own({.port = 0});
                  if (own.port() == 0) ::_exit(1);
                }),
            0);
}

}  // namespace
