// The answers of the heap's and the processor's paths (go/src/net/http/pprof/pprof_test.go has the
// table for Go).
#include "http/routes.hpp"

#include <leaklab/heap.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace
{

using namespace leaklab;
using namespace leaklab::http;

constexpr auto text = "text/plain; charset=utf-8";

class profiler_routes_test : public testing::Test
{
 protected:
  ~profiler_routes_test() override
  {
    set_heap_sampling_period(0);
    set_allocation_sampling_period(0);
  }

  [[nodiscard]] response get(std::string const& target, verb method = verb::get)
  {
    auto const mark = target.find('?');
    return answer_(
        {method, target.substr(0, mark), mark == target.npos ? "" : target.substr(mark + 1), ""});
  }

  static std::string header(response const& r, std::string const& name)
  {
    auto const found = std::find_if(r.headers.begin(), r.headers.end(),
                                    [&](auto const& h) { return h.first == name; });
    return found == r.headers.end() ? "(absent)" : found->second;
  }

 private:
  leaklab::model::leak_watch watch_;
  routes answer_{watch_};
};

#if LEAKLAB_TCMALLOC

TEST_F(profiler_routes_test, have_the_headers_of_net_http_pprof)
{
  ASSERT_EQ(set_heap_sampling_period(64 * 1024), sampling_switch::done);
  ASSERT_TRUE(set_allocation_sampling_period(64 * 1024));
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
           {"/debug/pprof/heap", 200, binary, "attachment; filename=\"heap\"", absent},
           {"/debug/pprof/heap?gc=1", 200, binary, "attachment; filename=\"heap\"", absent},
           {"/debug/pprof/heap?debug=1", 200, text, absent, absent},
           {"/debug/pprof/heap?debug=-1", 200, text, absent, absent},
           {"/debug/pprof/heap?debug=abc", 200, binary, "attachment; filename=\"heap\"", absent},
           {"/debug/pprof/heap?seconds=", 200, binary, "attachment; filename=\"heap\"", absent},
           {"/debug/pprof/heap?seconds=0", 400, text, absent, "1"},
           {"/debug/pprof/heap?seconds=-1", 400, text, absent, "1"},
           {"/debug/pprof/heap?seconds=1.5", 400, text, absent, "1"},
           {"/debug/pprof/heap?seconds=abc", 400, text, absent, "1"},
           {"/debug/pprof/heap?seconds=301", 400, text, absent, "1"},
           {"/debug/pprof/heap?seconds=99999999999", 400, text, absent, "1"},
           {"/debug/pprof/heap?seconds=99999999999999999999", 400, text, absent, "1"},
           {"/debug/pprof/heap?debug=1&seconds=1", 400, text, absent, "1"},
           {"/debug/pprof/allocs", 200, binary, "attachment; filename=\"allocs\"", absent},
           {"/debug/pprof/allocs?debug=1", 200, text, absent, absent},
           {"/debug/pprof/growth", 200, binary, "attachment; filename=\"growth\"", absent},
           {"/debug/pprof/growth?debug=1", 200, text, absent, absent},
           {"/debug/pprof/lost", 200, binary, "attachment; filename=\"lost\"", absent},
           {"/debug/pprof/lost?debug=1", 200, text, absent, absent},
           {"/debug/pprof/lost?seconds=1", 400, text, absent, "1"},
           {"/debug/holders", 200, text, absent, absent},
           {"/debug/holders?format=json", 200, "application/json", absent, absent},
           {"/debug/holders?format=pprof", 200, binary, "attachment; filename=\"holders\"", absent},
           {"/debug/holders?format=xml", 400, text, absent, "1"},
           {"/debug/holders?places=0", 400, text, absent, "1"},
           {"/debug/holders?objects=101", 400, text, absent, "1"},
           {"/debug/pprof/profile?seconds=301", 400, text, absent, "1"},
           {"/pprof/heap", 200, text, absent, absent},
           {"/pprof/holders", 200, text, absent, absent},
           {"/pprof/holders?places=0", 400, text, absent, "1"},
           {"/pprof/growth", 200, text, absent, absent},
           {"/debug/config/heap_sampling", 200, text, absent, absent},
           {"/debug/config/allocation_sampling", 200, text, absent, absent},
       })
  {
    auto const answer = get(target);
    EXPECT_EQ(answer.status, status) << target;
    EXPECT_EQ(answer.content_type, type) << target;
    EXPECT_EQ(header(answer, "Content-Disposition"), disposition) << target;
    EXPECT_EQ(header(answer, "X-Go-Pprof"), x_go_pprof) << target;
    EXPECT_EQ(answer.body.empty(), false) << target;
  }
  EXPECT_EQ(get("/debug/pprof/heap?debug=1&seconds=1").body,
            "seconds and debug params are incompatible\n");
  EXPECT_EQ(get("/debug/pprof/heap?debug=1&seconds=x").body,
            "invalid value for \"seconds\" - must be a positive integer\n");
}

