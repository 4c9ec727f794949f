// The live page from data of the test's own: what it shows, what it escapes, and how long it gets.
#include "page/live_page.hpp"

#include "page/chart.hpp"
#include "page/html.hpp"
#include "page/quantity.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>
#include <vector>

namespace
{

using namespace leaklab;
using page::html;
using page::quantity;
using page::unit;

constexpr char const* hostile = "</style></script><script>alert('1 & \"2\"')</script>\x01\xff";

std::size_t count(std::string const& text, std::string_view what)
{
  std::size_t found = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1))
    ++found;
  return found;
}

page::chart rising(double seconds)
{
  page::chart made;
  made.id = "c";
  made.title = "Tasks";
  made.seconds = seconds;
  auto& line = made.lines.emplace_back();
  line.name = "Tasks";
  for (int i = 0; i <= 10; ++i)
    line.points.push_back({-seconds + seconds / 10 * i, 10.0 * i});
  return made;
}

// As much of everything as the watch can have, all of it named by somebody hostile.
page::live_view fullest()
{
  static std::string const name = []
  {
    std::string all;
    while (all.size() < 4000)
      all += hostile;
    return all;
  }();
  source_site const site{name.c_str(), 1, name.c_str()};
  model::grown_place place;
  place.line.function = place.line.file = name;
  place.amount = 1e12;
  place.share = 0.1;

  page::live_view view;
  view.program = name;
  view.host = name;
  view.nonce = "0123";
  auto& seen = view.seen;
  seen.seconds = 864000;
  seen.report.verdict = verdict::leaking;
  seen.report.heap_not_watched = name;
  view.all.heap.tcmalloc = true;
  for (int i = 0; i != 40; ++i)
  {
    auto& f = seen.report.findings.emplace_back();
    f.kind = model::figure_kind(i % 4);
    f.what = f.mark = f.places_unknown = f.example_descriptor = f.found.reason = name;
    f.found.verdict = verdict::leaking;
    f.waits_at = f.spawned_at = site;
    f.example = 12345678;
    f.places.assign(10, place);
    seen.waits.push_back({name, site, site, 1e6, std::chrono::hours(100), 1});
    seen.marks.push_back({name, {}, -21600.0 * i});
  }
  seen.heap.assign(10, place);
  seen.openings.assign(10, place);
  for (int i = 0; i != 20; ++i)
  {
    auto& course = seen.courses.emplace_back();
    course.kind = i < 17 ? model::figure_kind::gauge : model::figure_kind(i == 17 ? 0 : i - 16);
    course.what = name;
    course.value = 1e14;
    course.found.verdict = verdict::leaking;
    course.found.since = 864000;
    course.found.bound = 1e14;
    for (int n = 0; n != 256; ++n)
      course.points.push_back({-3375.0 * (256 - n), n / 3 % 2 ? 1e14 : 0});
  }
  seen.resident = seen.courses.front().points;
  static std::vector<page::link> const links(
      20, page::link{"profile", "debug/pprof/profile",
                     "what the processor does, by the stack that it does it for"});
  view.links = links;
  return view;
}

TEST(live_page, html_escapes_and_cuts_in_the_middle)
{
  EXPECT_EQ(html("a<b>&\"'c"), "a&lt;b&gt;&amp;&quot;&#39;c");
  EXPECT_EQ(html("a\xff"
                 "b\x01"
                 "c\n"),
            "a\uFFFD"
            "b c ");
  EXPECT_EQ(html("0123456789", 4), "01…89");
  EXPECT_EQ(html("0123<<<<6789", 8), "0123…6789");
  EXPECT_EQ(html("<<<<6789", 8), "&lt;…6789") << "as long as it is when it is escaped";
  EXPECT_EQ(html("äöüäöü", 4), "ä…ü") << "between characters";
  EXPECT_EQ(html("äöüäöü", 6), "ä…ü");
}

