// Each object is found to be held by what the test has put it into.
#include "encode/holders.hpp"

#include "hidden_words.hpp"
#include "model/holders.hpp"

#include <leaklab/channel.hpp>
#include <leaklab/detail/asio_version.hpp>
#include <leaklab/heap.hpp>
#include <leaklab/spawn.hpp>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#if LEAKLAB_TCMALLOC

namespace held
{

using page = std::array<char, 3001>;
using page_ptr = std::unique_ptr<page>;

/// Each has an allocating line of its own.
#define MAKER(name)                         \
  __attribute__((noinline)) page_ptr name() \
  {                                         \
    return std::make_unique<page>();        \
  }
MAKER(make_listed)
MAKER(make_chained)
MAKER(make_cover)
MAKER(make_static)
MAKER(make_anonymous)
MAKER(make_in_function)
MAKER(make_thread_local)
MAKER(make_local)
MAKER(make_in_task)
MAKER(make_shared_page)

std::list<page_ptr> all_pages;

struct album
{
  virtual ~album() = default;
  page_ptr cover;
  page preface{};
};
std::unique_ptr<album> the_album;

static page_ptr static_page;
thread_local page_ptr page_of_thread;

page_ptr& page_in_function()
{
  static page_ptr kept;
  return kept;
}

struct link
{
  page_ptr content;
  std::unique_ptr<link> next;
};
std::unique_ptr<link> chain;

std::unique_ptr<std::function<int()>> callback;

void keep_in_callback()
{
  callback = std::make_unique<std::function<int()>>(
      [shared = std::shared_ptr<page>(make_shared_page())] { return shared->front(); });
}

struct ring
{
  std::array<char, 3001> content{};
  std::function<void()> on_end;
};

__attribute__((noinline)) void make_rings()
{
  for (int i = 0; i != 20; ++i)
  {
    auto const one = std::make_shared<ring>();
    one->on_end = [one] { one->content.front() = 1; };
  }
}

leaklab::awaitable<void> wait_with_page(leaklab::channel<int>& end)
{
  auto const mine = make_in_task();
  (void)co_await end.async_receive();
  mine->front() = 1;
}

}  // namespace held

namespace
{

using leaklab::model::held_object;
using leaklab::model::holder_report;

held::page_ptr anonymous_page;

class holders_test : public testing::Test
{
 protected:
  /// So small that each page is a sample, and of the small blocks only a few, of each of which the
  /// sampler makes a page of memory with old words in it.
  static constexpr std::int64_t period = 256;

  holders_test() { leaklab::set_heap_sampling_period(period); }
  ~holders_test() override { leaklab::set_heap_sampling_period(0); }

  holder_report find(std::string const& at, std::size_t objects = 1)
  {
    auto report = leaklab::model::find_holders(symbols_, {}, {at, 3, objects});
    EXPECT_EQ(report.problem, "");
    return report;
  }
  /// The first object of the only place.
  held_object find_one(std::string const& at)
  {
    auto const report = find(at);
    EXPECT_EQ(report.places.size(), 1);
    EXPECT_FALSE(report.places.empty() || report.places.front().objects.empty()) << at;
    if (report.places.empty() || report.places.front().objects.empty()) return {};
    SCOPED_TRACE(leaklab::encode::holders_as_text(report));
    return report.places.front().objects.front();
  }
  /// Nothing between the object and the variable.
  void expect_in_variable(std::string const& at, std::string const& variable)
  {
    auto const found = find_one(at);
    EXPECT_EQ(found.root.kind, "variable") << found.root.text;
    EXPECT_EQ(found.root.name, variable);
    EXPECT_EQ(found.holders.size(), 1);
  }

