#include "graph/roots.hpp"

#include "graph/proc_text.hpp"
#include "graph/tcmalloc_records.hpp"
#include "library_range.hpp"

#include <dlfcn.h>
#include <gperftools/tcmalloc.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace leaklab::graph
{
namespace
{

constexpr std::size_t most_kernel_words = 1 << 20;
constexpr std::size_t red_zone = 128;  // below the stack pointer: System V ABI, x86-64, 3.2.2
constexpr std::size_t page_size = 4096;

/// Whether the program may have written references there.
bool may_refer(region const& each) noexcept
{
  if (!each.readable || each.backing == backing::device || each.backing == backing::kernel)
    return false;
  if (each.shared) return each.writable;
  return each.writable || each.backing != backing::file;
}

/// Those pages of a large region that hold something of the process: /proc/self/pagemap (the
/// kernel's Documentation/admin-guide/mm/pagemap.rst).
class page_state
{
 public:
  page_state() noexcept : file_("/proc/self/pagemap") {}

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(file_); }

  /// Calls `found` with each run of them.
  template <class Found>
  bool for_each_run(range const& within, bool is_private, Found found) noexcept
  {
    range run;
    for (auto at = within.begin; at < within.end; at += entries_.size() * page_size)
    {
      auto const count = std::min(entries_.size(), (within.end - at + page_size - 1) / page_size);
      if (!(is_private ? read_private(at, count) : read_shared(at, count))) return false;
      for (std::size_t i = 0; i != count; ++i)
      {
        auto const page = at + i * page_size;
        if (!is_there(entries_[i], is_private)) continue;
        if (run.end != page)
        {
          if (run.size() != 0) found(run);
          run.begin = page;
        }
        run.end = page + page_size;
      }
    }
    if (run.size() != 0) found(run);
    return true;
  }

 private:
  static constexpr std::uint64_t present = std::uint64_t(1) << 63;
  static constexpr std::uint64_t swapped = std::uint64_t(1) << 62;
  static constexpr std::uint64_t of_a_file = std::uint64_t(1) << 61;

  static bool is_there(std::uint64_t entry, bool is_private) noexcept
  {
    if ((entry & (present | swapped)) == 0) return false;
    return !is_private || (entry & of_a_file) == 0 || (entry & swapped) != 0;
  }
  bool read_private(std::uintptr_t begin, std::size_t count) noexcept
  {
    auto const bytes = count * sizeof(std::uint64_t);
    auto const offset = begin / page_size * sizeof(std::uint64_t);
    return ::syscall(SYS_pread64, file_.get(), entries_.data(), bytes, offset) ==
           static_cast<long>(bytes);
  }
  /// A fork does not take over which pages of a shared mapping its parent has used; reading one that
  /// nobody has used would make it.
  bool read_shared(std::uintptr_t begin, std::size_t count) noexcept
  {
    std::array<unsigned char, 512> in_core;
    if (::mincore(reinterpret_cast<void*>(begin), count * page_size, in_core.data()) != 0)
      return false;
    for (std::size_t i = 0; i != count; ++i)
      entries_[i] = (in_core[i] & 1) != 0 ? present : 0;
    return true;
  }

  raw_file file_;
  std::array<std::uint64_t, 512> entries_;
};

bool begins_before(range const& a, range const& b) noexcept
{
  return a.begin < b.begin;
}

/// What is left of a range without some others.
class gaps
{
 public:
  /// `taken` is sorted.
  explicit gaps(array<range> const& taken) noexcept : taken_(taken) {}

  template <class Found>
  void for_each(range const& within, Found found) const noexcept
  {
    auto begin = within.begin;
    auto const* at = std::upper_bound(taken_.begin(), taken_.end(), begin,
                                      [](std::uintptr_t wanted, range const& each)
                                      { return wanted < each.end; });
    for (; at != taken_.end() && at->begin < within.end; ++at)
    {
      if (begin < at->begin) found(range{begin, at->begin});
      begin = std::max(begin, at->end);
    }
    if (begin < within.end) found(range{begin, within.end});
  }

 private:
  array<range> const& taken_;
};

/// Below the stack pointer of a thread there is what is left of calls that have ended. It is left
/// out where it is sure that the rest of the region is that: the region is the main thread's stack,
/// or one that the C library has made, with a guard below and the thread's own data above; no other
/// thread is there; and the thread is not in a handler that has a stack of its own.
void add_dead_stack(memory_map const& map, stopped_thread const& thread,
                    std::span<stopped_thread const> others, array<range>& taken) noexcept
{
  auto const* const region = map.find(thread.stack_pointer);
  if (!region || thread.is_on_signal_stack) return;
  bool const is_its_own = region->lies_on_a_guard && region->contains(thread.thread_pointer) &&
                          thread.thread_pointer > thread.stack_pointer;
  if (!region->is_main_stack && !is_its_own) return;
  auto const is_here = [&](stopped_thread const& other)
  {
    return other.id != thread.id &&
           (region->contains(other.stack_pointer) || region->contains(other.frame_begin) ||
            region->contains(other.thread_pointer));
  };
  if (std::any_of(others.begin(), others.end(), is_here)) return;
  auto const end = (thread.stack_pointer - red_zone) / sizeof(void*) * sizeof(void*);
  if (end > region->begin) taken.push({region->begin, end});
}

/// A trace is copied into its record as a whole, though only its first words are of the sample: the
/// others are what was on a stack before. Records lie in an array, and one between two of them is of a
/// sample that is gone.
bool add_traces(workspace& space, array<sampled_object> const& samples,
                array<range>& taken) noexcept
{
  constexpr std::size_t most_step = 4096;  // from one record to the next
  constexpr std::size_t array_size =
      128 * 1024;  // PageHeapAllocator (gperftools, page_heap_allocator.h)
  array<range> records(space, samples.size());
  if (!records) return false;
  for (auto const& sample : samples)
  {
    auto const stack = reinterpret_cast<std::uintptr_t>(sample.stack.data());
    records.push({stack - sizeof(trace_record), stack + sample.stack.size_bytes()});
  }
  std::sort(records.begin(), records.end(), begins_before);
  auto step = most_step;
  for (std::size_t i = 1; i < records.size(); ++i)
    step = std::min(step, records[i].begin - records[i - 1].begin);
  for (std::size_t i = 0; i != records.size(); ++i)
  {
    auto each = records[i];
    if (step != most_step) each.end = std::max(each.end, each.begin + step);
    if (i + 1 != records.size())
    {
      auto const next = records[i + 1].begin;
      if (step != most_step && next - each.begin < array_size && (next - each.begin) % step == 0)
        each.end = next;
    }
    if (!taken.push(each)) return false;
  }
  return true;
}

bool add_words(std::string_view line, std::string_view before,
               array<std::uintptr_t>& words) noexcept
{
  auto const at = line.find(before);
  if (at == line.npos) return true;
  line.remove_prefix(at + before.size());
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  return words.push(take_hex(line));
}

/// The data that came with each descriptor of an epoll (proc(5), fdinfo) and with each timer of
/// `parent`, which a fork does not take over.
bool read_kernel_words(pid_t parent, array<std::uintptr_t>& words) noexcept
{
  bool is_whole = true;
  bool const is_read = for_each_number(
      "/proc/self/fd",
      [&](std::uint32_t number)
      {
        std::array<char, 64> target;
        auto const length =
            ::syscall(SYS_readlinkat, AT_FDCWD, proc_path("/proc/self/fd/", number).c_str(),
                      target.data(), target.size());
        if (length <= 0 || std::string_view(target.data(), static_cast<std::size_t>(length)) !=
                               "anon_inode:[eventpoll]")
          return;
        line_reader lines(proc_path("/proc/self/fdinfo/", number).c_str());
        is_whole &= lines.is_open();
        while (auto const line = lines.next())
          if (line->starts_with("tfd:")) is_whole &= add_words(*line, "data:", words);
      });
  line_reader timers(proc_path("/proc/", static_cast<std::uint64_t>(parent), "/timers").c_str());
  while (auto const line = timers.next())
    if (line->starts_with("signal:")) is_whole &= add_words(*line, "/", words);
  return is_read && is_whole;
}

}  // namespace

