// One task in each kind of operation: its name and its line, in every form in which the endpoint
// shows tasks.
#include "encode/profile_text.hpp"
#include "encode/task_list.hpp"
#include "model/task_profile.hpp"
#include "symbols/place_book.hpp"

#include <leaklab/channel.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace
{

namespace asio = boost::asio;
using namespace leaklab;

struct surroundings
{
  asio::io_context context{1};
  channel<int> results{context};
  tcp::acceptor peer{context, {asio::ip::address_v4::loopback(), 0}};
  tcp::socket socket{context};
  tcp::resolver resolver{context};
  steady_timer timer{context, std::chrono::hours(1)};
  std::string much = std::string(64 << 20, 'x');  // more than the buffers of a connection hold
};

struct operation
{
  char const* name;  // as the endpoint shows it
  awaitable<void> (*wait)(surroundings&);
  int line;  // of the co_await
};

void PrintTo(operation const& o, std::ostream* out)
{
  *out << o.name;
}

// clang-format off
constexpr auto first_line = __LINE__ + 1;
awaitable<void> send(surroundings& s) { co_await s.results.async_send({}, 1); }
awaitable<void> receive(surroundings& s) { co_await s.results.async_receive(); }
awaitable<void> wait(surroundings& s) { co_await s.timer.async_wait(); }
awaitable<void> accept(surroundings& s) { co_await s.peer.async_accept(); }
awaitable<void> connect(surroundings& s) { co_await s.socket.async_connect(s.peer.local_endpoint()); }
awaitable<void> read(surroundings& s) { co_await asio::async_read(s.socket, asio::buffer(s.much)); }
awaitable<void> write(surroundings& s) { co_await asio::async_write(s.socket, asio::buffer(s.much)); }
awaitable<void> resolve(surroundings& s) { co_await s.resolver.async_resolve("localhost", "1"); }
awaitable<void> post(surroundings&) { co_await asio::post(tracked()); }
// clang-format on

operation const operations[] = {
    {"channel send", send, first_line},
    {"channel receive", receive, first_line + 1},
    {"timer", wait, first_line + 2},
    {"accept", accept, first_line + 3},
    {"connect", connect, first_line + 4},
    {"read", read, first_line + 5},
    {"write", write, first_line + 6},
    {"resolve", resolve, first_line + 7},
    {"post", post, first_line + 8},
    {"timer", [](surroundings& s) -> awaitable<void> { co_await s.timer.async_wait(); }, __LINE__},
};

class waits_in : public testing::TestWithParam<operation>
{
};

TEST_P(waits_in, an_operation_that_every_form_names_with_its_line)
{
  auto const& expected = GetParam();
  surroundings around;
  std::string const name = expected.name;
  if (name == "read" || name == "write") around.socket.connect(around.peer.local_endpoint());
  spawn(around.context, expected.wait(around), "waiter");
  around.context.run_one();  // to the co_await; what it completes with comes later

  symbols::symboliser symbols;
  symbols::place_book places(symbols);
  auto const place = std::string(__FILE__) + ":" + std::to_string(expected.line);

  auto const profile = model::make_task_profile(places);
  ASSERT_EQ(profile.samples.size(), 1u);
  auto const& sample = profile.samples.front();
  auto const& leaf = profile.locations[sample.stack.front()].lines.front();
  EXPECT_EQ(leaf.file + ":" + std::to_string(leaf.line), place);
  auto const label = std::ranges::find(sample.labels, "op", &model::label::key);
  ASSERT_NE(label, sample.labels.end());
  EXPECT_EQ(label->text, name);

  auto const groups = encode::encode_count_text(profile);
  EXPECT_NE(groups.find("\t" + place + "\n"), groups.npos) << groups;

  auto const blocks = encode::whole(encode::tasks_as_text(model::list_tasks(), places));
  auto const doing = name == "post" ? "ready" : name;  // who posts waits for nothing but its turn
  EXPECT_NE(blocks.find(" [" + doing), blocks.npos) << blocks;
  EXPECT_NE(blocks.find("\t" + place + "\n"), blocks.npos) << blocks;

  auto const json =
      boost::json::parse(encode::whole(encode::tasks_as_json(model::list_tasks(), places)))
          .at("tasks")
          .at(0);
  EXPECT_EQ(json.at("operation").as_string(), name);
  ASSERT_EQ(json.at("frames").as_array().size(), 1u);
  EXPECT_EQ(json.at("frames").at(0).at("line"), expected.line);
}

INSTANTIATE_TEST_SUITE_P(each, waits_in, testing::ValuesIn(operations),
                         [](auto const& each)
                         {
                           std::string name = each.param.name;
                           std::ranges::replace(name, ' ', '_');
                           return name + "_" + std::to_string(each.index);
                         });

}  // namespace
