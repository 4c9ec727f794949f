// What the tests of Go's net/http/pprof assert about its paths
// (go/src/net/http/pprof/pprof_test.go), asserted about the endpoint's: the answers over its
// sockets, and what a delta contains.
#include "encode/profile_message.hpp"
#include "endpoint/http_client.hpp"
#include "http/routes.hpp"
#include "http/server.hpp"

#include <leaklab/channel.hpp>
#include <leaklab/heap.hpp>
#include <leaklab/spawn.hpp>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace
{

using namespace leaklab;
using namespace leaklab::http;
using leaklab::test::client;
using leaklab::test::profile_message;
namespace asio = boost::asio;

awaitable<void> wait_for_first(channel<int>& never)
{
  co_await never.async_receive();
}

awaitable<void> wait_for_second(channel<int>& never)
{
  co_await never.async_receive();
}

constexpr auto first = "wait_for_first(channel<int>&)";
constexpr auto second = "wait_for_second(channel<int>&)";

class net_http_pprof : public testing::Test
{
 protected:
  ~net_http_pprof() override { set_heap_sampling_period(0); }

  [[nodiscard]] response get(std::string const& target)
  {
    auto const mark = target.find('?');
    return answer_({verb::get, target.substr(0, mark),
                    mark == target.npos ? "" : target.substr(mark + 1), ""});
  }

  void begin(awaitable<void> (*task)(channel<int>&))
  {
    spawn(context_, task(never_), "waiting");
    context_.poll();
  }

  asio::io_context context_;
  channel<int> never_{context_};
  leaklab::model::leak_watch watch_;
  routes answer_{watch_};
};

struct row
{
  std::string target;
  int status;
  std::string type;
  std::string disposition = "(absent)";
  std::string body = {};  // looked at where the status is no 200
};

constexpr auto text = "text/plain; charset=utf-8";
constexpr auto binary = "application/octet-stream";

std::string attached(std::string const& name)
{
  return "attachment; filename=\"" + name + "\"";
}

TEST_F(net_http_pprof, answers_are_those_of_go_where_there_is_a_counterpart)
{
  std::vector<row> rows{
      {"/debug/pprof/<script>scripty<script>", 404, text, "(absent)", "Unknown profile\n"},
      {"/debug/pprof/cmdline", 200, text},
      {"/debug/pprof/symbol", 200, text},
      {"/debug/pprof/goroutine?seconds=1", 200, binary, attached("goroutine-delta")},
      {"/debug/pprof/threadcreate?seconds=1", 200, binary, attached("threadcreate-delta")},
      {"/debug/pprof/", 200, "text/html; charset=utf-8"},
      // Another format than Go's, under its own type.
      {"/debug/pprof/trace?seconds=1", 200, "application/json", attached("trace.json")}};
#if LEAKLAB_TCMALLOC
  ASSERT_EQ(set_heap_sampling_period(64 * 1024), sampling_switch::done);
  rows.insert(rows.end(), {{"/debug/pprof/heap", 200, binary, attached("heap")},
                           {"/debug/pprof/heap?debug=1", 200, text},
                           {"/debug/pprof/heap?seconds=1", 200, binary, attached("heap-delta")},
                           {"/debug/pprof/profile?seconds=1", 200, binary, attached("profile")}});
#endif
  server const peer({}, std::ref(answer_));
  for (auto const& [target, status, type, disposition, body] : rows)
  {
    client one(peer);
    one.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    one.end_sending();  // so that the seconds are not waited for
    auto const answer = one.receive();
    EXPECT_EQ(answer.status(), status) << target;
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff") << target;
    EXPECT_EQ(answer.header("Content-Type"), type) << target;
    EXPECT_EQ(answer.header("Content-Disposition"), disposition) << target;
    EXPECT_EQ(answer.header("X-Go-Pprof"), status == 200 ? "(absent)" : "1") << target;
    if (status == 200)
      EXPECT_NE(answer.body, "") << target;
    else
      EXPECT_EQ(answer.body, body) << target;
  }
}

TEST_F(net_http_pprof, mutex_and_block_say_in_one_line_that_they_are_absent_and_why)
{
  server const peer({}, std::ref(answer_));
  client one(peer);
  for (std::string const name : {"mutex", "block"})
    for (std::string const query : {"", "?seconds=1", "?debug=1"})
    {
      auto const answer =
          one.ask("GET /debug/pprof/" + name + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      EXPECT_EQ(answer.status(), 404);
      EXPECT_EQ(answer.header("Content-Type"), text);
      EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
      EXPECT_EQ(answer.header("X-Go-Pprof"), "1") << "or pprof does not show the line";
      EXPECT_EQ(answer.body, "there is no profile " + name +
                                 ": the runtime does not see threads wait "
                                 "(/debug/pprof/task shows what tasks wait for)\n");
    }
  auto const index = get("/debug/pprof/").body;
  EXPECT_NE(index.find("<p>There are no profiles <b>block</b> and <b>mutex</b>: the runtime does "
                       "not see threads wait."),
            index.npos)
      << index;
}

TEST_F(net_http_pprof, the_index_describes_every_profile)
{
  auto const index = get("/debug/pprof/").body;
  for (std::string const name : {"allocs", "cmdline", "fd", "goroutine", "growth", "heap",
                                 "profile", "symbol", "task", "threadcreate", "trace"})
  {
    EXPECT_NE(index.find("<li><b>" + name + "</b>: "), index.npos) << name;
    EXPECT_NE(index.find("\">" + name + "</a></td>"), index.npos) << name;
  }
}

TEST_F(net_http_pprof, a_delta_has_what_has_come_since_and_nothing_else_and_says_over_what_time)
{
  begin(wait_for_first);
  ASSERT_TRUE(profile_message(get("/debug/pprof/goroutine").body).functions().contains(first));

  auto const promise = get("/debug/pprof/goroutine?seconds=1");
  begin(wait_for_second);
  profile_message const delta(promise.finish().body);
  EXPECT_FALSE(delta.functions().contains(first));
  EXPECT_TRUE(delta.functions().contains(second));
  EXPECT_GT(delta.number(10), 0) << "duration_nanos";

  auto const all = profile_message(get("/debug/pprof/goroutine").body).functions();
  EXPECT_TRUE(all.contains(first));
  EXPECT_TRUE(all.contains(second));
}

TEST_F(net_http_pprof, a_delta_from_nothing_to_nothing_is_a_profile_with_its_types)
{
  for (auto const& [name, types] : {std::pair("goroutine", "goroutine/count"),
                                    std::pair("task", "task/count, frame_space/bytes")})
  {
    auto const promise = get("/debug/pprof/" + std::string(name) + "?seconds=1");
    profile_message const delta(promise.finish().body);
    std::string found;
    for (auto const& type : delta.all(1))
      found += (found.empty() ? "" : ", ") + delta.value_type(type);
    EXPECT_EQ(found, types);
    ASSERT_EQ(delta.all(11).size(), 1u) << "the period type";
    EXPECT_EQ(delta.value_type(delta.all(11)[0]), name + std::string("/count"));
    EXPECT_EQ(delta.all(2).size(), 0u);
  }
}

}  // namespace
