// The rules that lead from frame to frame, against libdw's reading of the same information and
// libgcc's way.
#include "probe/get_stack_trace.hpp"
#include "unwind/capture.hpp"
#include "unwind/frame_rule_table.hpp"

#include <alloca.h>
#include <dlfcn.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <libelf.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <optional>
#include <ostream>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace leaklab
{

namespace
{

constexpr int rbp = 6;
constexpr int rsp = 7;
constexpr int return_address = 16;

struct location
{
  enum
  {
    same,
    in_frame,
    none,
    other
  } where = other;
  std::int64_t offset = 0;
};

location location_of(Dwarf_Frame* frame, int reg)
{
  std::array<Dwarf_Op, 3> memory;
  Dwarf_Op* ops = nullptr;
  std::size_t count = 0;
  if (dwarf_frame_register(frame, reg, memory.data(), &ops, &count) != 0) return {};
  if (count == 0) return {ops ? location::none : location::same};
  if (ops[0].atom != DW_OP_call_frame_cfa || count > 2) return {};
  if (count == 1) return {location::in_frame};
  if (ops[1].atom != DW_OP_plus_uconst) return {};
  return {location::in_frame, static_cast<std::int64_t>(ops[1].number)};
}

/// What libdw's answer comes to.
std::optional<frame_rule> expected_rule(Dwarf_Frame* frame, bool is_signal)
{
  auto const returns_to = location_of(frame, return_address);
  auto const saved = location_of(frame, rbp);
  if (is_signal) return std::nullopt;
  if (returns_to.where == location::none) return frame_rule{};
  Dwarf_Op* ops = nullptr;
  std::size_t count = 0;
  if (dwarf_frame_cfa(frame, &ops, &count) != 0 || count != 1) return std::nullopt;
  bool const is_rbp =
      ops[0].atom == DW_OP_breg0 + rbp || (ops[0].atom == DW_OP_bregx && ops[0].number == rbp);
  bool const is_rsp =
      ops[0].atom == DW_OP_breg0 + rsp || (ops[0].atom == DW_OP_bregx && ops[0].number == rsp);
  auto const size =
      static_cast<std::int64_t>(ops[0].atom == DW_OP_bregx ? ops[0].number2 : ops[0].number);
  if (!is_rbp && !is_rsp) return std::nullopt;
  if (returns_to.where != location::in_frame || returns_to.offset != -8 || size <= 0 ||
      size % 8 != 0)
    return std::nullopt;
  if (saved.where != location::same && (saved.where != location::in_frame || saved.offset >= 0))
    return std::nullopt;
  return frame_rule{static_cast<std::uint32_t>(size), is_rbp,
                    static_cast<std::uint32_t>(-saved.offset)};
}

std::string text(std::optional<frame_rule> const& rule)
{
  return rule ? fmt::format("{}+{}, rbp saved at -{}", rule->from_rbp ? "rbp" : "rsp", rule->size,
                            rule->saved_rbp)
              : "none";
}

struct comparison
{
  std::size_t rows = 0;
  std::size_t rules = 0;
  std::vector<std::string> differences;
};

/// Each row of the table that describes the object file in which `inside` lies.
comparison compare_with_libdw(void const* inside)
{
  comparison result;
  dl_find_object object{};
  if (_dl_find_object(const_cast<void*>(inside), &object) != 0) return result;
  auto const base = object.dlfo_link_map->l_addr;
  std::string const path =
      *object.dlfo_link_map->l_name ? object.dlfo_link_map->l_name : "/proc/self/exe";
  int const fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  elf_version(EV_CURRENT);
  Elf* const elf = elf_begin(fd, ELF_C_READ, nullptr);
  Dwarf_CFI* const cfi = dwarf_getcfi_elf(elf);

  std::size_t segments = 0;
  elf_getphdrnum(elf, &segments);
  for (std::size_t i = 0; cfi && i != segments; ++i)
  {
    GElf_Phdr segment;
    gelf_getphdr(elf, static_cast<int>(i), &segment);
    if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_X)) continue;
    for (auto at = segment.p_vaddr; at < segment.p_vaddr + segment.p_filesz;)
    {
      Dwarf_Frame* frame = nullptr;
      if (dwarf_cfi_addrframe(cfi, at, &frame) != 0)
      {
        ++at;
        continue;
      }
      Dwarf_Addr end = 0;
      bool is_signal = false;
      dwarf_frame_info(frame, nullptr, &end, &is_signal);
      auto const expected = expected_rule(frame, is_signal);
      ++result.rows;
      result.rules += expected.has_value();
      bool const has_room = !expected || (expected->size < 64 * 1024 && expected->saved_rbp < 256);
      auto const expected_found = has_room ? expected : std::nullopt;
      for (auto const address : {at, end - 1})
      {
        auto const returns_to = base + address + 1;
        auto const read = read_frame_rule(returns_to);
        auto const found = find_frame_rule(returns_to);
        auto const found_again = find_frame_rule(returns_to);
        if (read != expected || found != expected_found || found_again != expected_found)
          result.differences.push_back(
              fmt::format("{:#x} of {}: read {}, found {} and {}; libdw: {}", address, path,
                          text(read), text(found), text(found_again), text(expected)));
      }
      free(frame);
      at = end;
    }
  }
  dwarf_cfi_end(cfi);
  elf_end(elf);
  close(fd);
  return result;
}

