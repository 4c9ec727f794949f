#include "symbols/symboliser.hpp"

#include <leaklab/heap.hpp>
#include <leaklab/process.hpp>

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace
{

using leaklab::symbols::source_line;
using leaklab::symbols::symboliser;

std::uintptr_t call_here;
int line_here;

/// Keeps the address of the call to it and that call's line.
__attribute__((noinline)) void mark(int line)
{
  call_here = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)) - 1;
  line_here = line;
  asm volatile("");
}

__attribute__((noinline)) void plain_function(int)
{
  mark(__LINE__);
  asm volatile("");
}

__attribute__((always_inline)) inline void inlined_function()
{
  mark(__LINE__);
  asm volatile("");
}

int outer_line;

struct widget
{
  template <typename T>
  __attribute__((noinline)) void calls_inlined(T)
  {
    outer_line = __LINE__ + 1;
    inlined_function();
    asm volatile("");
  }
};

bool ends_with(std::string const& text, std::string_view end)
{
  return std::string_view(text).ends_with(end);
}

TEST(symboliser, a_call_has_its_function_file_and_line)
{
  plain_function(1);
  symboliser symbols;
  auto const& lines = symbols.lines(call_here);
  ASSERT_EQ(lines.size(), 1);
  EXPECT_EQ(lines[0].function, "plain_function(int)");
  EXPECT_TRUE(lines[0].linkage_name.starts_with("_ZN12_GLOBAL__N_1"));
  EXPECT_TRUE(lines[0].file.starts_with('/')) << lines[0].file;
  EXPECT_TRUE(ends_with(lines[0].file, "/symboliser_test.cpp")) << lines[0].file;
  EXPECT_EQ(lines[0].line, line_here);
  EXPECT_EQ(lines[0].start_line, line_here - 2);
}

TEST(symboliser, an_inlined_call_comes_before_its_caller_each_with_its_own_line)
{
  widget{}.calls_inlined(1.0);
  symboliser symbols;
  auto const& lines = symbols.lines(call_here);
  ASSERT_EQ(lines.size(), 2);
  EXPECT_TRUE(lines[0].function.starts_with("inlined_function")) << lines[0].function;
  EXPECT_EQ(lines[0].line, line_here);
  EXPECT_EQ(lines[1].function, "widget::calls_inlined<double>(double)");
  EXPECT_TRUE(ends_with(lines[1].file, "/symboliser_test.cpp"));
  EXPECT_EQ(lines[1].line, outer_line);
}

TEST(symboliser, a_second_question_has_the_same_answer_in_the_same_place)
{
  plain_function(1);
  symboliser symbols;
  auto const* const first = &symbols.lines(call_here);
  EXPECT_EQ(&symbols.lines(call_here), first);
}

TEST(symboliser, names_are_the_same_in_one_reading_and_in_many)
{
  plain_function(1);
  symboliser one;
  symboliser many;
  {
    symboliser::reading const reading(one);
    for (std::uintptr_t offset = 0; offset != 20; ++offset)
      (void)one.lines(call_here + offset);
  }
  for (std::uintptr_t offset = 0; offset != 20; ++offset)
    EXPECT_EQ(many.lines(call_here + offset), one.lines(call_here + offset)) << offset;
}

#if LEAKLAB_TCMALLOC

std::uint64_t in_use()
{
  return leaklab::read_heap_stats().in_use_bytes;
}

TEST(symboliser, debug_data_is_let_go_with_its_memory_and_descriptors)
{
  plain_function(1);
  auto const descriptors = leaklab::read_fd_counts().total;
  auto const resident = leaklab::read_resident_bytes();
  auto const before = in_use();
  symboliser symbols;
  {
    symboliser::reading const reading(symbols);
    for (auto const address : {call_here, reinterpret_cast<std::uintptr_t>(&_Unwind_Backtrace),
                               reinterpret_cast<std::uintptr_t>(&leaklab::read_resident_bytes)})
      (void)symbols.lines(address);
    EXPECT_GT(in_use(), before + (1 << 20)) << "nothing was read";
  }
  EXPECT_LT(in_use(), before + (1 << 16));
  EXPECT_LT(leaklab::read_resident_bytes(), resident + (4 << 20));
  EXPECT_EQ(leaklab::read_fd_counts().total, descriptors);
}

#endif