TEST(live_page, quantities_are_as_people_read_them)
{
  EXPECT_EQ(quantity(0, unit::count), "0");
  EXPECT_EQ(quantity(-12345, unit::count), "-12,345");
  EXPECT_EQ(quantity(1234567, unit::count), "1,234,567");
  EXPECT_EQ(quantity(0.125, unit::count), "0.125");
  EXPECT_EQ(quantity(1e18, unit::count), "1e+18");
  EXPECT_EQ(quantity(std::numeric_limits<double>::quiet_NaN(), unit::count), "nan");
  EXPECT_EQ(quantity(1023, unit::bytes), "1023 B");
  EXPECT_EQ(quantity(1536, unit::bytes), "1.5 KiB");
  EXPECT_EQ(quantity(100 << 20, unit::bytes), "100 MiB");
  EXPECT_EQ(page::scale_step(301, 4, unit::count), 100);
  EXPECT_EQ(page::scale_step(300 << 20, 4, unit::bytes), 100 << 20);
  EXPECT_EQ(page::time_step(26, 4), 10);
  EXPECT_EQ(page::time_step(864000, 4), 432000);
}

TEST(live_page, a_line_goes_from_point_to_point)
{
  auto const drawn = page::picture(rising(10));
  EXPECT_NE(drawn.find("d=\"M0 1000l100 -100 100 -100 "), drawn.npos) << drawn;
  EXPECT_NE(drawn.find(">100</text>"), drawn.npos) << "the top of the scale";
  EXPECT_NE(drawn.find(">5 s ago</text>"), drawn.npos) << drawn;
  EXPECT_NE(drawn.find("from 0 to 100"), drawn.npos) << "the description";
}

TEST(live_page, a_scale_fits_what_it_is_for)
{
  auto made = rising(10);
  for (auto& point : made.lines[0].points)
    point.value = 1;
  EXPECT_NE(page::picture(made).find(">1</text>"), std::string::npos);
  EXPECT_EQ(page::picture(made).find("0.5</text>"), std::string::npos)
      << "there are no halves of tasks";
  made.lines[0].points[0].value = -0.5;
  EXPECT_NE(page::picture(made).find(">-0.5</text>"), std::string::npos);
  made.lines[0].points.clear();
  EXPECT_NE(page::picture(made).find(">0</text>"), std::string::npos);
}

TEST(live_page, a_point_that_is_no_number_is_left_out)
{
  auto made = rising(10);
  made.lines[0].points[5].value = std::numeric_limits<double>::quiet_NaN();
  made.lines[0].points[6].value = std::numeric_limits<double>::infinity();
  auto const drawn = page::picture(made);
  EXPECT_EQ(drawn.find("nan"), drawn.npos);
  EXPECT_EQ(drawn.find("inf"), drawn.npos);
  EXPECT_NE(drawn.find("300 -300 "), drawn.npos) << drawn;
}

TEST(live_page, nothing_seen_yet_is_a_page_all_the_same)
{
  page::live_view view;
  view.program = "service";
  view.seen.report.seconds_needed = 1.5;
  auto const text = live_page(view);
  EXPECT_NE(text.find("<p class=\"large\" role=\"status\">not known</p>"), text.npos);
  EXPECT_NE(text.find("for long enough: 1.5 s more."), text.npos);
  EXPECT_EQ(text.find("nan"), text.npos);
}

TEST(live_page, says_nothing_of_a_heap_that_is_not_watched)
{
  page::live_view view;
  view.seen.report.verdict = verdict::steady;
  EXPECT_NE(live_page(view).find("not the tasks, the heap, the"), std::string::npos);
  view.seen.report.heap_not_watched = "malloc is another";
  EXPECT_NE(live_page(view).find("not the tasks, the descriptors"), std::string::npos);
  EXPECT_NE(live_page(view).find("The heap is not watched: malloc is another."), std::string::npos);
}

TEST(live_page, a_table_says_what_the_line_shows)
{
  auto const text = page::table(rising(9));
  EXPECT_NE(text.find("<th scope=\"row\">now</th><td>100</td>"), text.npos) << text;
  EXPECT_NE(text.find("<th scope=\"row\">9.0 s ago</th><td>0</td>"), text.npos);
  EXPECT_EQ(count(text, "<tr>"), 11) << "ten moments and a head";
}