class frame_rules : public testing::TestWithParam<char const*>
{
};

TEST_P(frame_rules, are_what_libdw_reads)
{
  prepare_frame_rules();
  auto const* const inside = *GetParam() ? dlsym(RTLD_DEFAULT, GetParam())
                                         : reinterpret_cast<void const*>(&compare_with_libdw);
  auto const compared = compare_with_libdw(inside);
  EXPECT_GT(compared.rules, 1000u);
  EXPECT_GT(compared.rules, compared.rows * 9 / 10);
  EXPECT_EQ(compared.differences.size(), 0u) << compared.differences.front();
}

INSTANTIATE_TEST_SUITE_P(, frame_rules, testing::Values("", "tc_malloc", "__cxa_throw", "qsort"),
                         [](auto const& name)
                         { return *name.param ? name.param : "this_program"; });

TEST(frame_rule, is_kept_only_for_what_stays)
{
  prepare_frame_rules();
  auto const in_a_library = reinterpret_cast<std::uintptr_t>(&elf_begin) + 1;
  EXPECT_TRUE(read_frame_rule(in_a_library));
  EXPECT_FALSE(find_frame_rule(in_a_library));
}

// Tests are compiled with frame pointers, what they test without.
#define LEAKLAB_NO_FRAME_POINTER __attribute__((noinline, optimize("O2", "omit-frame-pointer")))

/// The callers of the function that calls look(), one way and the other.
struct both_ways
{
  std::vector<void*> by_rules_read;
  std::vector<void*> by_rules_found;  // in the table
  std::vector<void*> by_libgcc;
  std::vector<void*> captured;
};

both_ways* seen = nullptr;

__attribute__((noinline)) void look()
{
  std::array<void*, 64> stack;
  auto const of = [&](std::size_t depth)
  { return std::vector<void*>(stack.begin(), stack.begin() + depth); };
  seen->by_rules_read = of(follow_rules(stack.data(), stack.size(), 1));
  seen->by_rules_found = of(follow_rules(stack.data(), stack.size(), 1));
  seen->by_libgcc = of(unwind_stack(stack, 1));
  seen->captured = of(capture_stack(stack, 1));
}

LEAKLAB_NO_FRAME_POINTER void recurse(int depth)
{
  if (depth > 0)
    recurse(depth - 1);
  else
    look();
  asm volatile("");
}

// Its frame's size is not known before it runs.
__attribute__((noinline)) void with_alloca(std::size_t size)
{
  auto* const memory = static_cast<char volatile*>(alloca(size));
  memory[0] = 1;
  if (size > 100)
    with_alloca(size / 2);  // whose caller's rbp is in its frame
  else
    recurse(2);
  memory[1] = 1;
}

template <std::size_t Size>
LEAKLAB_NO_FRAME_POINTER void with_array()
{
  std::array<char, Size> memory;
  asm volatile("" : : "r"(memory.data()) : "memory");
  recurse(1);
  asm volatile("" : : "r"(memory.data()) : "memory");
}

struct looks_when_destroyed
{
  ~looks_when_destroyed() { recurse(1); }
};

__attribute__((noinline)) void throws_through_destructor()
{
  looks_when_destroyed const object;
  throw std::runtime_error("on the way");
}

struct way
{
  char const* name;
  void (*to_look)();
  bool by_rules = true;
};

way const ways[] = {
    {"calls", [] { recurse(20); }},
    {"alloca", [] { with_alloca(static_cast<std::size_t>(std::atoi("1000"))); }},
    {"a_frame_of_32_KiB", with_array<32 * 1024>},
    // A word of the table has no room for it.
    {"a_frame_of_100_KiB", with_array<100 * 1024>, false},
    {"the_C_library",
     []
     {
       std::array numbers{2, 1};
       qsort(numbers.data(), numbers.size(), sizeof(int),
             [](void const*, void const*)
             {
               recurse(1);
               return 0;
             });
     }},
    {"std_function", [] { std::function<void(int)>{recurse}(3); }},
    {"call_once",
     []
     {
       std::once_flag flag;
       std::call_once(flag, recurse, 1);
     }},
    {"a_handler",
     []
     {
       try
       {
         throw std::runtime_error("thrown");
       }
       catch (std::runtime_error const&)
       {
         recurse(1);
       }
     }},
    {"a_destructor_while_unwinding",
     []
     {
       try
       {
         throws_through_destructor();
       }
       catch (std::runtime_error const&)
       {
       }
     }},
    {"another_thread", [] { std::thread(recurse, 3).join(); }},
};

void PrintTo(way const& w, std::ostream* out)
{
  *out << w.name;
}

class stack_trace : public testing::TestWithParam<way>
{
};

TEST_P(stack_trace, is_the_same_by_rules_and_by_libgcc)
{
  both_ways both;
  seen = &both;
  prepare_to_capture();
  GetParam().to_look();
  EXPECT_GT(both.by_libgcc.size(), 3u);
  auto const by_rules = GetParam().by_rules ? both.by_libgcc : std::vector<void*>();
  EXPECT_EQ(both.by_rules_read, by_rules);
  EXPECT_EQ(both.by_rules_found, by_rules);
  EXPECT_EQ(both.captured, both.by_libgcc);
}

INSTANTIATE_TEST_SUITE_P(, stack_trace, testing::ValuesIn(ways),
                         [](auto const& named) { return named.param.name; });

}  // namespace
}  // namespace leaklab
