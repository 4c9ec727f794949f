#include "model/open_descriptors.hpp"

#include "model/grown_places.hpp"

#include <leaklab/endpoint.hpp>
#include <leaklab/process.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <thread>
#include <vector>

namespace world
{
int help_to_open()
{
  return open("/dev/zero", O_RDONLY);
}

void open_alone(int* opened)
{
  *opened = help_to_open();
}
}  // namespace world

namespace
{

using namespace leaklab;

class open_descriptors : public testing::Test
{
 protected:
  ~open_descriptors() override
  {
    for (int const fd : held_)
      close(fd);
  }

  template <class Open>
  void hold(std::size_t count, Open open)
  {
    for (; count != 0; --count)
      held_.push_back(open());
  }

  std::vector<model::grown_place> places_of(std::string_view kind)
  {
    return model::grown_places(symbols_, {{"world::"}}, {}, model::read_openings()[kind], 1);
  }

  symbols::symboliser symbols_;

 private:
  std::vector<int> held_;
};

int open_a_file()
{
  return open("/proc/self/maps", O_RDONLY);
}

int open_another()
{
  return open("/proc/self/stat", O_RDONLY);
}

int open_with_help()
{
  return world::help_to_open();
}

int open_a_socket()
{
  return socket(AF_INET, SOCK_STREAM, 0);
}

int open_around()
{
  return static_cast<int>(syscall(SYS_socket, AF_INET, SOCK_STREAM, 0));
}

TEST_F(open_descriptors, of_a_kind_are_ranked_by_the_line_that_opened_them)
{
  hold(10, open_another);
  hold(30, open_a_file);
  hold(40, open_a_socket);
  hold(20, open_with_help);
  hold(5, open_around);

  auto const files = places_of("file");
  ASSERT_GE(files.size(), 2u);
  EXPECT_EQ(files[0].line.function, "open_a_file()");
  EXPECT_TRUE(files[0].line.file.ends_with("open_descriptors_test.cpp"));
  EXPECT_EQ(files[0].amount, 30);
  EXPECT_EQ(files[1].line.function, "open_another()");
  EXPECT_EQ(files[1].amount, 10);

  auto const devices = places_of("device");
  ASSERT_FALSE(devices.empty());
  EXPECT_EQ(devices[0].line.function, "open_with_help()") << "world:: is a library here";
  EXPECT_EQ(devices[0].amount, 20);

  auto const sockets = model::read_openings()["socket"];
  EXPECT_EQ(sockets.at({}), 5) << "not known";
  EXPECT_EQ(places_of("socket").size(), 1u);
  EXPECT_EQ(places_of("socket")[0].line.function, "open_a_socket()");

  EXPECT_TRUE(places_of("no such kind").empty());
}

TEST_F(open_descriptors, that_were_there_before_are_not_among_what_has_grown)
{
  hold(30, open_a_file);
  model::readings kept;
  kept.add(0, model::read_openings()["file"]);
  hold(10, open_another);
  auto const files =
      model::grown_places(symbols_, {}, kept.before(0), model::read_openings()["file"], 1);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].line.function, "open_another()");
  EXPECT_EQ(files[0].amount, 10);
  EXPECT_EQ(files[0].share, 1);
}

TEST_F(open_descriptors, that_no_line_opened_are_not_laid_at_the_door_of_the_few_that_one_did)
{
  model::readings kept;
  kept.add(0, model::read_openings()["file"]);
  hold(4, open_a_file);
  auto files = model::read_openings()["file"];
  EXPECT_EQ(model::grown_places(symbols_, {}, kept.before(0), files, 1).size(), 1u);
  files[{}] += 96;
  EXPECT_TRUE(model::grown_places(symbols_, {}, kept.before(0), files, 1).empty());
}

TEST_F(open_descriptors, of_threads_of_a_library_come_last_and_are_named)
{
  hold(1, open_with_help);
  int opened = -1;
  std::thread(world::open_alone, &opened).join();
  int again = -1;
  std::thread(world::open_alone, &again).join();
  hold(1, [&] { return opened; });
  hold(1, [&] { return again; });

  auto const devices = places_of("device");
  ASSERT_GE(devices.size(), 2u);
  EXPECT_EQ(devices[0].line.function, "open_with_help()");
  EXPECT_TRUE(devices.back().line.function.starts_with("world::")) << devices.back().line.function;
  EXPECT_EQ(devices.back().amount, 2);
}

TEST_F(open_descriptors, are_all_in_the_profile_but_for_the_endpoints_own)
{
  hold(7, open_a_file);
  hold(3, open_around);
  auto const outside = static_cast<std::int64_t>(read_fd_counts().total);
  endpoint const debug({.port = 0});
  EXPECT_GT(static_cast<std::int64_t>(read_fd_counts().total), outside);

  symbols::place_book places(symbols_);
  auto const made =
      model::make_fd_profile(symbols_, places,
                             std::array<std::string_view, 3>{
                                 "leaklab::http::", "leaklab::endpoint::", "leaklab::model::"});
  EXPECT_EQ(made.name, "fd");
  EXPECT_EQ(made.sample_types, (std::vector<model::value_type>{{"fd", "count"}}));
  std::int64_t total = 0;
  std::int64_t of_files = 0;
  std::int64_t not_known = 0;
  for (auto const& sample : made.samples)
  {
    total += sample.values.front();
    auto const& leaf = made.locations[sample.stack.front()].lines.front();
    if (leaf.function == "open_a_file()") of_files += sample.values.front();
    if (leaf.function == "not known" && sample.labels.front().text == "socket")
      not_known += sample.values.front();
  }
  EXPECT_EQ(total, outside);
  EXPECT_EQ(of_files, 7);
  EXPECT_EQ(not_known, 3);
}

}  // namespace