TEST_F(profiler_routes_test, what_is_off_is_an_error_that_says_how_to_switch_it_on)
{
  EXPECT_EQ(get("/debug/pprof/heap").status, 501);
  EXPECT_NE(get("/debug/pprof/heap").body.find("POST /debug/config/heap_sampling"),
            std::string::npos);
  EXPECT_EQ(get("/pprof/heap").status, 501);
  EXPECT_EQ(get("/debug/pprof/lost").status, 501);
  EXPECT_EQ(get("/debug/holders").status, 501);
  EXPECT_EQ(get("/pprof/holders").status, 501);
  ASSERT_EQ(set_heap_sampling_period(64 * 1024), sampling_switch::done);
  EXPECT_EQ(get("/debug/pprof/allocs").status, 501);
  EXPECT_NE(get("/debug/pprof/").body.find("<td>0</td><td><a href=\"allocs?"), std::string::npos);
  EXPECT_NE(get("/debug/pprof/allocs").body.find("POST /debug/config/allocation_sampling"),
            std::string::npos);
}

TEST_F(profiler_routes_test, post_switches_sampling_and_get_reads)
{
  EXPECT_EQ(get("/debug/config/heap_sampling?period=65536").body, "period=0\n");
  EXPECT_EQ(get("/debug/config/heap_sampling?period=65536", verb::post).body, "period=65536\n");
  EXPECT_EQ(heap_sampling_period(), 65536);
  for (auto const* const bad :
       {"", "?period=", "?period=-1", "?period=1", "?period=4095", "?period=1073741825",
        "?period=64k", "?period=99999999999999999999"})
    EXPECT_EQ(get(std::string("/debug/config/heap_sampling") + bad, verb::post).status, 400) << bad;
  EXPECT_EQ(heap_sampling_period(), 65536);
  EXPECT_EQ(get("/debug/config/heap_sampling?period=0", verb::post).body, "period=0\n");
  EXPECT_EQ(get("/debug/config/heap_sampling?period=65536", verb::post).body, "period=65536\n");
  EXPECT_EQ(get("/debug/config/allocation_sampling?period=4096", verb::post).body, "period=4096\n");
  EXPECT_EQ(allocation_sampling_period(), 4096);
}

TEST_F(profiler_routes_test, another_period_is_a_conflict_also_while_sampling_is_off)
{
  ASSERT_EQ(get("/debug/config/heap_sampling?period=65536", verb::post).status, 200);
  for (std::int64_t const now : {65536, 0})
  {
    ASSERT_EQ(set_heap_sampling_period(now), sampling_switch::done);
    auto const refused = get("/debug/config/heap_sampling?period=524288", verb::post);
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(refused.body,
              "the period is 65536 bytes: live samples were drawn with it, so it is set once, at "
              "the start of the program or by the first POST\n");
    EXPECT_EQ(heap_sampling_period(), now);
  }
}

TEST_F(profiler_routes_test, profiles_take_no_post)
{
  auto const refused = get("/debug/pprof/heap", verb::post);
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(header(refused, "Allow"), "GET, HEAD");
}

TEST_F(profiler_routes_test, a_delta_comes_later_and_is_named_so)
{
  ASSERT_EQ(set_heap_sampling_period(64 * 1024), sampling_switch::done);
  auto const promise = get("/debug/pprof/heap?seconds=7");
  EXPECT_EQ(promise.delay, std::chrono::seconds(7));
  ASSERT_TRUE(promise.finish);
  EXPECT_EQ(header(promise.finish(), "Content-Disposition"), "attachment; filename=\"heap-delta\"");
}

TEST_F(profiler_routes_test, a_delta_across_a_change_of_types_is_refused)
{
  ASSERT_EQ(set_heap_sampling_period(64 * 1024), sampling_switch::done);
  auto const promise = get("/debug/pprof/heap?seconds=7");
  ASSERT_TRUE(set_allocation_sampling_period(64 * 1024));
  EXPECT_EQ(promise.finish().status, 500);
}

TEST_F(profiler_routes_test, one_cpu_profile_at_a_time_until_its_promise_is_dropped)
{
  {
    auto const promise = get("/debug/pprof/profile?seconds=abc");
    EXPECT_EQ(promise.delay, std::chrono::seconds(30))
        << "as net/http/pprof takes what is no number";
    for (auto const* const second : {"/debug/pprof/profile?seconds=1", "/pprof/profile?seconds=1"})
    {
      auto const refused = get(second);
      EXPECT_EQ(refused.status, 500);
      EXPECT_EQ(refused.body, "Could not enable CPU profiling: cpu profiling already in use\n");
      EXPECT_EQ(header(refused, "X-Go-Pprof"), "1");
    }
  }
  auto const next = get("/debug/pprof/profile?seconds=1");
  ASSERT_TRUE(next.finish);
  EXPECT_EQ(header(next.finish(), "Content-Disposition"), "attachment; filename=\"profile\"");
  ASSERT_TRUE(get("/pprof/profile?seconds=1").finish) << "free again once it is told";
}

TEST_F(profiler_routes_test, head_runs_no_profile)
{
  auto const answer = get("/debug/pprof/profile", verb::head);
  EXPECT_EQ(answer.status, 200);
  EXPECT_FALSE(answer.finish);
  EXPECT_TRUE(get("/debug/pprof/profile?seconds=1").finish);
}

#else

TEST_F(profiler_routes_test, without_tcmalloc_say_so)
{
  for (auto const* const target :
       {"/debug/pprof/heap", "/debug/pprof/allocs", "/debug/pprof/growth", "/debug/pprof/profile",
        "/debug/pprof/lost", "/debug/holders", "/pprof/heap", "/pprof/growth", "/pprof/profile"})
    EXPECT_EQ(get(target).status, 501) << target;
  EXPECT_EQ(get("/debug/config/heap_sampling?period=65536", verb::post).status, 501);
}

#endif

}  // namespace