TEST(symboliser, without_a_descriptor_there_are_names_by_offset_and_later_all)
{
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "UndefinedBehaviorSanitizer opens a pipe to check a type";
#endif
  plain_function(1);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit const none{0, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  symboliser symbols;
  auto const name = symbols.lines(call_here).back().function;
  auto const mapped = symbols.mappings().size();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(name.starts_with("leaklab_tests+0x") || name.starts_with("0x")) << name;
  EXPECT_EQ(mapped, 0);
  EXPECT_EQ(symbols.lines(call_here).back().function, "plain_function(int)");
}

TEST(symboliser, an_address_outside_the_program_is_its_own_name)
{
  symboliser symbols;
  auto const& lines = symbols.lines(0x1234);
  ASSERT_EQ(lines.size(), 1);
  EXPECT_EQ(lines[0], source_line({"0x1234", "", "", 0, 0}));
}

TEST(symboliser, a_library_function_has_at_least_its_symbol)
{
  symboliser symbols;
  auto const address = reinterpret_cast<std::uintptr_t>(&_Unwind_Backtrace);
  auto const& lines = symbols.lines(address + 1);
  EXPECT_NE(lines.back().function.find("_Unwind_Backtrace"), std::string::npos)
      << lines.back().function;
}

/// Whether /proc/self/maps has `path` in two places with no other file between, the first of them
/// at `address`.
bool lies_twice_from(std::uintptr_t address, std::string_view path)
{
  std::ifstream maps("/proc/self/maps");
  std::string const begin = fmt::format("{:08x}-", address);
  bool begun = false;
  for (std::string line; std::getline(maps, line);)
  {
    auto const slash = line.find('/');
    if (begun && slash != std::string::npos) return std::string_view(line).substr(slash) == path;
    begun = begun || line.starts_with(begin);
  }
  return false;
}

/// A library, and its first page mapped once more below it.
class twice_mapped_library
{
 public:
  explicit twice_mapped_library(char const* name) : library_(dlopen(name, RTLD_NOW | RTLD_LOCAL))
  {
    link_map const* map = nullptr;
    if (!library_ || dlinfo(library_, RTLD_DI_LINKMAP, &map) != 0) return;
    begin_ = map->l_addr;
    auto const path = std::filesystem::canonical(map->l_name);
    int const file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    for (auto at = begin_ - page; copy_ == MAP_FAILED && at > begin_ / 2; at -= page)
      copy_ = mmap(reinterpret_cast<void*>(at), page, PROT_READ, MAP_PRIVATE | MAP_FIXED_NOREPLACE,
                   file, 0);
    close(file);
    is_beside_ = lies_twice_from(reinterpret_cast<std::uintptr_t>(copy_), path.string());
  }
  twice_mapped_library(twice_mapped_library const&) = delete;
  twice_mapped_library& operator=(twice_mapped_library const&) = delete;

  ~twice_mapped_library()
  {
    if (copy_ != MAP_FAILED) munmap(copy_, page);
    if (library_) dlclose(library_);
  }

  static constexpr std::size_t page = 4096;
  [[nodiscard]] bool is_beside() const { return is_beside_; }
  [[nodiscard]] std::uintptr_t begin() const { return begin_; }
  [[nodiscard]] std::uintptr_t function(char const* name) const
  {
    return reinterpret_cast<std::uintptr_t>(dlsym(library_, name));
  }

 private:
  void* library_;
  void* copy_ = MAP_FAILED;
  std::uintptr_t begin_ = 0;
  bool is_beside_ = false;
};

TEST(symboliser, a_library_that_is_also_mapped_as_a_file_keeps_its_names)
{
  auto const load = [] { return std::make_unique<twice_mapped_library>("libBrokenLocale.so.1"); };
  auto library = load();
  std::vector<void*> taken;
  while (!library->is_beside() && library->begin() != 0 && taken.size() < 100)
  {
    // Another file lies right below it: it goes elsewhere when its place is taken.
    auto* const place = reinterpret_cast<void*>(library->begin());
    library.reset();
    taken.push_back(mmap(place, twice_mapped_library::page, PROT_NONE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
    library = load();
  }
  ASSERT_TRUE(library->is_beside());
  EXPECT_EQ(symboliser().lines(library->function("__ctype_get_mb_cur_max")).back().function,
            "__ctype_get_mb_cur_max");
  for (void* const place : taken)
    munmap(place, twice_mapped_library::page);
}

TEST(symboliser, many_threads_may_ask)
{
  plain_function(1);
  symboliser symbols;
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back(
        [&]
        {
          for (std::uintptr_t offset = 0; offset < 20; ++offset)
            (void)symbols.lines(call_here + offset);
          right += symbols.lines(call_here).front().function == "plain_function(int)";
        });
  threads.clear();
  EXPECT_EQ(right, 4);
}

TEST(symboliser, the_main_binary_is_the_first_mapping_and_has_its_build_id)
{
  plain_function(1);
  symboliser symbols;
  auto const mappings = symbols.mappings();
  ASSERT_GE(mappings.size(), 2);
  EXPECT_LE(mappings[0].begin, call_here);
  EXPECT_GT(mappings[0].end, call_here);
  EXPECT_EQ(mappings[0].build_id.size(), 40) << mappings[0].build_id;
  auto const libc = std::ranges::find_if(
      mappings, [](auto const& m) { return m.path.find("/libc.so") != std::string::npos; });
  ASSERT_NE(libc, mappings.end());
  EXPECT_EQ(libc->build_id.size(), 40) << libc->build_id;
  EXPECT_TRUE(std::ranges::all_of(
      mappings, [](auto const& m) { return m.path.starts_with('/') && m.begin < m.end; }));
}

}  // namespace