TEST(live_page, a_rise_is_shaded_and_marks_are_numbered)
{
  auto made = rising(10);
  made.found.verdict = verdict::held;
  made.found.since = 7.5;
  made.found.until = 2.5;
  made.marks = {{1, -5}};
  auto const drawn = page::picture(made);
  EXPECT_NE(drawn.find("class=\"rise\" x=\"25%\" width=\"50%\""), drawn.npos) << drawn;
  EXPECT_NE(drawn.find("class=\"mark\" x1=\"50%\" x2=\"50%\""), drawn.npos) << drawn;
}

TEST(live_page, what_the_program_has_named_is_text)
{
  auto const text = live_page(fullest());
  EXPECT_EQ(count(text, "<script"), 1);
  EXPECT_EQ(count(text, "</script"), 1);
  EXPECT_EQ(count(text, "</style"), 1);
  EXPECT_NE(text.find("&lt;script&gt;alert(&#39;1 &amp; &quot;2&quot;&#39;)"), text.npos);
  EXPECT_NE(text.find("http://HOST:PORT/debug/leaks"), text.npos) << "the host is no name";
}

TEST(live_page, a_finding_has_links_to_what_looks_at_all_memory)
{
  page::live_view view;
  view.all.heap.tcmalloc = true;
  view.seen.report.findings.resize(2);
  auto& tasks = view.seen.report.findings.front();
  auto& heap = view.seen.report.findings.back();
  heap.kind = model::figure_kind::heap;
  heap.places.emplace_back().line.file = "/src/my cache/page.cpp";
  heap.places.front().line.line = 40;
  constexpr auto stuck = "<a href=\"debug/pprof/stuck?debug=1\">Can anything";
  constexpr auto holders = "<a href=\"debug/holders?places=1&amp;at=cache/page.cpp:40\">";
  constexpr auto lost = "<a href=\"debug/pprof/lost?debug=1\">Does anything";
  auto const text = live_page(view);
  for (auto const* const each : {stuck, holders, lost})
    EXPECT_EQ(count(text, each), 1) << each;

  tasks.kind = model::figure_kind::fds;
  heap.places.clear();
  for (auto const* const each : {stuck, holders, lost})
    EXPECT_EQ(count(live_page(view), each), 0) << "not of a descriptor, nor of no line: " << each;
  tasks.kind = model::figure_kind::tasks;
  view.all.heap.tcmalloc = false;
  EXPECT_EQ(count(live_page(view), stuck), 0) << "of another allocator nothing is known";
}

TEST(live_page, the_fullest_has_60_kib_at_most)
{
  EXPECT_LE(live_page(fullest()).size(), 60U * 1024);
}

TEST(live_page, keeps_the_rules_of_its_own_policy)
{
  auto const text = live_page(fullest());
  EXPECT_EQ(count(text, " style=\""), 0) << "the policy forbids it";
  std::smatch found;
  EXPECT_FALSE(std::regex_search(text, found, std::regex("<[a-z]+[^<>]* on[a-z]+=\"")))
      << found.str();
  EXPECT_EQ(count(text, " src="), 0);

  std::set<std::string> ids;
  std::regex const id(" id=\"([^\"]*)\"");
  for (std::sregex_iterator each(text.begin(), text.end(), id); each != std::sregex_iterator();
       ++each)
    EXPECT_TRUE(ids.insert((*each)[1]).second) << (*each)[1] << " twice";
  std::regex const reference(" aria-(labelledby|describedby)=\"([^\"]*)\"");
  for (std::sregex_iterator each(text.begin(), text.end(), reference);
       each != std::sregex_iterator(); ++each)
    EXPECT_TRUE(ids.contains((*each)[2])) << (*each)[2] << " is nowhere";
  EXPECT_EQ(count(text, "role=\"img\""), count(text, "<table>")) << "each chart has its table";
}

TEST(live_page, commands_are_for_the_host_that_was_asked_and_for_its_token)
{
  page::live_view view;
  view.host = "[::1]:7070";
  EXPECT_NE(live_page(view).find("curl -s &#39;http://[::1]:7070/debug/leaks&#39;"),
            std::string::npos);
  view.needs_token = true;
  auto const text = live_page(view);
  EXPECT_NE(text.find("Authorization: Bearer $(cat TOKEN_FILE)"), text.npos);
  EXPECT_NE(text.find("&quot;http://x:$(cat TOKEN_FILE)@[::1]:7070/debug/pprof/task&quot;"),
            text.npos);
}

}  // namespace
