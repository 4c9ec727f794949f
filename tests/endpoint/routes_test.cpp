// The answers of every path, as net/http/pprof gives them (go/src/net/http/pprof/pprof_test.go has
// the table for Go).
#include "http/routes.hpp"

#include "encode/pieces.hpp"

#include <leaklab/channel.hpp>
#include <leaklab/gauge.hpp>
#include <leaklab/heap.hpp>
#include <leaklab/spawn.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>

namespace
{

using namespace leaklab;
using namespace leaklab::http;
namespace asio = boost::asio;

awaitable<void> produce(channel<int>& results)
{
  co_await results.async_send({}, 1);
}
constexpr auto send_line = __LINE__ - 2;

class routes_test : public testing::Test
{
 protected:
  [[nodiscard]] response get(std::string const& target, verb method = verb::get,
                             std::string body = "")
  {
    auto const mark = target.find('?');
    auto answer = answer_({method, target.substr(0, mark),
                           mark == target.npos ? "" : target.substr(mark + 1), std::move(body)});
    if (answer.more) answer.body += encode::whole(answer.more);
    return answer;
  }

  static std::string header(response const& r, std::string const& name)
  {
    auto const found = std::find_if(r.headers.begin(), r.headers.end(),
                                    [&](auto const& h) { return h.first == name; });
    return found == r.headers.end() ? "(absent)" : found->second;
  }

  void block_three_producers()
  {
    for (int i = 0; i != 3; ++i)
      spawn(context_, produce(results_), "producer");
    context_.poll();
  }

  leaklab::model::leak_watch watch_;
  routes answer_{watch_};