bool find_roots(workspace& space, memory_map const& map, block_table const& blocks,
                array<sampled_object> const& samples, std::span<stopped_thread const> threads,
                std::uintptr_t own_stack, pid_t parent, roots& found) noexcept
{
  auto& words = found.kernel_words;
  words = array<std::uintptr_t>(space, most_kernel_words);
  auto const spans = blocks.spans();
  array<range> taken(space, spans.size() + samples.size() + threads.size() + 64);
  auto const most =
      2 * (map.regions().size() + spans.size() + samples.size() + threads.size()) + (1 << 20);
  found.of_program = array<range>(space, most);
  found.of_break = array<range>(space, most);
  found.of_allocator = array<range>(space, map.regions().size());
  page_state pages;
  if (!words || !taken || !found.of_program || !found.of_break || !found.of_allocator || !pages ||
      !read_kernel_words(parent, words))
    return false;

  for (auto const& span : spans)
  {
    if (!taken.empty() && taken[taken.size() - 1].end == span.begin)
      taken[taken.size() - 1].end = span.end;
    else
      taken.push(span);
  }
  auto const allocator = library_range(reinterpret_cast<void const*>(&tc_malloc));
  if (allocator.begin() != 0) taken.push({allocator.begin(), allocator.end()});
  stopped_thread own_thread;
  own_thread.stack_pointer = own_stack;
  own_thread.thread_pointer = reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer());
  add_dead_stack(map, own_thread, threads, taken);
  for (auto const& thread : threads)
    add_dead_stack(map, thread, threads, taken);
  if (!add_traces(space, samples, taken)) return false;
  for (auto const& each : space.taken())
    if (!taken.push(each)) return false;
  std::sort(taken.begin(), taken.end(), begins_before);

  bool is_whole = true;
  auto const add = [&](range const& each) { is_whole &= found.of_program.push(each); };
  gaps const free(taken);
  constexpr std::size_t small = 64 * 1024;
  for (auto const& region : map.regions())
  {
    if (!may_refer(region)) continue;
    if (region.writable && region.begin < allocator.end() && allocator.begin() < region.end)
      found.of_allocator.push(
          {std::max(region.begin, allocator.begin()), std::min(region.end, allocator.end())});
    auto& into = region.is_program_break ? found.of_break : found.of_program;
    auto const add_part = [&](range const& each) { is_whole &= into.push(each); };
    free.for_each(
        region,
        [&](range const& each)
        {
          if (each.size() <= small && !region.shared && region.backing != backing::file)
            add_part(each);
          else if (!pages.for_each_run(
                       {each.begin / page_size * page_size, each.end}, !region.shared,
                       [&](range run) {
                         add_part({std::max(run.begin, each.begin), std::min(run.end, each.end)});
                       }))
            is_whole = false;
        });
  }
  for (auto const& thread : threads)
    add({thread.frame_begin, thread.frame_end});
  for (auto const& thread : threads)
  {
    auto const* const begin = &thread.stack_pointer;  // a stack may lie in a block
    add({reinterpret_cast<std::uintptr_t>(begin), reinterpret_cast<std::uintptr_t>(begin + 1)});
  }
  add({reinterpret_cast<std::uintptr_t>(words.begin()),
       reinterpret_cast<std::uintptr_t>(words.end())});
  return is_whole;
}

}  // namespace leaklab::graph
