// Each object is found to be held by what the test has put it into.
#include "encode/holders.hpp"
#include "model/holders.hpp"

#include <leaklab/heap.hpp>

#include <gtest/gtest.h>

#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
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

std::list<std::unique_ptr<page>> all_pages;

struct album
{
  virtual ~album() = default;
  std::unique_ptr<page> cover;
};
std::unique_ptr<album> the_album;

struct ring
{
  std::array<char, 3001> content{};
  std::shared_ptr<ring> self;
};

// Each a place by itself.
__attribute__((noinline)) std::unique_ptr<page> make_listed()
{
  return std::make_unique<page>();
}
__attribute__((noinline)) std::unique_ptr<page> make_cover()
{
  return std::make_unique<page>();
}
__attribute__((noinline)) std::unique_ptr<page> make_local()
{
  return std::make_unique<page>();
}
__attribute__((noinline)) void make_rings()
{
  for (int i = 0; i != 20; ++i)
  {
    auto const one = std::make_shared<ring>();
    one->self = one;
  }
}
__attribute__((noinline)) void wipe_stack()
{
  std::array<char volatile, 1 << 15> words;
  for (auto& each : words)
    each = 0;
}

}  // namespace held

namespace
{

using leaklab::model::held_object;
using leaklab::model::holder_report;

class holders_test : public testing::Test
{
 protected:
  holders_test() { leaklab::set_heap_sampling_period(1); }
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
    return report.places.front().objects.front();
  }

 private:
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

TEST_F(holders_test, a_block_by_the_type_that_its_vtable_tells)
{
  held::the_album = std::make_unique<held::album>();
  held::the_album->cover = held::make_cover();
  auto const found = find_one("make_cover");
  EXPECT_EQ(found.root.text, "variable held::the_album");
  ASSERT_EQ(found.holders.size(), 2);
  EXPECT_EQ(found.holders[1].what, "held::album");
  EXPECT_EQ(found.holders[1].offset, sizeof(void*));
  held::the_album.reset();
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
  auto const report = find("make_local");
  auto const found = report.places.at(0).objects.at(0);
  state = 2;
  keeper.join();
  EXPECT_EQ(found.root.kind, "stack");
  EXPECT_EQ(found.root.name, "keeper") << leaklab::encode::holders_as_text(report);
}

TEST_F(holders_test, nothing_for_what_is_lost)
{
  held::make_rings();
  held::wipe_stack();
  auto const report = find("make_rings", 20);
  ASSERT_EQ(report.places.size(), 1);
  auto const& objects = report.places.front().objects;
  ASSERT_EQ(objects.size(), 20);
  auto const is_lost = [](held_object const& each) { return each.root.kind == "lost"; };
  EXPECT_GE(std::ranges::count_if(objects, is_lost), 16)
      << leaklab::encode::holders_as_text(report) << std::ifstream("/proc/self/maps").rdbuf();
  auto const text = leaklab::encode::holders_as_text(report);
  EXPECT_NE(text.find("<- itself: lost\n"), std::string::npos) << text;
}

TEST_F(holders_test, a_place_that_is_not_there_is_none)
{
  EXPECT_TRUE(find("no_such_function").places.empty());
}

}  // namespace

#endif
