#include "model/library_frames.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

namespace
{

using namespace leaklab;
using names = std::vector<std::string>;

/// A stack of one location for each list of inlined functions, leaf first.
model::profile stack_of(std::vector<names> const& places)
{
  model::profile made;
  model::sample one;
  for (auto const& functions : places)
  {
    symbols::location place;
    place.address = 0x1000 * (made.locations.size() + 1);
    for (auto const& function : functions)
      place.lines.push_back({function, "", "", 1, 1});
    one.stack.push_back(static_cast<std::uint32_t>(made.locations.size()));
    made.locations.push_back(place);
  }
  one.values = {1};
  made.samples.push_back(one);
  return made;
}

std::vector<names> shown(model::profile made)
{
  model::hide_library_frames(made);
  std::vector<names> result;
  for (auto const index : made.samples.front().stack)
  {
    result.emplace_back();
    for (auto const& line : made.locations[index].lines)
      result.back().push_back(line.function);
  }
  return result;
}

TEST(library_frames, around_the_programs_functions_are_hidden_and_those_that_they_call_are_not)
{
  EXPECT_EQ(shown(stack_of({{"operator new(unsigned long)"},
                            {"std::vector<int>::push_back(int)"},
                            {"app::handle()"},
                            {"boost::asio::detail::binder<app::handler>::operator()()"},
                            {"boost::asio::io_context::run()"},
                            {"main"},
                            {"__libc_start_call_main"}})),
            (std::vector<names>{{"operator new(unsigned long)"},
                                {"std::vector<int>::push_back(int)"},
                                {"app::handle()"},
                                {"main"}}));
}

TEST(library_frames, that_are_inlined_are_told_by_what_lies_beneath_them)
{
  // for_each calls back: it is hidden in the caller's place, and kept in the callee's.
  EXPECT_EQ(shown(stack_of({{"std::string::append()", "app::visit()", "std::invoke()"},
                            {"std::for_each()", "app::walk()", "boost::asio::run()"}})),
            (std::vector<names>{{"std::string::append()", "app::visit()"}, {"app::walk()"}}));
}

TEST(library_frames, are_all_that_is_left_of_a_stack_without_the_program)
{
  std::vector<names> const alone{{"malloc"},
                                 {"boost::asio::detail::thread_info_base::allocate"},
                                 {"start_thread"},
                                 {"clone3"}};
  EXPECT_EQ(shown(stack_of(alone)), alone);
}

TEST(library_frames,
     without_a_namespace_are_known_by_their_file_and_told_unless_the_program_has_the_name)
{
  auto made = stack_of({{"operator()", "allocate", "app::keep(int)"}, {"operator()", "main"}});
  made.locations[0].lines[0].file = made.locations[0].lines[1].file =
      "/usr/include/c++/12/bits/x.h";
  model::hide_library_frames(made);
  std::regex const pattern("^(" + made.drop_frames + ")$");
  EXPECT_TRUE(std::regex_match("allocate", pattern));
  EXPECT_FALSE(std::regex_match("operator()", pattern)) << "the program's own has the same name";
  made.locations[1].lines[0].function = "other";
  model::hide_library_frames(made);
  EXPECT_TRUE(std::regex_match("operator()", std::regex("^(" + made.drop_frames + ")$")));
}

TEST(library_frames, are_told_to_pprof)
{
  std::regex const pattern("^(" + model::library_functions() + ")$");
  for (auto const* const name :
       {"std::vector<int>::push_back", "boost::asio::io_context::run", "operator new[]", "malloc",
        "tc_malloc", "start_thread", "libstdc++.so.6.0.30+0xd44a2", "leaklab::detail::f"})
    EXPECT_TRUE(std::regex_match(name, pattern)) << name;
  for (auto const* const name :
       {"main", "app::std::f", "mallocate", "my::malloc", "libstdcxx", "asio::f"})
    EXPECT_FALSE(std::regex_match(name, pattern)) << name;
}

}  // namespace
