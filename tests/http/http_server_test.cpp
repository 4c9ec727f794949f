#include "endpoint/http_client.hpp"
#include "http/server.hpp"

#include <boost/system/system_error.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace
{

using namespace leaklab::http;
using leaklab::test::client;
using leaklab::test::reply;
using namespace std::chrono_literals;

std::string const get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

std::string ask_for(std::string const& path)
{
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

response text(std::string body)
{
  response answer;
  answer.body = std::move(body);
  return answer;
}

response echo(request const& asked)
{
  std::string const method = asked.method == verb::get    ? "get"
                             : asked.method == verb::head ? "head"
                                                          : "post";
  auto answer = text(method + " " + asked.path + "?" + asked.query + " " + asked.body);
  answer.headers.emplace_back("X-Method", method);
  return answer;
}

struct http_server : testing::Test
{
  server_options options;

  reply answer_to(std::string_view text)
  {
    server peer(options, echo);
    return client(peer).ask(text);
  }
};

TEST_F(http_server, gives_every_answer_the_common_headers)
{
  for (auto const& text : {get, std::string("GET / HTTP/1.1\r\n\r\n")})
  {
    auto const answer = answer_to(text);
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.header("Cache-Control"), "no-store");
    EXPECT_EQ(answer.header("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ(answer.headers.count("Content-Length"), 1U);
    EXPECT_EQ(answer.headers.count("Server"), 0U);
    EXPECT_EQ(answer.headers.count("Access-Control-Allow-Origin"), 0U);
  }
}

TEST_F(http_server, hands_the_request_to_the_handler)
{
  auto const answer = answer_to("GET /a%20b//../?c=%20d HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(answer.status_line, "HTTP/1.1 200 OK");
  EXPECT_EQ(answer.body, "get /a b//../?c=%20d ");
  EXPECT_EQ(answer.header("X-Method"), "get");
}

TEST_F(http_server, accepts_absolute_targets)
{
  EXPECT_EQ(answer_to("GET http://localhost/a?b HTTP/1.1\r\nHost: localhost\r\n\r\n").body,
            "get /a?b ");
  EXPECT_EQ(answer_to("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n").status(),
            403);
}

TEST_F(http_server, accepts_bodies_with_length_and_in_chunks)
{
  EXPECT_EQ(answer_to("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc").body,
            "post /? abc");
  EXPECT_EQ(answer_to("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "2;x=y\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
                .body,
            "post /? abc");
}

TEST_F(http_server, answers_head_like_get_without_the_body)
{
  server peer(options, [](request const& asked)
              { return text(asked.method == verb::head ? "12345" : "1"); });
  client one(peer);
  one.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\nHEAD / HTTP/1.0\r\n\r\n");
  auto const first = one.receive(false);
  EXPECT_EQ(first.header("Content-Length"), "5");
  EXPECT_EQ(one.receive(false).header("Content-Length"), "5");
  EXPECT_EQ(one.receive_all(), "");
}

TEST_F(http_server, keeps_the_connection_and_answers_pipelined_requests_in_order)
{
  server peer(options, echo);
  client one(peer);
  EXPECT_EQ(one.ask(get).header("Connection"), "(absent)");
  std::string all;
  for (int i = 0; i < 100; ++i)
    all +=
        "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx";
  one.send(all);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(one.receive().body, "post /" + std::to_string(i) + "? x");
}

TEST_F(http_server, closes_when_asked_to)
{
  server peer(options, echo);
  client one(peer);
  EXPECT_EQ(one.ask("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                .header("Connection"),
            "close");
  EXPECT_EQ(one.receive_all(), "");
}

TEST_F(http_server, closes_after_an_http_1_0_request_which_needs_no_host)
{
  server peer(options, echo);
  client one(peer);
  EXPECT_EQ(one.ask("GET /old HTTP/1.0\r\n\r\n").body, "get /old? ");
  EXPECT_EQ(one.receive_all(), "");
}

TEST_F(http_server, answers_a_client_that_has_ended_sending)
{
  server peer(options, echo);
  client one(peer);
  one.send(get);
  one.end_sending();
  EXPECT_EQ(one.receive().status(), 200);
  EXPECT_EQ(one.receive_all(), "");
}

TEST_F(http_server, says_continue_to_those_who_wait_for_it)
{
  server peer(options, echo);
  client one(peer);
  one.send(
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(one.receive_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(one.ask("abc").body, "post /? abc");
}

TEST_F(http_server, refuses_before_it_says_continue)
{
  options.max_body_bytes = 2;
  EXPECT_EQ(
      answer_to(
          "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
          .status(),
      413);
}

TEST_F(http_server, refuses_other_methods_and_names_those_allowed)
{
  for (std::string const method : {"PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW"})
  {
    auto const answer = answer_to(method + " / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(answer.status(), 405) << method;
    EXPECT_EQ(answer.header("Allow"), "GET, HEAD, POST");
    EXPECT_EQ(answer.header("X-Go-Pprof"), "1");
  }
}

TEST_F(http_server, refuses_malformed_requests_and_closes)
{
  std::string const host = "Host: localhost\r\n";
  for (std::string const& text :
       {std::string("nonsense\r\n\r\n"), std::string("GET /\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHo st: x\r\n\r\n"), "GET /%zz HTTP/1.1\r\n" + host + "\r\n",
        "GET /%00 HTTP/1.1\r\n" + host + "\r\n", "GET relative HTTP/1.1\r\n" + host + "\r\n",
        "GET / HTTP/2.0\r\n" + host + "\r\n",
        "POST / HTTP/1.1\r\n" + host + "Content-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\n" + host +
            "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"})
  {
    server peer(options, echo);
    client one(peer);
    auto const answer = one.ask(text);
    EXPECT_EQ(answer.status(), 400) << text;
    EXPECT_EQ(answer.header("X-Go-Pprof"), "1");
    EXPECT_EQ(one.receive_all(), "");
  }
}

TEST_F(http_server, refuses_a_request_that_breaks_off)
{
  server peer(options, echo);
  client one(peer);
  one.send("GET / HTTP/1.1\r\nHost:");
  one.end_sending();
  EXPECT_EQ(one.receive().status(), 400);
}

TEST_F(http_server, refuses_transfer_encodings_that_it_does_not_know)
{
  EXPECT_EQ(
      answer_to("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n").status(),
      501);
}

TEST_F(http_server, refuses_large_headers)
{
  EXPECT_EQ(
      answer_to("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n")
          .status(),
      431);
  EXPECT_EQ(answer_to("GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .status(),
            431);
  EXPECT_EQ(answer_to("GET /" + std::string(10'000, 'x') + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .status(),
            414);
  EXPECT_EQ(answer_to("GET /" + std::string(8'000, 'x') + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .status(),
            200);
}

TEST_F(http_server, refuses_large_bodies_whose_answer_arrives_though_the_body_is_unread)
{
  std::string const body(options.max_body_bytes + 1, 'x');
  auto const head = "POST / HTTP/1.1\r\nHost: localhost\r\n";
  EXPECT_EQ(answer_to(head + ("Content-Length: " + std::to_string(body.size())) + "\r\n\r\n" + body)
                .status(),
            413);
  EXPECT_EQ(
      answer_to(head + std::string("Transfer-Encoding: chunked\r\n\r\n800000\r\n") + body).status(),
      413);
  EXPECT_EQ(
      answer_to(head + ("Content-Length: " + std::to_string(body.size() - 1)) + "\r\n\r\n" + body)
          .status(),
      200);
}

TEST_F(http_server, refuses_endless_chunk_extensions)
{
  EXPECT_EQ(
      answer_to("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1;x=" +
                std::string(1'000'000, 'x'))
          .status(),
      400);
}

TEST_F(http_server, refuses_foreign_hosts_on_loopback)
{
  EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n").status(), 403);
  EXPECT_EQ(answer_to("GET / HTTP/1.0\r\nHost: evil.example\r\n\r\n").status(), 403);
  EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n").status(), 200);
  EXPECT_EQ(answer_to("GET / HTTP/1.1\r\n\r\n").status(), 400);
  EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n").status(),
            400);
  options.allowed_hosts = {"metrics.internal"};
  EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nHost: metrics.internal\r\n\r\n").status(), 200);
}

TEST_F(http_server, refuses_posts_from_foreign_pages)
{
  std::string const post = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n";
  EXPECT_EQ(answer_to(post + "Origin: http://evil.example\r\n\r\n").status(), 403);
  EXPECT_EQ(answer_to(post + "Sec-Fetch-Site: cross-site\r\n\r\n").status(), 403);
  EXPECT_EQ(answer_to(post + "Origin: http://localhost\r\n\r\n").status(), 200);
  EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n")
                .status(),
            200);
}

TEST_F(http_server, listens_on_ipv6)
{
  options.address = "::1";
  std::optional<server> peer;
  try
  {
    peer.emplace(options, echo);
  }
  catch (boost::system::system_error const& error)
  {
    GTEST_SKIP() << "no IPv6 here: " << error.what();
  }
  client one(AF_INET6);
  one.connect_v6(*peer);
  EXPECT_EQ(one.ask("GET / HTTP/1.1\r\nHost: [::1]:" + std::to_string(peer->port()) + "\r\n\r\n")
                .status(),
            200);
}

TEST_F(http_server, throws_when_the_address_cannot_be_had)
{
  server const taken(options, echo);
  options.port = taken.port();
  EXPECT_THROW(server(options, echo), boost::system::system_error);
  options.address = "nowhere";
  EXPECT_THROW(server(options, echo), boost::system::system_error);
}

TEST_F(http_server, survives_handlers_that_throw)
{
  server peer(options,
              [](request const& asked) -> response
              {
                if (asked.path == "/error") throw std::runtime_error("it broke");
                if (asked.path == "/memory") throw std::bad_alloc();
                if (asked.path == "/other") throw 1;
                response answer;
                if (asked.path == "/split")
                  answer.headers.emplace_back("Location", "/\r\nX-Evil: 1");
                return answer;
              });
  client one(peer);
  auto const ask = [&](std::string const& path)
  { return one.ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n"); };
  auto const answer = ask("/error");
  EXPECT_EQ(answer.status(), 500);
  EXPECT_EQ(answer.body, "it broke\n");
  EXPECT_EQ(answer.header("X-Go-Pprof"), "1");
  EXPECT_EQ(ask("/memory").status(), 503);
  EXPECT_EQ(ask("/other").status(), 500);
  EXPECT_EQ(ask("/split").status(), 500);
  EXPECT_EQ(ask("/").status(), 200);
}

TEST_F(http_server, sends_long_bodies_whole)
{
  std::string body(32 * 1024 * 1024, 'x');
  for (std::size_t i = 0; i < body.size(); i += 4093)
    body[i] = static_cast<char>('a' + i % 23);
  server peer(options, [&](request const&) { return text(body); });
  client one(peer);
  EXPECT_TRUE(one.ask(get).body == body);
  EXPECT_TRUE(one.ask(get).body == body);
}

TEST_F(http_server, serves_others_while_an_answer_is_awaited)
{
  bool is_done = false;  // the server's thread only
  std::function<response()> const wait = [&]
  { return is_done ? text("waited") : response::later(1ms, [&] { return wait(); }); };
  server peer(options,
              [&](request const& asked)
              {
                if (asked.path == "/wait") return wait();
                is_done = true;
                return text(asked.path);
              });
  client waiting(peer);
  client other(peer);
  waiting.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n" + get);
  EXPECT_EQ(other.ask("GET /done HTTP/1.1\r\nHost: localhost\r\n\r\n").body, "/done");
  EXPECT_EQ(waiting.receive().body, "waited");
  EXPECT_EQ(waiting.receive().body, "/");
}

TEST_F(http_server, answers_500_when_an_awaited_answer_throws)
{
  server peer(
      options, [](request const&)
      { return response::later(1ms, []() -> response { throw std::runtime_error("it broke"); }); });
  EXPECT_EQ(client(peer).ask(get).body, "it broke\n");
}

/// Answers in an hour; counts the answers that are under way.
struct slow_handler
{
  std::atomic<int> under_way = 0;

  response operator()(request const&)
  {
    ++under_way;
    std::shared_ptr<void> const owned(nullptr, [this](void*) { --under_way; });
    return response::later(1h, [owned] { return text("at last"); });
  }
};

void expect_given_up_after(server_options const& options,
                           std::function<void(std::optional<client>&)> const& leave)
{
  slow_handler slow;
  server peer(options, std::ref(slow));
  std::optional<client> leaving(std::in_place, peer);
  leaving->send(get);
  while (slow.under_way == 0)
    std::this_thread::yield();
  leave(leaving);
  while (slow.under_way > 0)
    std::this_thread::yield();
}

TEST_F(http_server, gives_up_an_awaited_answer_when_its_client_goes_away)
{
  expect_given_up_after(options, [](auto& leaving) { leaving.reset(); });
}

TEST_F(http_server, gives_up_an_awaited_answer_when_its_connection_is_reset)
{
  expect_given_up_after(options, [](auto& leaving) { leaving->vanish(); });
}

TEST_F(http_server, answers_early_when_the_client_has_ended_sending)
{
  slow_handler slow;
  server peer(options, std::ref(slow));
  client one(peer);
  one.send(get);
  one.end_sending();
  EXPECT_EQ(one.receive().body, "at last");
}

/// Lets a handler end that waits for it, whatever happens, before the server waits for the handler.
struct set_at_end
{
  std::atomic<bool>& flag;
  ~set_at_end() { flag = true; }
};

TEST_F(http_server, answers_quick_requests_while_a_handler_is_stuck)
{
  std::atomic<bool> is_stuck = false;
  std::atomic<bool> may_end = false;
  server peer(
      options,
      [&](request const& asked)
      {
        for (is_stuck = is_stuck || asked.path == "/stuck"; asked.path == "/stuck" && !may_end;)
          std::this_thread::yield();
        return text(asked.path);
      },
      [](request const& asked) { return asked.path == "/quick"; });
  set_at_end const end{may_end};
  client stuck(peer);
  client waiting(peer);
  stuck.send(ask_for("/stuck"));
  while (!is_stuck)
    std::this_thread::yield();
  waiting.send(ask_for("/waiting"));
  EXPECT_EQ(client(peer).ask(ask_for("/quick")).body, "/quick");
  may_end = true;
  EXPECT_EQ(stuck.receive().body, "/stuck");
  EXPECT_EQ(waiting.receive().body, "/waiting");
}

TEST_F(http_server, tells_the_last_of_those_who_wait_that_there_is_no_room)
{
  options.max_connections = 2;
  std::atomic<bool> is_stuck = false;
  std::atomic<bool> may_end = false;
  server peer(options,
              [&](request const& asked)
              {
                for (is_stuck = true; !may_end;)
                  std::this_thread::yield();
                return text(asked.path);
              });
  set_at_end const end{may_end};
  client stuck(peer);
  stuck.send(ask_for("/stuck"));
  while (!is_stuck)
    std::this_thread::yield();
  client waiting(peer);
  waiting.send(ask_for("/waiting"));
  client third(peer);
  third.send(ask_for("/third"));
  EXPECT_EQ(waiting.receive().status(), 503);
  may_end = true;
  EXPECT_EQ(stuck.receive().body, "/stuck");
  EXPECT_EQ(third.receive().body, "/third");
}

/// Counts how many pieces have been made, of an endless answer.
struct endless_handler
{
  std::atomic<int> pieces = 0;

  response operator()(request const&)
  {
    response answer;
    answer.more = [this] { return ++pieces, std::string(64 * 1024, 'x'); };
    return answer;
  }
};

TEST_F(http_server, makes_no_piece_before_the_client_has_taken_the_last)
{
  endless_handler endless;
  options.idle_deadline = 100ms;
  server peer(options, std::ref(endless),
              [](request const& asked) { return asked.path == "/quick"; });
  client one(peer);
  one.send(ask_for("/endless"));
  EXPECT_NE(one.receive_until("\r\n\r\n").find("Transfer-Encoding: chunked\r\n"),
            std::string::npos);
  one.receive_until("\r\n");  // of the first piece
  int before = -1;
  for (int made = endless.pieces; made != before; made = endless.pieces)
  {
    before = made;
    client idle(peer);
    EXPECT_EQ(idle.receive_all(), "");  // a while later
  }
  EXPECT_LT(before, 1000) << "more than the buffers of a connection hold";
}

TEST_F(http_server, sends_pieces_in_chunks_and_to_old_clients_until_it_closes)
{
  server peer(options,
              [](request const&)
              {
                response answer = text("a");
                answer.more = [next = 'b']() mutable
                { return next <= 'd' ? std::string(1, next++) : std::string(); };
                return answer;
              });
  client one(peer);
  one.send(get + "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n" + "GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(one.receive().body, "abcd");
  EXPECT_EQ(one.receive(false).header("Transfer-Encoding"), "chunked");
  EXPECT_TRUE(one.receive_all().ends_with("\r\n\r\nabcd"));
}

TEST_F(http_server, packs_what_is_long_for_clients_that_take_it)
{
  server peer(options,
              [](request const& asked)
              {
                auto answer = text(asked.path == "/short" ? "short" : std::string(100'000, 'x'));
                if (asked.path == "/binary") answer.content_type = "application/octet-stream";
                if (asked.path == "/pieces")
                  answer.more = [left = 10]() mutable
                  { return std::string(left-- > 0 ? 9'999 : 0, 'x'); };
                return answer;
              });
  client one(peer);
  for (std::string const accepted : {"gzip", "br, gzip", "deflate, GZIP;q=0.5"})
    for (std::string const path : {"/long", "/pieces"})
    {
      auto const answer =
          one.ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: " + accepted +
                  "\r\n\r\n");
      EXPECT_EQ(answer.header("Content-Encoding"), "gzip") << accepted;
      EXPECT_TRUE(answer.body.starts_with("\x1f\x8b"));
      EXPECT_LT(answer.body.size(), 2'000U);
    }
  for (std::string const accepted : {"identity", "", "gzip;q=0", "gzip; q=0.0", "xgzip", "br"})
    EXPECT_EQ(one.ask("GET /long HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: " + accepted +
                      "\r\n\r\n")
                  .body.size(),
              100'000U)
        << accepted;
  for (std::string const path : {"/short", "/binary"})
    EXPECT_EQ(
        one.ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n")
            .header("Content-Encoding"),
        "(absent)");
}

TEST_F(http_server, gives_up_awaited_answers_when_it_ends)
{
  slow_handler slow;
  std::optional<server> peer(std::in_place, options, std::ref(slow));
  client waiting(*peer);
  waiting.send(get);
  while (slow.under_way == 0)
    std::this_thread::yield();
  peer.reset();
  EXPECT_EQ(slow.under_way, 0);
  EXPECT_EQ(waiting.receive_all(), "");
}

TEST_F(http_server, cuts_clients_that_send_slowly)
{
  options.request_deadline = 50ms;
  server peer(options, echo);
  client slow_header(peer);
  client slow_body(peer);
  slow_header.send("GET / HTTP/1.1\r\nHost: loc");
  slow_body.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx");
  EXPECT_EQ(slow_header.receive_all(), "");
  EXPECT_EQ(slow_body.receive_all(), "");
}

TEST_F(http_server, cuts_clients_that_are_idle)
{
  options.idle_deadline = 300ms;
  server peer(options, echo);
  client fresh(peer);
  EXPECT_EQ(fresh.receive_all(), "");
  client used(peer);
  EXPECT_EQ(used.ask(get).status(), 200);
  EXPECT_EQ(used.receive_all(), "");
}

/// Large enough that it does not fit into the buffers of a connection.
constexpr std::size_t large = 64 * 1024 * 1024;

response large_or_small(request const& asked)
{
  return text(asked.path == "/large" ? std::string(large, 'x') : asked.path);
}

TEST_F(http_server, cuts_clients_that_do_not_read)
{
  options.response_deadline = 50ms;
  options.min_bytes_per_second = 1 << 30;
  server peer(options, large_or_small);
  client stuck(peer);
  stuck.send(ask_for("/large"));
  stuck.await_closing();
  EXPECT_LT(stuck.receive_all().size(), large);
}

TEST_F(http_server, cuts_the_client_that_has_not_read_for_longest_when_answers_take_too_much_memory)
{
  options.max_unsent_bytes = 2 * large;
  options.response_deadline = 1h;  // so that nothing else cuts the first
  server peer(options, large_or_small);
  client first(peer);
  client second(peer);
  client third(peer);
  for (client* const stuck : {&first, &second, &third})
  {
    stuck->send("GET /large HTTP/1.0\r\n\r\n");
    stuck->receive_until("\r\n\r\n");  // its answer has been made
  }
  first.await_closing();
  EXPECT_LT(first.receive_all().size(), large);
  EXPECT_EQ(second.receive_all().size(), large);
  EXPECT_EQ(third.receive_all().size(), large);
}

TEST_F(http_server, cuts_idle_and_unfinished_clients_for_new_ones)
{
  options.max_connections = 2;
  server peer(options, echo);
  client idle(peer);
  EXPECT_EQ(idle.ask(get).status(), 200);
  client unfinished(peer);
  unfinished.send("GET / HTTP/1.1\r\n");
  client third(peer);
  EXPECT_EQ(third.ask(get).status(), 200);
  EXPECT_EQ(idle.receive_all(), "");
  client fourth(peer);
  EXPECT_EQ(fourth.ask(get).status(), 200);
  EXPECT_EQ(unfinished.receive_all(), "");
  EXPECT_EQ(third.ask(get).status(), 200);
  EXPECT_EQ(fourth.ask(get).status(), 200);
}

TEST_F(http_server, cuts_a_client_that_does_not_read_for_a_new_one)
{
  options.max_connections = 1;
  server peer(options, large_or_small);
  client stuck(peer);
  stuck.send(ask_for("/large"));
  stuck.receive_until("\r\n\r\n");
  EXPECT_EQ(client(peer).ask(ask_for("/small")).body, "/small");
  EXPECT_LT(stuck.receive_all().size(), large);
}

TEST_F(http_server, turns_clients_away_while_all_others_await_an_answer)
{
  options.max_connections = 2;
  slow_handler slow;
  server peer(options, std::ref(slow));
  client first(peer);
  {
    client second(peer);
    first.send(get);
    second.send(get);
    while (slow.under_way < 2)
      std::this_thread::yield();
    client third(peer);
    auto const answer = third.receive();
    EXPECT_EQ(answer.status(), 503);
    EXPECT_EQ(answer.body, "too many connections\n");
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.header("Cache-Control"), "no-store");
    EXPECT_EQ(third.receive_all(), "");
  }
  while (slow.under_way > 1)
    std::this_thread::yield();
  client fourth(peer);
  fourth.send(get);
  while (slow.under_way < 2)
    std::this_thread::yield();
}

TEST_F(http_server, limits_the_answers_that_are_awaited)
{
  options.max_delayed = 1;
  slow_handler slow;
  server peer(options, std::ref(slow));
  client first(peer);
  first.send(get);
  while (slow.under_way == 0)
    std::this_thread::yield();
  EXPECT_EQ(client(peer).ask(get).body, "too many requests await their answer\n");
}

TEST_F(http_server, closes_after_many_requests)
{
  options.max_requests_per_connection = 3;
  server peer(options, echo);
  client one(peer);
  EXPECT_EQ(one.ask(get).header("Connection"), "(absent)");
  EXPECT_EQ(one.ask(get).header("Connection"), "(absent)");
  EXPECT_EQ(one.ask(get).header("Connection"), "close");
  EXPECT_EQ(one.receive_all(), "");
}

TEST_F(http_server, answers_only_with_the_token_when_it_has_one)
{
  options.token = "open-sesame";
  std::string const ask = "GET / HTTP/1.1\r\nHost: localhost\r\n";
  auto const refused = answer_to(ask + "\r\n");
  EXPECT_EQ(refused.status(), 401);
  std::string challenges;
  for (auto const& [name, value] : refused.headers)
    if (name == "WWW-Authenticate") challenges += value + "; ";
  EXPECT_EQ(challenges, "Bearer; Basic realm=\"leaklab\", charset=\"UTF-8\"; ");
  EXPECT_EQ(answer_to(ask + "Authorization: Bearer open-sesam\r\n\r\n").status(), 401);
  EXPECT_EQ(answer_to(ask + "Authorization: Bearer open-sesame\r\n\r\n").status(), 200);
  EXPECT_EQ(answer_to(ask + "Authorization: Basic eDpvcGVuLXNlc2FtZQ==\r\n\r\n").status(), 200);
}

TEST_F(http_server, takes_any_address_but_no_name_for_host_where_others_reach_it)
{
  options.address = "0.0.0.0";
  EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nHost: 192.0.2.7:6060\r\n\r\n").status(), 200);
  EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nHost: [2001:db8::7]\r\n\r\n").status(), 200);
  EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").status(), 200);
  EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n").status(), 403);
  options.allowed_hosts = {"*"};
  EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n").status(), 200);
}

struct unix_server : http_server
{
  std::string const path = testing::TempDir() + "leaklab-" + std::to_string(::getpid()) + ".sock";

  unix_server() { options.address = "unix:" + path; }

  int ask_status()
  {
    client one(AF_UNIX);
    one.connect_unix(path);
    return one.ask("GET / HTTP/1.1\r\nHost: any.name\r\n\r\n").status();
  }
};

TEST_F(unix_server, answers_the_owner_alone_and_leaves_no_file_behind)
{
  {
    server peer(options, echo);
    EXPECT_EQ(peer.port(), 0);
    EXPECT_EQ(ask_status(), 200);
    struct stat file
    {
    };
    ASSERT_EQ(::stat(path.c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0600U);
    EXPECT_THROW(server(options, echo), boost::system::system_error);
    EXPECT_EQ(ask_status(), 200);
  }
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

TEST_F(unix_server, replaces_an_abandoned_socket_but_no_other_file)
{
  {
    client dead(AF_UNIX);
    dead.bind_unix(path);
  }
  {
    server peer(options, echo);
    EXPECT_EQ(ask_status(), 200);
  }
  std::ofstream(path) << "precious";
  EXPECT_THROW(server(options, echo), boost::system::system_error);
  std::string kept;
  std::ifstream(path) >> kept;
  EXPECT_EQ(kept, "precious");
  ::unlink(path.c_str());
}

TEST_F(unix_server, does_not_wait_for_one_that_is_stuck_at_its_path)
{
  client stuck(AF_UNIX);
  stuck.bind_unix(path);
  stuck.listen(0);
  client waiting(AF_UNIX);
  waiting.connect_unix(path);  // there is room for one
  EXPECT_THROW(server(options, echo), boost::system::system_error);
  EXPECT_EQ(::access(path.c_str(), F_OK), 0) << "it is not abandoned";
  ::unlink(path.c_str());
}

/// No new descriptors while it lives, in the whole process.
class descriptors_exhausted
{
 public:
  descriptors_exhausted()
  {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    int const lowest_free = ::dup(STDERR_FILENO);
    ::close(lowest_free);
    limit(static_cast<rlim_t>(lowest_free));
  }
  ~descriptors_exhausted() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  descriptors_exhausted(descriptors_exhausted const&) = delete;
  descriptors_exhausted& operator=(descriptors_exhausted const&) = delete;

  void limit(rlim_t count)
  {
    rlimit const lower{count, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &lower);
  }

 private:
  rlimit before_{};
};

TEST_F(http_server, serves_while_there_are_no_descriptors)
{
  server peer(options,
              [](request const&)
              {
                std::ifstream first("/proc/self/stat");
                std::ifstream second("/proc/self/stat");
                return text(first && second ? "opened" : "not opened");
              });
  client earlier(peer);
  EXPECT_EQ(earlier.ask(get).status(), 200);  // its thread is up and opens nothing more by itself
  client more[12];
  descriptors_exhausted const now;
  for (int round = 0; round < 3; ++round)
    for (client& next : more)
    {
      next.reconnect(peer);  // and the last ones stay
      EXPECT_EQ(next.ask(get).body, "opened");
    }
}

TEST_F(http_server, serves_again_once_there_are_descriptors)
{
  server peer(options, echo);
  client earlier(peer);
  EXPECT_EQ(earlier.ask(get).status(), 200);
  client waiting;
  {
    descriptors_exhausted now;
    now.limit(0);  // here the reserve does not help
    waiting.connect(peer);
  }
  EXPECT_EQ(waiting.ask(get).status(), 200);
}

TEST_F(http_server, survives_clients_that_vanish_without_a_signal)
{
  ASSERT_EQ(::signal(SIGPIPE, SIG_DFL), SIG_DFL);
  server peer(options, large_or_small);
  for (int i = 0; i < 20; ++i)
  {
    client one(peer);
    one.send(ask_for("/large"));
    if (i % 2 == 0) one.receive_until("\r\n\r\n");
    one.vanish();
  }
  EXPECT_EQ(client(peer).ask(ask_for("/small")).body, "/small");
}

TEST_F(http_server, runs_handlers_on_a_named_thread_that_leaves_signals_to_the_program)
{
  server peer(options,
              [](request const&)
              {
                char name[16] = "";
                ::pthread_getname_np(::pthread_self(), name, sizeof name);
                sigset_t blocked;
                ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
                std::string body = name;
                for (int const signal : {SIGINT, SIGTERM, SIGCHLD, SIGUSR1, SIGPROF, SIGSEGV})
                  body += ::sigismember(&blocked, signal) == 1 ? " blocked" : " open";
                return text(body);
              });
  EXPECT_EQ(client(peer).ask(get).body, "leaklab-http blocked blocked blocked blocked open open");

  sigset_t here;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &here);
  EXPECT_EQ(::sigismember(&here, SIGTERM), 0);
}

TEST_F(http_server, keeps_its_descriptors_from_child_processes)
{
  server peer(
      options,
      [](request const&)
      {
        response answer;
        for (int fd = STDERR_FILENO + 1; fd < 256; ++fd)
        {
          sockaddr_in name{};
          socklen_t size = sizeof name;
          bool const is_socket = ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) == 0;
          if (!is_socket || name.sin_port == 0) continue;
          answer.body += (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0 ? "closed " : "inherited ";
        }
        return answer;
      });
  client one(peer);
  // The listener, the client of this test, its peer.
  auto const body = one.ask(get).body;
  EXPECT_TRUE(body == "closed inherited closed " || body == "closed closed inherited ") << body;
}

TEST_F(http_server, ends_with_connections_in_every_state)
{
  std::optional<server> peer;
  peer.emplace(options, [](request const& asked)
               { return text(std::string(asked.path.size() << 22, 'x')); });
  client silent(*peer);
  client half(*peer);
  half.send("GET / HTTP/1.1\r\nHo");
  client waiting_for_body(*peer);
  waiting_for_body.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx");
  client unread(*peer);
  unread.send("GET /0123456789 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  client used(*peer);
  EXPECT_EQ(used.ask(get).status(), 200);

  peer.reset();
  EXPECT_EQ(silent.receive_all(), "");
  EXPECT_EQ(half.receive_all(), "");
  EXPECT_EQ(waiting_for_body.receive_all(), "");
  EXPECT_EQ(used.receive_all(), "");
  EXPECT_LT(unread.receive_all().size(), 11U << 22);
}

}  // namespace
