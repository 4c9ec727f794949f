// What hostile clients send, and the answer that each gets: over real sockets, from the real
// routes.
#include "endpoint/http_client.hpp"
#include "http/routes.hpp"
#include "http/server.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace
{

using namespace leaklab::http;
using namespace std::chrono_literals;
using leaklab::test::client;
using namespace std::string_literals;

constexpr int cut = 0;  ///< closed without an answer

struct row
{
  std::string text;
  int status;
};

std::string get(std::string const& target, std::string const& headers = "")
{
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

std::string with(std::string const& headers)
{
  return get("/healthz", headers);
}

std::string hosted(std::string const& host)
{
  return "GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

std::string post(std::string const& headers, std::string const& body = "")
{
  return "POST /debug/pprof/symbol HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body;
}

std::string x(std::size_t count)
{
  return std::string(count, 'x');
}

/// Sends each text on a connection of its own and expects exactly one answer. A request hidden in
/// what follows it, /healthz?smuggled, would be a second one.
class hostile_requests : public testing::Test
{
 protected:
  void expect(std::vector<row> const& rows)
  {
    server_options options;
    options.request_deadline = 300ms;
    options.idle_deadline = 300ms;
    leaklab::model::leak_watch const watch;
    routes known{watch};
    server const peer(options, std::ref(known));
    for (auto const& [text, status] : rows)
    {
      client one(peer);
      one.send(text);
      auto const answer = one.receive_all();
      auto const shown = text.substr(0, 160) + "\n---\n" + answer.substr(0, 400);
      std::size_t answers = 0;
      for (auto at = answer.find("HTTP/1."); at != answer.npos; at = answer.find("HTTP/1.", at + 1))
        ++answers;
      EXPECT_EQ(answers, status == cut ? 0U : 1U) << shown;
      if (status != cut)
      {
        EXPECT_TRUE(answer.substr(0, 13).ends_with(" " + std::to_string(status) + " "))
            << status << '\n'
            << shown;
        EXPECT_EQ(answer.find("X-Go-Pprof: 1\r\n") != answer.npos, status >= 400) << shown;
      }
      client after(peer);
      EXPECT_EQ(after.ask(get("/healthz")).body, "ok\n") << shown;
    }
  }
};

TEST_F(hostile_requests, with_strange_methods)
{
  expect({
      {"PUT /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
      {"DELETE /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
      {"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
      {"OPTIONS /healthz HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n", 405},
      {"TRACE /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
      {"PATCH /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
      {"CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
      {"get /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
      {"GETGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
      {"DEBUG /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
      {x(4096) + " /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
      {"G\xc3\x88T /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"G\0T /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"s, 400},
      {" GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"\tGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 405},
      {"POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 405},
      {"POST /debug/pprof/heap HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 405},
      {"PUT /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n", 413},
  });
}

TEST_F(hostile_requests, that_are_no_http)
{
  expect({
      {"\r\n\r\n\r\n\r\n", cut},
      {"\r\n\r", cut},
      {"\r\nhello\r\n\r\n", 400},
      {"\n" + get("/healthz"), 400},
      {"\r" + get("/healthz"), 400},
      {"hello\r\n\r\n", 400},
      {"GET /healthz\r\n\r\n", 400},
      {"GET /healthz HTTP/0.9\r\nHost: localhost\r\n\r\n", 400},
      {"GET /healthz HTTP/2.0\r\nHost: localhost\r\n\r\n", 400},
      {"GET /healthz HTTP/1.2\r\nHost: localhost\r\n\r\n", 400},
      {"GET /healthz HTTP/11\r\nHost: localhost\r\n\r\n", 400},
      {"GET /healthz HTTP/1.\r\nHost: localhost\r\n\r\n", 400},
      {"GET /healthz HTTP/1.1 \r\nHost: localhost\r\n\r\n", 400},
      {"GET /healthz http/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"GET  /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"GET /healthz  HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"GET\t/healthz\tHTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"GET /healthz HTTP/1.1\nHost: localhost\n\n", 400},
      {"GET /healthz HTTP/1.1\r\nHost: localhost\n\r\n", 400},
      {"GET /healthz HTTP/1.1\rHost: localhost\r\r", 400},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"\x16\x03\x01\x02\x01\x01\xfc\x03\x03\r\n\r\n"s, 400},
      {"SSH-2.0-OpenSSH_9.2\r\n\r\n", 400},
      {x(20'000), 431},
      {std::string(20'000, '\0'), 400},
      {std::string(20'000, '\n'), 400},
  });
}

TEST_F(hostile_requests, with_foreign_hosts)
{
  expect({
      {"GET /healthz HTTP/1.1\r\n\r\n", 400},
      {"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400},
      {"GET /healthz HTTP/1.1\r\nHost: localhost\r\nhost: evil.example\r\n\r\n", 400},
      {hosted("evil.example"), 403},
      {hosted("evil.example:6060"), 403},
      {hosted("localhost.evil.example"), 403},
      {hosted("127.0.0.1.evil.example"), 403},
      {hosted("localhost@evil.example"), 403},
      {hosted("evil.example@localhost"), 403},
      {hosted("localhost:80@evil.example"), 403},
      {hosted("localhost, evil.example"), 403},
      {hosted("localhost."), 403},
      {hosted("localhost:6060:6060"), 403},
      {hosted("localhost:-1"), 403},
      {hosted("localhost:x"), 403},
      {hosted(""), 403},
      {hosted(":6060"), 403},
      {hosted("*"), 403},
      {hosted("0.0.0.0"), 403},
      {hosted("0"), 403},
      {hosted("127.1"), 403},
      {hosted("0x7f000001"), 403},
      {hosted("2130706433"), 403},
      {hosted("192.168.1.7"), 403},
      {hosted("[::]"), 403},
      {hosted("[::ffff:192.168.1.7]"), 403},
      {hosted("::1"), 403},
      {hosted("[::1"), 403},
      {hosted("l\xc3\xb6"
              "calhost"),
       403},
      {hosted(x(8'000)), 403},
      {"GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 403},
      {"GET http://localhost/healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403},
      {"GET https://user@localhost/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 403},
      {"GET /healthz HTTP/1.0\r\nHost: evil.example\r\n\r\n", 403},
  });
}

TEST_F(hostile_requests, from_foreign_pages)
{
  auto const from = [](std::string const& headers)
  { return post(headers + "Content-Length: 0\r\n"); };
  expect({
      {from("Origin: http://evil.example\r\n"), 403},
      {from("Origin: null\r\n"), 403},
      {from("Origin: http://localhost:3000\r\n"), 403},
      {from("Origin: localhost\r\n"), 403},
      {from("Origin: http://\r\n"), 403},
      {from("Origin: http://localhost.evil.example\r\n"), 403},
      {from("Origin: http://localhost@evil.example\r\n"), 403},
      {from("Origin: http://localhost/\r\n"), 403},
      {from("Origin: http://localhost http://evil.example\r\n"), 403},
      {from("Origin: http://localhost\r\nOrigin: http://evil.example\r\n"), 403},
      {from("Sec-Fetch-Site: cross-site\r\n"), 403},
      {from("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n"), 403},
      {from("Sec-Fetch-Site: CROSS-SITE\r\nOrigin: http://localhost\r\n"), 403},
      {with("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n"), 403},
      {with(
           "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\nOrigin: http://evil.example\r\n"),
       403},
      {with("Sec-Fetch-Site: cross-site\r\n"), 403},
  });
}

TEST_F(hostile_requests, beyond_the_sizes)
{
  std::string many;
  for (int i = 0; i < 3'000; ++i)
    many += "a:b\r\n";
  std::string trailers;
  while (trailers.size() < 200'000)
    trailers += many;
  expect({
      {get("/" + x(8'192)), 414},
      {get("/" + x(20'000)), 431},
      {get("/healthz?" + x(8'192)), 414},
      {get("http://localhost/" + x(8'192)), 414},
      {with("X: " + x(16'384) + "\r\n"), 431},
      {with(x(16'384) + ": x\r\n"), 431},
      {with(many + many), 431},
      {with("Cookie: " + x(1'000'000) + "\r\n"), 431},
      {post("Content-Length: 1048577\r\n"), 413},
      {post("Content-Length: 1048577\r\nExpect: 100-continue\r\n"), 413},
      {post("Content-Length: 9223372036854775807\r\n"), 413},
      {post("Content-Length: 18446744073709551615\r\n"), 413},
      {post("Content-Length: 18446744073709551616\r\n"), 400},
      {post("Content-Length: 99999999999999999999999999\r\n"), 400},
      {post("Transfer-Encoding: chunked\r\n", "100001\r\n" + x(1'048'577)), 413},
      {post("Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\nx"), 413},
      {post("Transfer-Encoding: chunked\r\n", "10000000000000000\r\nx"), 400},
      {post("Transfer-Encoding: chunked\r\n", "1;" + x(200'000) + "\r\nx\r\n0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked\r\n", "0\r\n" + trailers + "\r\n"), 400},
      {get("/healthz", "Content-Length: 1048577\r\n"), 413},
  });
}

TEST_F(hostile_requests, that_hide_another)
{
  std::string const hidden = get("/healthz?smuggled");
  expect({
      {post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + hidden), 400},
      {post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n" + hidden), 400},
      {post("Content-Length: 0\r\nContent-Length: 5\r\n", hidden), 400},
      {post("Content-Length: 0, 5\r\n", hidden), 400},
      {post("Content-Length: 0, 0\r\n", hidden), 400},
      {post("Content-Length: 0\r\nContent-Length: 0\r\n", hidden), 400},
      {post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n" + hidden), 400},
      {post("Transfer-Encoding: chunked\r\n\tx\r\n", "0\r\n\r\n" + hidden), 400},
      {post("Transfer-Encoding: chunked\r\n", "0 ;a\r\n\r\n" + hidden), 400},
      {post("Transfer-Encoding: chunked\r\n", "0;a =b\r\n\r\n" + hidden), 400},
      {post("Content-Length: +0\r\n", hidden), 400},
      {post("Content-Length: -1\r\n", hidden), 400},
      {post("Content-Length: 0x5\r\n", hidden), 400},
      {post("Content-Length: 1e1\r\n", hidden), 400},
      {post("Content-Length: \r\n", hidden), 400},
      {post("Content-Length : 0\r\n", hidden), 400},
      {post("Content-Length: 0 0\r\n", hidden), 400},
      {post("Content-Length: 0\xc2\xa0\r\n", hidden), 400},
      {post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n" + hidden), 501},
      {post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n" + hidden), 501},
      {post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n" + hidden), 501},
      {post("Transfer-Encoding: identity\r\n", hidden), 501},
      {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n" + hidden),
       400},
      {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + hidden),
       400},
      {post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n" + hidden), 501},
      {post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n" + hidden), 501},
      {post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n" + hidden), 400},
      {post("Transfer-Encoding\r\n : chunked\r\n", "0\r\n\r\n" + hidden), 400},
      {"POST /debug/pprof/symbol HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
       400},
      {"POST /debug/pprof/symbol HTTP/1.0\r\nContent-Length: 0\r\n\r\n" + hidden, 200},
      {post("Connection: close\r\nContent-Length: 0\r\n", hidden), 200},
      {post("Transfer-Encoding: chunked\r\n", "0x0\r\n\r\n" + hidden), 400},
      {post("Transfer-Encoding: chunked\r\n", "-0\r\n\r\n" + hidden), 400},
      {post("Transfer-Encoding: chunked\r\n", " 0\r\n\r\n" + hidden), 400},
      {post("Transfer-Encoding: chunked\r\n", "0\n\n" + hidden), 400},
      {post("Transfer-Encoding: chunked\r\n", "1\r\nxx0\r\n\r\n" + hidden), 400},
      {post("Transfer-Encoding: chunked\r\n", "\r\n" + hidden), 400},
      // A proxy that ends the line at the line feed sees one request here, its body the second.
      {post("Transfer-Encoding: chunked\r\n", "0;a=\"\n\"\r\n\r\n" + hidden), 400},
      {post("Transfer-Encoding: chunked\r\n", "1;a=\"\n\"\r\nx\r\n0\r\n\r\n" + hidden), 400},
      {post("Transfer-Encoding: chunked\r\n", "1;a=\"\\\n\"\r\nx\r\n0\r\n\r\n" + hidden), 400},
      {post("Transfer-Encoding: chunked\r\n", "0;a=\"\0\"\r\n\r\n"s + hidden), 400},
      {post("Transfer-Encoding: chunked\r\n", "0;a=\"\x7f\"\r\n\r\n" + hidden), 400},
      {post("Transfer-Encoding: chunked\r\n", "0;a=\"\r\"\r\n\r\n" + hidden), 400},
      {with("X: a\rb\r\n") + hidden, 400},
      {with("X: a\0b\r\n"s) + hidden, 400},
      {with("X\0: b\r\n"s) + hidden, 400},
      {with("X: a\nGET /healthz?smuggled HTTP/1.1\r\n"), 400},
      {with(": nameless\r\n") + hidden, 400},
      {with("no colon\r\n") + hidden, 400},
      {with("X Y: z\r\n") + hidden, 400},
      {with("Expect: 100-continue\r\nContent-Length: x\r\n") + hidden, 400},
  });
}

TEST_F(hostile_requests, with_bad_numbers)
{
  expect({
      {get("/debug/pprof/task?seconds=0", "Connection: close\r\n"), 400},
      {get("/debug/pprof/task?seconds=-1", "Connection: close\r\n"), 400},
      {get("/debug/pprof/task?seconds=%2B1", "Connection: close\r\n"), 400},
      {get("/debug/pprof/task?seconds=1e9", "Connection: close\r\n"), 400},
      {get("/debug/pprof/task?seconds=0x10", "Connection: close\r\n"), 400},
      {get("/debug/pprof/task?seconds=1.5", "Connection: close\r\n"), 400},
      {get("/debug/pprof/task?seconds=9223372036854775808", "Connection: close\r\n"), 400},
      {get("/debug/pprof/task?seconds=%20%201", "Connection: close\r\n"), 400},
      {get("/debug/tasks?limit=-1", "Connection: close\r\n"), 400},
      {get("/debug/tasks?limit=1k", "Connection: close\r\n"), 400},
      {get("/debug/tasks?limit=18446744073709551616", "Connection: close\r\n"), 400},
      {get("/debug/tasks?min_wait=1", "Connection: close\r\n"), 400},
      {get("/debug/tasks?min_wait=-1s", "Connection: close\r\n"), 400},
      {get("/debug/tasks?min_wait=99999999999999999999s", "Connection: close\r\n"), 400},
      {get("/debug/tasks?min_wait=153722867280912931m", "Connection: close\r\n"), 400},
      {get("/debug/tasks?state=%3Cscript%3E", "Connection: close\r\n"), 400},
      {get("/debug/pprof/task?debug=99999999999999999999", "Connection: close\r\n"), 200},
      {get("/debug/pprof/symbol?0xffffffffffffffffffff+0x+0xg", "Connection: close\r\n"), 200},
  });
}

TEST_F(hostile_requests, with_path_tricks)
{
  auto const at = [](std::string const& target) { return get(target, "Connection: close\r\n"); };
  expect({
      {at("/../../etc/passwd"), 404},
      {at("/%2e%2e/%2e%2e/etc/passwd"), 404},
      {at("/debug/pprof/../../../../etc/passwd"), 404},
      {at("/debug/pprof/..%2f..%2fetc%2fpasswd"), 404},
      {at("/debug/pprof/../../healthz"), 404},
      {at("/./healthz"), 404},
      {at("//healthz"), 404},
      {at("/healthz/"), 404},
      {at("/healthz;a=b"), 404},
      {at("/healthz%3fdebug=1"), 404},
      {at("/healthz%20"), 404},
      {at("/HEALTHZ"), 404},
      {at("\\healthz"), 400},
      {at("/healthz%00.html"), 400},
      {at("/%"), 400},
      {at("/%4"), 400},
      {at("/%zz"), 400},
      {at("/%u002e"), 400},
      {at("/%c0%ae%c0%ae/etc/passwd"), 404},
      {at("/%0d%0aX-Evil:%201"), 404},
      {at("/debug/pprof/%3Cscript%3Ealert(1)%3C/script%3E"), 404},
      {at("*"), 400},
      {at("healthz"), 400},
      {at("localhost:6060"), 400},
      {at("file:///etc/passwd"), 400},
      {at("http:///healthz"), 400},
      {at("/heal\0thz"s), 400},
      {at("/heal\x7fthz"), 400},
      {at("/heal thz"), 400},
      {at("/healthz?a=%zz&b=%00"), 200},
      {at("/healthz?" + std::string(4'000, '&')), 200},
      {at("/healthz#fragment"), 404},
  });
}

TEST_F(hostile_requests, that_come_slowly_or_never_end)
{
  expect({
      {"", cut},
      {"G", cut},
      {"GET /healthz HTTP/1.1\r\nHost: localhost\r\n", cut},
      {"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + x(1'000), cut},
      {post("Content-Length: 9\r\n", "x"), cut},
      {post("Transfer-Encoding: chunked\r\n"), cut},
      {post("Transfer-Encoding: chunked\r\n", "5\r\nab"), cut},
      {post("Transfer-Encoding: chunked\r\n", "1\r\nx\r\n"), cut},
      {post("Transfer-Encoding: chunked\r\n", "0\r\nTrailer: x\r\n"), cut},
  });
}

TEST(ordinary_requests, are_never_refused)
{
  leaklab::model::leak_watch const watch;
  routes known{watch};
  server const peer({}, std::ref(known));
  client one(peer);
  std::string many;
  for (int i = 0; i < 200; ++i)
    many += "X-" + std::to_string(i) + ": some value or other\r\n";
  for (std::string const& text :
       {get("/healthz"),
        hosted("LOCALHOST:6060"),
        hosted("127.0.0.1"),
        hosted("[::1]:1"),
        get("http://localhost:6060/healthz"),
        get("/%68ealthz"),
        get("/healthz?"),
        "\r\n" + get("/healthz"),
        "\r\n\r\n" + get("/healthz"),
        get("/healthz?" + x(8'000)),
        with(many),
        with("X: " + x(8'000) + "\r\n"),
        with("X:\r\n"),
        with("X: \xff\xfe\r\n"),
        with("Origin: http://evil.example\r\n"),
        with("Sec-Fetch-Site: same-origin\r\n"),
        with("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n"),
        with("Content-Length: 0\r\n"),
        with("Content-Length: 3\r\n") + "abc",
        post("Content-Length: 1048576\r\n", x(1'048'576)),
        post("Origin: http://localhost\r\nContent-Length: 0\r\n"),
        post("Transfer-Encoding: Chunked\r\n", "00003;a=\"b\"\r\n0x1\r\n0\r\nTrailer: x\r\n\r\n"),
        post("Content-Length: 3\r\nExpect: 200-ok\r\n", "0x1")})
    EXPECT_EQ(one.ask(text).status(), 200) << text.substr(0, 200);
}

}  // namespace