 private:
  asio::io_context context_;
  channel<int> results_{context_};
};

constexpr auto text = "text/plain; charset=utf-8";

TEST_F(routes_test, have_the_headers_of_net_http_pprof)
{
  struct row
  {
    char const* target;
    int status;
    char const* type;
    char const* disposition;
    char const* x_go_pprof;
  };
  constexpr auto absent = "(absent)";
  constexpr auto binary = "application/octet-stream";
  for (auto const& [target, status, type, disposition, x_go_pprof] : std::initializer_list<row>{
           {"/", 200, "text/html; charset=utf-8", absent, absent},
           {"/?seconds=60", 200, "text/html; charset=utf-8", absent, absent},
           {"/?seconds=0", 400, text, absent, "1"},
           {"/debug/pprof/", 200, "text/html; charset=utf-8", absent, absent},
           {"/debug/pprof/cmdline", 200, text, absent, absent},
           {"/debug/pprof/symbol", 200, text, absent, absent},
           {"/debug/pprof/task", 200, binary, "attachment; filename=\"task\"", absent},
           {"/debug/pprof/goroutine", 200, binary, "attachment; filename=\"goroutine\"", absent},
           {"/debug/pprof/fd", 200, binary, "attachment; filename=\"fd\"", absent},
           {"/debug/pprof/fd?debug=1", 200, text, absent, absent},
           {"/debug/pprof/fd?seconds=1", 400, text, absent, "1"},
           {"/pprof/fd", 200, text, absent, absent},
           {"/debug/pprof/task?debug=1", 200, text, absent, absent},
           {"/debug/pprof/task?debug=2", 200, text, absent, absent},
           {"/debug/pprof/task?debug=-1", 200, text, absent, absent},
           {"/debug/pprof/task?debug=abc", 200, binary, "attachment; filename=\"task\"", absent},
           {"/debug/pprof/task?seconds=", 200, binary, "attachment; filename=\"task\"", absent},
           {"/debug/pprof/task?seconds=0", 400, text, absent, "1"},
           {"/debug/pprof/task?seconds=-1", 400, text, absent, "1"},
           {"/debug/pprof/task?seconds=1.5", 400, text, absent, "1"},
           {"/debug/pprof/task?seconds=99999999999999999999", 400, text, absent, "1"},
           {"/debug/pprof/task?seconds=abc", 400, text, absent, "1"},
           {"/debug/pprof/task?seconds=301", 400, text, absent, "1"},
           {"/debug/pprof/task?debug=1&seconds=1", 400, text, absent, "1"},
           {"/debug/pprof/goroutine?debug=2&seconds=1", 400, text, absent, "1"},
           {"/debug/pprof/threadcreate", 200, binary, "attachment; filename=\"threadcreate\"",
            absent},
           {"/debug/pprof/threadcreate?debug=1", 200, text, absent, absent},
           {"/debug/pprof/threadcreate?debug=1&seconds=1", 400, text, absent, "1"},
           {"/debug/pprof/mutex", 404, text, absent, "1"},
           {"/debug/pprof/block", 404, text, absent, "1"},
           {"/debug/pprof/task?debug=2&limit=x", 400, text, absent, "1"},
           {"/debug/pprof/no-such", 404, text, absent, "1"},
           {"/debug/pprof/task/", 404, text, absent, "1"},
           {"/no-such", 404, text, absent, "1"},
           {"/debug/tasks", 200, "application/json", absent, absent},
           {"/debug/tasks?state=asleep", 400, text, absent, "1"},
           {"/debug/tasks?min_wait=5", 400, text, absent, "1"},
           {"/debug/tasks?limit=-1", 400, text, absent, "1"},
           {"/debug/leaks", 200, text, absent, absent},
           {"/debug/leaks?format=json", 200, "application/json", absent, absent},
           {"/debug/leaks?format=xml", 400, text, absent, "1"},
           {"/debug/vars", 200, "application/json", absent, absent},
           {"/metrics", 200, "text/plain; version=0.0.4; charset=utf-8", absent, absent},
           {"/healthz", 200, text, absent, absent},
           {"/pprof/cmdline", 200, text, absent, absent},
           {"/pprof/symbol", 200, text, absent, absent},
           {"/debug/pprof/heap/", 404, text, absent, "1"},
       })
  {
    auto const answer = get(target);
    EXPECT_EQ(answer.status, status) << target;
    EXPECT_EQ(answer.content_type, type) << target;
    EXPECT_EQ(header(answer, "Content-Disposition"), disposition) << target;
    EXPECT_EQ(header(answer, "X-Go-Pprof"), x_go_pprof) << target;
  }
}

TEST_F(routes_test, word_errors_as_net_http_pprof_does)
{
  EXPECT_EQ(get("/debug/pprof/no-such").body, "Unknown profile\n");
  EXPECT_EQ(get("/debug/pprof/task?seconds=abc").body,
            "invalid value for \"seconds\" - must be a positive integer\n");
  EXPECT_EQ(get("/debug/pprof/task?debug=1&seconds=1").body,
            "seconds and debug params are incompatible\n");
}

TEST_F(routes_test, send_the_visitor_to_the_index)
{
  EXPECT_EQ(get("/debug/pprof").status, 301);
  EXPECT_EQ(header(get("/debug/pprof"), "Location"), "/debug/pprof/");
}

TEST_F(routes_test, take_post_for_symbol_only)
{
  EXPECT_EQ(get("/debug/pprof/symbol", verb::post, "0x1").status, 200);
  auto const refused = get("/debug/pprof/task", verb::post);
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(header(refused, "Allow"), "GET, HEAD");
}

TEST_F(routes_test, index_counts_tasks)
{
  block_three_producers();
  auto const page = get("/debug/pprof/").body;
  EXPECT_NE(page.find("<td>3</td><td><a href=\"task?debug=1\">task</a>"), page.npos) << page;
}

TEST_F(routes_test, index_counts_allocations_only_while_they_are_counted)
{
  auto const page = get("/debug/pprof/").body;
  EXPECT_NE(page.find("<td>0</td><td><a href=\"allocs?debug=1\">"), page.npos) << page;
  EXPECT_NE(page.find("no profiles <b>block</b> and <b>mutex</b>"), page.npos);
  EXPECT_NE(page.find("<link rel=\"icon\""), page.npos) << "a browser would ask for /favicon.ico";
}

TEST_F(routes_test, index_links_to_paths_that_answer)
{
  auto const page = get("/debug/pprof/").body;
  int links = 0;
  for (std::size_t at = 0; (at = page.find("href=\"", at)) != page.npos; ++links)
  {
    at += 6;
    std::string link = page.substr(at, page.find('"', at) - at);
    if (link.starts_with("https:") || link.starts_with("data:")) continue;
    std::string folder = "/debug/pprof/";
    for (; link.starts_with("../"); link.erase(0, 3))
      folder.resize(folder.rfind('/', folder.size() - 2) + 1);
    auto const status = get(folder + link, verb::head).status;
    EXPECT_NE(status, 404) << folder + link;
    EXPECT_NE(status, 400) << folder + link;
  }
  EXPECT_EQ(links, 21) << page;
}

TEST_F(routes_test, live_page_runs_nothing_but_its_own_script)
{
  auto const answer = get("/");
  auto const policy = header(answer, "Content-Security-Policy");
  auto const nonce = policy.substr(policy.find("'nonce-") + 7, 32);
  EXPECT_EQ(nonce.find_first_not_of("0123456789abcdef"), nonce.npos) << policy;
  EXPECT_NE(answer.body.find("<script nonce=\"" + nonce + "\">"), nonce.npos);
  EXPECT_NE(answer.body.find("<style nonce=\"" + nonce + "\">"), nonce.npos);
  EXPECT_TRUE(policy.starts_with("default-src 'none'; ")) << policy;
  EXPECT_EQ(policy.find("unsafe"), policy.npos) << policy;
  EXPECT_NE(header(get("/"), "Content-Security-Policy"), policy) << "nobody can guess the next";
}

TEST_F(routes_test, live_page_links_to_paths_that_answer)
{
  auto const page = get("/").body;
  int links = 0;
  for (std::size_t at = 0; (at = page.find("href=\"", at)) != page.npos;)
  {
    at += 6;
    auto const link = page.substr(at, page.find('"', at) - at);
    if (link.starts_with("https:") || link.starts_with("data:") || link == ".") continue;
    auto const status = get("/" + link, verb::head).status;
    EXPECT_NE(status, 404) << link;
    EXPECT_NE(status, 400) << link;
    ++links;
  }
  EXPECT_EQ(links, 22) << page;
}

TEST_F(routes_test, live_page_has_the_figures_of_vars)
{
  block_three_producers();
  watch_.sample(1);
  auto const page = get("/").body;
  EXPECT_NE(page.find("<data value=\"3\">3</data>"), page.npos) << page;
  EXPECT_NE(page.find("<b>3</b> channel send"), page.npos) << page;
  EXPECT_NE(page.find("produce("), page.npos) << page;
  EXPECT_NE(page.find(fmt::format("routes_test.cpp:{}", send_line)), page.npos) << page;
}

TEST_F(routes_test, debug_1_groups_tasks_by_where_they_wait)
{
  block_three_producers();
  auto const page = get("/debug/pprof/task?debug=1").body;
  EXPECT_TRUE(page.starts_with("task profile: total 3\n3 @ 0x")) << page;
  EXPECT_NE(page.find(R"(# labels: {"name":"producer", "op":"channel send", "state":"waiting"})"),
            page.npos)
      << page;
  EXPECT_NE(page.find("\tproduce(channel<int>&)\t" __FILE__ ":"), page.npos) << page;
}

TEST_F(routes_test, threads_are_counted_by_name)
{
  auto const page = [this] { return get("/debug/pprof/threadcreate?debug=1").body; };
  auto const alone = page();
  EXPECT_TRUE(alone.starts_with("threadcreate profile: total ")) << alone;
  std::atomic<bool> may_end = false;
  std::jthread other(
      [&]
      {
        ::pthread_setname_np(::pthread_self(), "a-name");
        may_end.wait(false);
      });
  while (page().find("\ta-name\n") == std::string::npos)
    std::this_thread::yield();
  EXPECT_EQ(alone.find("a-name"), std::string::npos);
  may_end = true;
  may_end.notify_all();
}

TEST_F(routes_test, seconds_shows_which_tasks_came_and_went)
{
  for (std::string const name : {"task", "goroutine"})
  {
    auto const promise = get("/debug/pprof/" + name + "?seconds=7");
    EXPECT_EQ(promise.delay, std::chrono::seconds(7));
    ASSERT_TRUE(promise.finish);
    auto const before = promise.finish();
    EXPECT_EQ(header(before, "Content-Disposition"), "attachment; filename=\"" + name + "-delta\"");
    block_three_producers();
    auto const after = promise.finish();
    EXPECT_EQ(after.status, 200);
    EXPECT_GT(after.body.size(), before.body.size() + 50) << "three tasks more";
  }
}

TEST_F(routes_test, debug_2_shows_each_task_up_to_the_limit)
{
  block_three_producers();
  auto const all = get("/debug/pprof/task?debug=2").body;
  for (auto const* const expected :
       {"task 1 [channel send]: producer\nproduce(channel<int>&)\n\t" __FILE__ ":",
        "task 3 [channel send]: producer\n",
        "created by routes_test::block_three_producers()\n\t" __FILE__ ":"})
    EXPECT_NE(all.find(expected), all.npos) << expected << "\n" << all;

  auto const one = get("/debug/pprof/task?debug=2&limit=1").body;
  EXPECT_EQ(one.find("task 2"), one.npos);
  EXPECT_NE(one.find("... 2 more tasks"), one.npos) << one;
}

TEST_F(routes_test, symbol_knows_the_addresses_of_the_task_profile)
{
  block_three_producers();
  auto const page = get("/debug/pprof/task?debug=1").body;
  auto const at = page.find("#\t0x") + 2;
  auto const address = page.substr(at, page.find('\t', at) - at);
  EXPECT_EQ(get("/debug/pprof/symbol?" + address).body,
            "num_symbols: 1\n" + address + " produce(channel<int>&)\n");
  EXPECT_EQ(get("/debug/pprof/symbol", verb::post, "0x1+" + address + "+junk").body,
            "num_symbols: 1\n" + address + " produce(channel<int>&)\n");
}

std::uint64_t reads_of_this_process()
{
  std::ifstream io("/proc/self/io");
  std::string word;
  std::uint64_t count = 0;
  while (io >> word && word != "syscr:")
    ;
  io >> count;
  return count;
}

TEST_F(routes_test, symbol_reads_the_maps_once_for_all_addresses_that_nobody_knows)
{
  auto const reads_for = [this](int count)
  {
    std::string addresses;
    for (int i = 1; i <= count; ++i)
      fmt::format_to(std::back_inserter(addresses), "0x{:x}+", i);
    auto const before = reads_of_this_process();
    EXPECT_EQ(get("/debug/pprof/symbol", verb::post, addresses).body, "num_symbols: 1\n");
    return reads_of_this_process() - before;
  };
  auto const for_one = reads_for(1);
  EXPECT_GT(for_one, 0U);
  EXPECT_LT(reads_for(10'000), 2 * for_one);
}

TEST_F(routes_test, symbol_names_so_many_addresses_and_no_more)
{
  block_three_producers();
  auto const page = get("/debug/pprof/task?debug=1").body;
  auto const at = page.find("#\t0x") + 2;
  std::string addresses;
  for (int i = 0; i != 50'000; ++i)
    addresses += page.substr(at, page.find('\t', at) - at) + '+';
  auto const names = get("/debug/pprof/symbol", verb::post, addresses).body;
  EXPECT_EQ(std::ranges::count(names, '\n'), 1 + 32 * 1024);
}

TEST_F(routes_test, task_list_filters)
{
  block_three_producers();
  auto const count = [&](std::string const& query)
  { return boost::json::parse(get("/debug/tasks" + query).body).at("tasks").as_array().size(); };
  EXPECT_EQ(count(""), 3u);
  EXPECT_EQ(count("?state=waiting"), 3u);
  EXPECT_EQ(count("?state=running"), 0u);
  EXPECT_EQ(count("?min_wait=1m"), 0u);
  EXPECT_EQ(count("?limit=2"), 2u);
  auto const first = boost::json::parse(get("/debug/tasks?limit=1").body).at("tasks").at(0);
  EXPECT_EQ(first.at("name"), "producer");
  EXPECT_EQ(first.at("operation"), "channel send");
  EXPECT_EQ(first.at("frames").at(0).at("function"), "produce(channel<int>&)");
}

TEST_F(routes_test, figures_agree_with_each_other)
{
  block_three_producers();
  auto const vars = boost::json::parse(get("/debug/vars").body);
  EXPECT_EQ(vars.at("tasks").at("live"), 3);
  EXPECT_EQ(vars.at("tasks").at("waiting"), 3);
  auto const metrics = get("/metrics").body;
  EXPECT_NE(metrics.find("\nleaklab_tasks{state=\"waiting\"} 3\n"), metrics.npos) << metrics;
  EXPECT_NE(metrics.find("\nleaklab_tasks_spawned_total 3\n"), metrics.npos);
}

TEST_F(routes_test, figures_have_the_programs_own_gauges_summed_by_name)
{
  EXPECT_EQ(get("/metrics").body.find("leaklab_gauge"), std::string::npos);
  gauge const one("cache \"entries\"", [] { return 3.0; });
  gauge const two("cache \"entries\"", [] { return 4.5; });
  gauge const other("pool slots", [] { return -1.0; });
  auto const metrics = get("/metrics").body;
  auto const* const expected =
      "# TYPE leaklab_gauge gauge\n"
      "leaklab_gauge{name=\"cache \\\"entries\\\"\"} 7.5\n"
      "leaklab_gauge{name=\"pool slots\"} -1\n";
  EXPECT_NE(metrics.find(expected), metrics.npos) << metrics;
  auto const gauges = boost::json::parse(get("/debug/vars").body).at("gauges").as_object();
  EXPECT_EQ(gauges, (boost::json::object{{"cache \"entries\"", 7.5}, {"pool slots", -1.0}}));
}

TEST_F(routes_test, metrics_have_what_the_watch_has_counted_and_count_nothing_again)
{
  int reads = 0;
  gauge const own("own", [&] { return ++reads; });
  request const ask{verb::get, "/metrics", "", ""};
  EXPECT_FALSE(answer_.is_quick(ask)) << "it would have to count by itself";
  block_three_producers();
  watch_.sample(1);
  EXPECT_TRUE(answer_.is_quick(ask));
  auto const counted = reads;
  block_three_producers();
  auto const metrics = get("/metrics").body;
  EXPECT_NE(metrics.find("\nleaklab_tasks{state=\"waiting\"} 3\n"), metrics.npos) << metrics;
  EXPECT_NE(metrics.find("\nleaklab_tasks_spawned_total 6\n"), metrics.npos);
  EXPECT_EQ(reads, counted);
  EXPECT_EQ(boost::json::parse(get("/debug/vars").body).at("tasks").at("waiting"), 6);
}

TEST_F(routes_test, cmdline_is_separated_by_nul)
{
  auto const line = get("/debug/pprof/cmdline").body;
  EXPECT_NE(line.find("leaklab_tests"), line.npos);
  EXPECT_NE(line.back(), '\0');
}

}  // namespace
