#include "http/message.hpp"
#include "http/policy.hpp"
#include "http/target.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace
{

using namespace leaklab::http;
using namespace std::string_literals;

std::string parameter(std::string const& query, std::string_view name)
{
  request asked;
  asked.query = query;
  return asked.parameter(name);
}

TEST(http_request, parameter_is_the_first_value_of_its_key)
{
  EXPECT_EQ(parameter("debug=1&debug=2", "debug"), "1");
  EXPECT_EQ(parameter("seconds=5&debug=1", "debug"), "1");
}

TEST(http_request, parameter_is_empty_when_absent_or_without_value)
{
  EXPECT_EQ(parameter("", "debug"), "");
  EXPECT_EQ(parameter("debug", "debug"), "");
  EXPECT_EQ(parameter("debug=", "debug"), "");
  EXPECT_EQ(parameter("debugger=1&xdebug=2", "debug"), "");
  EXPECT_EQ(parameter("&&=&", "debug"), "");
}

TEST(http_request, parameter_is_decoded_as_a_form_is)
{
  EXPECT_EQ(parameter("state=async+send%2Breceive", "state"), "async send+receive");
  EXPECT_EQ(parameter("%64ebug=1", "debug"), "1");
  EXPECT_EQ(parameter("expression=a=b", "expression"), "a=b");
}

TEST(http_request, parameter_that_does_not_decode_counts_as_absent)
{
  EXPECT_EQ(parameter("debug=%zz", "debug"), "");
  EXPECT_EQ(parameter("debug=%zz&debug=2", "debug"), "2");
}

TEST(http_response, error_is_worded_as_net_http_pprof_does)
{
  auto const answer = response::error(404, "Unknown profile");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(answer.body, "Unknown profile\n");
  EXPECT_EQ(answer.headers,
            (std::vector<std::pair<std::string, std::string>>{{"X-Go-Pprof", "1"}}));
}

TEST(percent_decode, resolves_escapes_of_either_case)
{
  EXPECT_EQ(percent_decode("/a%2fb%2Fc"), "/a/b/c");
  EXPECT_EQ(percent_decode("%c3%A4+%25"), "\xc3\xa4+%");
  EXPECT_EQ(percent_decode(""), "");
}

TEST(percent_decode, refuses_broken_escapes_and_nul)
{
  for (auto const& text :
       {"%"s, "%1"s, "%g0"s, "%0g"s, "%-1"s, "%+1"s, "% 1"s, "a%%20"s, "%00"s, "a\0b"s})
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
}

TEST(parse_target, takes_path_and_query_apart)
{
  auto const to = parse_target("/debug/pprof/heap?debug=1?x");
  ASSERT_TRUE(to);
  EXPECT_EQ(to->authority, "");
  EXPECT_EQ(to->path, "/debug/pprof/heap");
  EXPECT_EQ(to->query, "debug=1?x");
}

TEST(parse_target, decodes_the_path_and_leaves_the_query)
{
  auto const to = parse_target("/a%3Fb?c=%20%zz");
  ASSERT_TRUE(to);
  EXPECT_EQ(to->path, "/a?b");
  EXPECT_EQ(to->query, "c=%20%zz");
}

TEST(parse_target, takes_what_clients_leave_unencoded)
{
  for (auto const& odd :
       {"a|b", "x[]=1", "{1}", "\"a\"", "a^b", "`a`", "<a>", "a\\b", "\xc3\xa4", "a#b"})
  {
    auto const to = parse_target("/p"s + odd + "?" + odd);
    ASSERT_TRUE(to) << odd;
    EXPECT_EQ(to->path, "/p"s + odd);
    EXPECT_EQ(to->query, odd);
  }
  EXPECT_EQ(parse_target("/p?100%")->query, "100%");
}

TEST(parse_target, does_not_normalise)
{
  EXPECT_EQ(parse_target("//a/../b/./c//")->path, "//a/../b/./c//");
}

TEST(parse_target, takes_the_absolute_form)
{
  auto const to = parse_target("HTTP://localhost:6060/metrics?a");
  ASSERT_TRUE(to);
  EXPECT_EQ(to->authority, "localhost:6060");
  EXPECT_EQ(to->path, "/metrics");
  EXPECT_EQ(to->query, "a");
  EXPECT_EQ(parse_target("http://localhost")->path, "/");
  EXPECT_EQ(parse_target("http://localhost?a")->path, "/");
  EXPECT_EQ(parse_target("http://localhost?a")->query, "a");
}

TEST(parse_target, refuses_other_forms)
{
  for (auto const& text : {"", "*", "metrics", "localhost:80", "ftp://localhost/", "http://",
                           "http:///x", "/%", "/%00"})
    EXPECT_FALSE(parse_target(text)) << text;
}

TEST(host_is_allowed, for_the_names_of_loopback_in_any_case_with_any_port)
{
  for (auto const& host : {"localhost", "LocalHost:6060", "127.0.0.1", "127.0.0.1:1", "[::1]",
                           "[::1]:6060", "localhost:"})
    EXPECT_TRUE(host_is_allowed(host, {})) << host;
}

TEST(host_is_allowed, for_no_other_name)
{
  for (auto const& host :
       {"", ":80", "evil.example", "localhost.evil.example", "evil.example:localhost",
        "localhost:80x", "localhost.", "127.0.0.1.evil.example", "127.0.0.2", "::1", "[::1",
        "user@localhost", "localhost:80:80", " localhost"})
    EXPECT_FALSE(host_is_allowed(host, {})) << host;
}

TEST(host_is_allowed, for_names_from_the_list)
{
  std::vector<std::string> const further = {"metrics.internal", ""};
  EXPECT_TRUE(host_is_allowed("Metrics.Internal:9090", further));
  EXPECT_TRUE(host_is_allowed("localhost", further));
  EXPECT_FALSE(host_is_allowed("internal", further));
  EXPECT_FALSE(host_is_allowed(":9090", further));
}

TEST(origin_is_allowed, for_clients_that_are_no_browsers)
{
  EXPECT_TRUE(origin_is_allowed("", "", "localhost:6060"));
}

TEST(origin_is_allowed, for_pages_of_the_same_host)
{
  EXPECT_TRUE(origin_is_allowed("http://localhost:6060", "same-origin", "LOCALHOST:6060"));
  EXPECT_TRUE(origin_is_allowed("http://localhost:6060", "", "localhost:6060"));
}

TEST(origin_is_allowed, for_no_other_page)
{
  EXPECT_FALSE(origin_is_allowed("http://evil.example", "", "localhost:6060"));
  EXPECT_FALSE(origin_is_allowed("http://localhost:3000", "same-site", "localhost:6060"));
  EXPECT_FALSE(origin_is_allowed("null", "", "localhost:6060"));
  EXPECT_FALSE(origin_is_allowed("localhost:6060", "", "localhost:6060"));
  EXPECT_FALSE(origin_is_allowed("", "Cross-Site", "localhost:6060"));
  EXPECT_FALSE(origin_is_allowed("http://", "", "localhost:6060"));
}

}  // namespace
