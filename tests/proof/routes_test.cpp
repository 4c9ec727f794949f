// /debug/pprof/stuck in all its forms, and under the name that Go's tools ask for.
#include "http/routes.hpp"

#include "encode/pieces.hpp"
#include "proof.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace
{

using namespace leaklab::http;

class stuck_routes : public proof::test
{
 protected:
  /// The answer that comes in the end.
  response get(std::string const& target, verb method = verb::get)
  {
    auto const mark = target.find('?');
    auto answer = answer_(
        {method, target.substr(0, mark), mark == target.npos ? "" : target.substr(mark + 1), ""});
    while (answer.finish)
      answer = answer.finish();
    if (answer.more) answer.body += leaklab::encode::whole(answer.more);
    return answer;
  }

  static bool has(response const& answer, std::string_view text)
  {
    return answer.body.find(text) != std::string::npos;
  }

 private:
  leaklab::model::leak_watch watch_;
  routes answer_{watch_};
};

#if LEAKLAB_PROVES

using namespace proof;

TEST_F(stuck_routes, show_the_stuck_tasks_and_no_others)
{
  auto const held = make();
  (void)after(
      [&]
      {
        spawn(context_, receive_own(context_), "stuck");
        spawn(context_, receive(held), "live");
      });
  for (auto const* const name : {"stuck", "goroutineleak"})
  {
    auto const path = std::string("/debug/pprof/") + name;
    auto const text = get(path + "?debug=1");
    EXPECT_EQ(text.status, 200);
    EXPECT_TRUE(text.body.starts_with(std::string(name) + " profile: total ")) << text.body;
    EXPECT_TRUE(has(text, "receive_own(")) << text.body;
    EXPECT_TRUE(has(text, R"("op":"channel receive")")) << text.body;
    EXPECT_FALSE(has(text, R"("name":"live")")) << text.body;
    EXPECT_TRUE(has(text, "of 100 waiting tasks are stuck")) << text.body;
    auto const list = get(path + "?debug=2");
    EXPECT_TRUE(has(list, "[channel receive]: stuck\n")) << list.body;
    EXPECT_FALSE(has(list, "]: live\n")) << list.body;
    EXPECT_TRUE(has(get(path + "?debug=2&limit=1"), "more tasks; limit=")) << list.body;
    EXPECT_TRUE(get(path).body.starts_with("\x1f\x8b"));
    EXPECT_EQ(get(path, verb::head).status, 200);
  }
}

TEST_F(stuck_routes, of_a_healthy_program_are_empty)
{
  auto const held = make();
  (void)after([&] { spawn(context_, receive(held), "live"); });
  EXPECT_TRUE(has(get("/debug/pprof/stuck?debug=1"), "stuck profile: total 0\n"));
  EXPECT_TRUE(has(get("/debug/pprof/stuck?debug=2"), "0 of 50 waiting tasks are stuck"));
}

TEST_F(stuck_routes, refuse_what_they_cannot_do)
{
  EXPECT_EQ(get("/debug/pprof/stuck?seconds=1").status, 400);
  EXPECT_EQ(get("/debug/pprof/stuck?seconds=x").status, 400);
  EXPECT_EQ(get("/debug/pprof/stuck?debug=2&limit=x").status, 400);
}

#else

TEST_F(stuck_routes, say_why_nothing_is_known)
{
  for (auto const* const path : {"/debug/pprof/stuck", "/debug/pprof/goroutineleak?debug=1"})
  {
    auto const answer = get(path);
    EXPECT_TRUE(answer.status == 501 || answer.status == 503);
    EXPECT_TRUE(has(answer, "it is not known which tasks are stuck: ")) << answer.body;
  }
}

#endif

}  // namespace