  static inline leaklab::symbols::symboliser symbols_;  // so that all tests read the names once
};

TEST_F(holders_test, a_global_list_by_its_name)
{
  for (int i = 0; i != 100; ++i)
    held::all_pages.push_back(held::make_listed());
  auto const found = find_one("make_listed");
  EXPECT_EQ(found.root.text, "variable held::all_pages");
  ASSERT_GE(found.holders.size(), 2);  // a page, and at least one node
  EXPECT_EQ(found.holders.front().bytes, sizeof(held::page));
  auto const report = find("make_listed", 3);
  ASSERT_EQ(report.places.size(), 1);
  EXPECT_EQ(report.places.front().objects.size(), 3);
  EXPECT_NEAR(report.places.front().count, 100, 1);
  held::all_pages.clear();
}

TEST_F(holders_test, a_variable_of_any_linkage_by_its_name)
{
  held::static_page = held::make_static();
  anonymous_page = held::make_anonymous();
  held::page_in_function() = held::make_in_function();
  expect_in_variable("make_static", "held::static_page");
  expect_in_variable("make_anonymous", "anonymous_page");
  expect_in_variable("make_in_function", "held::page_in_function()::kept");
  held::static_page.reset();
  anonymous_page.reset();
  held::page_in_function().reset();
}

TEST_F(holders_test, a_thread_local_variable_by_its_name_and_thread)
{
  std::atomic<int> state{0};
  std::thread keeper(
      [&]
      {
        ::pthread_setname_np(::pthread_self(), "keeper");
        held::page_of_thread = held::make_thread_local();
        state = 1;
        while (state == 1)
          std::this_thread::yield();
      });
  while (state == 0)
    std::this_thread::yield();
  auto const found = find_one("make_thread_local");
  state = 2;
  keeper.join();
  EXPECT_EQ(found.root.kind, "thread-local variable") << found.root.text;
  EXPECT_EQ(found.root.name, "held::page_of_thread");
  EXPECT_TRUE(found.root.text.ends_with(" keeper")) << found.root.text;
}

TEST_F(holders_test, a_block_by_the_type_that_its_vtable_tells)
{
  held::the_album = std::make_unique<held::album>();
  held::the_album->cover = held::make_cover();
  auto const found = find_one("make_cover");
  EXPECT_EQ(found.root.text, "variable held::the_album");
  ASSERT_EQ(found.holders.size(), 2);
  EXPECT_EQ(found.holders[1].what, "held::album");
  EXPECT_EQ(found.holders[1].offset, sizeof(void*));
  EXPECT_NE(found.holders[1].allocated_by.file.find("holders_test.cpp"), std::string::npos);
  held::the_album.reset();
}

TEST_F(holders_test, what_a_function_object_calls)
{
  held::keep_in_callback();
  auto const found = find_one("make_shared_page");
  EXPECT_EQ(found.root.text, "variable held::callback");
  ASSERT_GE(found.holders.size(), 3);  // the page, what the callback has captured, the callback
  EXPECT_EQ(found.holders.back().callback, "held::keep_in_callback::<lambda>");
  held::callback.reset();
}

TEST_F(holders_test, links_that_are_alike_are_one)
{
  for (int i = 0; i != 1000; ++i)
  {
    auto next = std::make_unique<held::link>();
    next->content = held::make_chained();
    next->next = std::move(held::chain);
    held::chain = std::move(next);
  }
  auto const found = find_one("make_chained");
  EXPECT_EQ(found.root.text, "variable held::chain");
  ASSERT_EQ(found.holders.size(), 3);  // the page, the link that has it, all the others
  EXPECT_EQ(found.holders[1].times, 1);
  EXPECT_EQ(found.holders[2].times, 999);
  EXPECT_EQ(found.left_out, 0);
  while (held::chain)
    held::chain = std::move(held::chain->next);
}

TEST_F(holders_test, the_stack_of_a_thread)
{
  std::atomic<int> state{0};
  std::thread keeper(
      [&]
      {
        ::pthread_setname_np(::pthread_self(), "keeper");
        auto const mine = held::make_local();
        state = 1;
        while (state == 1)
          std::this_thread::yield();
      });
  while (state == 0)
    std::this_thread::yield();
  auto const found = find_one("make_local");
  state = 2;
  keeper.join();
  EXPECT_EQ(found.root.kind, "stack") << found.root.text;
  EXPECT_EQ(found.root.name, "keeper");
}

TEST_F(holders_test, the_task_whose_coroutine_holds_it)
{
  if (!LEAKLAB_AWAIT_CHAIN) GTEST_SKIP() << "this build has no await chain";
  boost::asio::io_context context;
  leaklab::channel<int> end(context);
  leaklab::spawn(context, held::wait_with_page(end), "keeps a page");
  context.poll();
  auto const found = find_one("make_in_task");
  EXPECT_EQ(found.root.kind, "task") << found.root.text;
  EXPECT_EQ(found.root.name, "keeps a page");
  EXPECT_NE(found.root.task, 0);
  ASSERT_EQ(found.holders.size(), 2);
  EXPECT_EQ(found.holders[1].what, "coroutine held::wait_with_page(channel<int>&)");
}

TEST_F(holders_test, nothing_for_what_is_lost)
{
  held::make_rings();
  hidden_words::wipe_stack();
  auto const report = find("make_rings", 20);
  auto const text = leaklab::encode::holders_as_text(report);
  ASSERT_FALSE(report.places.empty());
  auto const& objects = report.places.front().objects;
  ASSERT_EQ(objects.size(), 20);
  auto const is_lost = [](held_object const& each) { return each.root.kind == "lost"; };
  EXPECT_GE(std::ranges::count_if(objects, is_lost), 1) << text;  // old words may hold some
  EXPECT_NE(text.find("in a std::function of held::make_rings::<lambda>"), std::string::npos)
      << text;
  EXPECT_NE(text.find("<- itself: lost\n"), std::string::npos) << text;
}

TEST_F(holders_test, a_place_that_is_not_there_is_none)
{
  EXPECT_TRUE(find("no_such_function").places.empty());
}

TEST_F(holders_test, the_profile_has_the_root_at_the_other_end_and_all_names_in_it)
{
  held::static_page = held::make_static();
  auto const made = leaklab::model::make_holders_profile(symbols_, find("make_static"));
  held::static_page.reset();
  ASSERT_EQ(made.samples.size(), 1);
  auto const name_of = [&](std::uint32_t index)
  { return made.locations[index].lines.front().function; };
  EXPECT_EQ(name_of(made.samples.front().stack.front()), "held::make_static()");
  EXPECT_EQ(name_of(made.samples.front().stack.back()), "variable held::static_page");
  EXPECT_EQ(made.samples.front().values.front(), 1);
  EXPECT_FALSE(made.mappings.empty());
}

}  // namespace

#endif
