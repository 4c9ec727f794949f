#include "graph/awaited_objects.hpp"

#include "graph/forked_look.hpp"
#include "graph/named_roots.hpp"
#include "graph/wake_proof.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>

namespace leaklab::graph
{
namespace
{

struct wait_question
{
  proof_question proof;
  std::vector<thread_local_block> thread_locals;
  int thread;  // that asks
};

/// What the child writes first; then the stuck tasks and the objects.
struct waits_summary
{
  proof_counts counts;
  std::uint64_t stuck = 0;
  std::uint64_t objects = 0;
};

/// The block, if there is one, the waiters and the referrers follow.
struct object_record
{
  awaited_thing thing;
  task_id task = 0;
  holding_root root;
  bool is_in_block = false;
  std::uint64_t waiters = 0;
  std::uint64_t referrers = 0;
};

/// An operation that waits for a thing.
struct handler
{
  std::size_t thing = 0;
  waiter of;  // the task 0 when it is no task's
};

/// Of a thing and a task, by the number of the thing.
struct relation
{
  std::size_t thing = 0;
  task_id task = 0;

  auto operator<=>(relation const&) const = default;
};

template <class T, class Key, class Projection>
T const* find_in(array<T> const& sorted, Key const& key, Projection projection)
{
  auto const found = std::ranges::lower_bound(sorted.begin(), sorted.end(), key, {}, projection);
  return found != sorted.end() && std::invoke(projection, *found) == key ? found : nullptr;
}

/// Finds the task of a word that its handlers have.
class task_words
{
 public:
  explicit task_words(std::span<std::span<detail::task_record> const> records) noexcept
      : records_(records)
  {
    for (auto const& some : records)
    {
      extent_.begin = std::min(extent_.begin, address_of(some.data()));
      extent_.end = std::max(extent_.end, address_of(some.data() + some.size()));
    }
  }

  /// 0 for a word that is no task's.
  [[nodiscard]] task_id find(std::uint64_t word) const noexcept
  {
    auto const task = std::bit_cast<detail::task_word>(word);
    auto const* const record = &task.record();
    if (!extent_.contains(address_of(record))) return 0;  // most words
    for (auto const& some : records_)
      if (some.data() <= record && record < some.data() + some.size())
        return record->is(task) ? record->id() : 0;
    return 0;
  }

 private:
  static std::uintptr_t address_of(detail::task_record const* record) noexcept
  {
    return reinterpret_cast<std::uintptr_t>(record);
  }

  std::span<std::span<detail::task_record> const> records_;
  range extent_{~std::uintptr_t(0), 0};
};

/// What waits for what, and who else refers to it.
class wait_finder
{
 public:
  wait_finder(heap_snapshot& heap, asio_services const& services, named_roots const& roots,
              wait_question const& asked) noexcept
      : heap_(heap), roots_(roots), tasks_(asked.proof.records)
  {
    auto const most = heap.blocks().count();
    waiters_ = array<handler>(heap.space(), most);
    referrers_ = array<relation>(heap.space(), most);
    joins_ = array<join>(heap.space(), most);
    targets_ = array<target>(heap.space(), most);
    by_frame_ = array<frame>(heap.space(), most);
    is_whole_ = waiters_ && referrers_ && joins_ && targets_ && by_frame_ &&
                read_asio_queues(heap, services, queues_);
    if (!is_whole_) return;
    auto const& frames = roots.frames();
    for (std::size_t i = 0; i != frames.addresses.size(); ++i)
      if (block which; heap.blocks().find(frames.addresses[i], which))
        by_frame_.push({heap.blocks().bytes_of(which).begin, frames.owners[i].id});
    std::ranges::sort(by_frame_.begin(), by_frame_.end(), {}, &frame::begin);
    find_waiters();
    find_targets();
    read_frames();
  }

  /// False when there was no memory for it.
  [[nodiscard]] explicit operator bool() const noexcept { return is_whole_; }

  void write(looking_child const& child, block_teller const& blocks) const noexcept
  {
    for (std::size_t i = 0; i != queues_.things.size(); ++i)
      write_thing(child, blocks, i);
    for (auto const& each : joins_)
    {
      object_record record;
      record.thing.kind = awaited_kind::task;
      record.task = each.awaited;
      record.waiters = 1;
      child.write(&record, sizeof record);
      waiter const of{each.waiter, 0};
      child.write(&of, sizeof of);
    }
  }

  [[nodiscard]] std::size_t count() const noexcept { return queues_.things.size() + joins_.size(); }

 private:
  /// Of a task.
  struct frame
  {
    std::uintptr_t begin = 0;
    task_id task = 0;
  };
  /// What words refer to a thing.
  struct target : range
  {
    std::size_t thing = 0;
  };
  struct join
  {
    task_id waiter = 0;
    task_id awaited = 0;

    auto operator<=>(join const&) const = default;
  };

  [[nodiscard]] task_id owner_of(std::uintptr_t block_begin) const noexcept
  {
    auto const* const found = find_in(by_frame_, block_begin, &frame::begin);
    return found ? found->task : 0;
  }

  /// A handler that knows no record has the frames that it will resume.
  [[nodiscard]] task_id owner_of_word(std::uintptr_t word) const noexcept
  {
    block which;
    return heap_.blocks().find(word, which) ? owner_of(heap_.blocks().bytes_of(which).begin) : 0;
  }

  /// The first word that names a task is the handler's; behind it the operation's memory may have the
  /// words of one before.
  template <class Find>
  task_id find_in_operation(std::uintptr_t operation, Find find) const noexcept
  {
    block which;
    if (operation % sizeof operation != 0 || !heap_.blocks().find(operation, which)) return 0;
    constexpr std::size_t most = 4096;
    auto const end = std::min(heap_.blocks().bytes_of(which).end, operation + most);
    for (auto at = operation; at + sizeof at <= end; at += sizeof at)
      if (auto const task = find(load<std::uintptr_t>(at)); task != 0) return task;
    return 0;
  }

  /// The second word of Asio's operations, those of channels and all others.
  [[nodiscard]] std::uintptr_t function_of(std::uintptr_t operation) const noexcept
  {
    std::uintptr_t function = 0;
    (void)heap_.map().load(operation + sizeof(void*), function);
    return function;
  }

  void find_waiters() noexcept
  {
    for (auto const& each : queues_.operations)
    {
      auto task = find_in_operation(each.address,
                                    [this](std::uintptr_t word) { return tasks_.find(word); });
      if (task == 0)
        task = find_in_operation(each.address,
                                 [this](std::uintptr_t word) { return owner_of_word(word); });
      waiters_.push({each.thing, {task, function_of(each.address)}});
    }
    std::ranges::stable_sort(waiters_.begin(), waiters_.end(), {}, &handler::thing);
  }

  [[nodiscard]] bool has_waiters(std::size_t thing) const noexcept
  {
    auto const own =
        std::ranges::equal_range(waiters_.begin(), waiters_.end(), thing, {}, &handler::thing);
    return std::ranges::any_of(own, [](handler const& each) { return each.of.task != 0; });
  }

  void find_targets() noexcept
  {
    for (std::size_t i = 0; i != queues_.things.size(); ++i)
    {
      auto const& thing = queues_.things[i];
      if (thing.kind == awaited_kind::descriptor || !has_waiters(i)) continue;
      block which;
      bool const is_alone = heap_.blocks().find(thing.bytes.begin, which) &&
                            owner_of(heap_.blocks().bytes_of(which).begin) == 0;
      targets_.push({is_alone ? heap_.blocks().bytes_of(which) : thing.bytes, i});
    }
    std::ranges::sort(targets_.begin(), targets_.end(), {}, &target::begin);
  }

  void read_frames() noexcept
  {
    range const all{targets_.empty() ? 0 : targets_[0].begin,
                    targets_.empty() ? 0 : (targets_.end() - 1)->end};
    for (auto const& each : by_frame_)
    {
      block which;
      if (!heap_.blocks().find(each.begin, which)) continue;
      auto const bytes = heap_.blocks().bytes_of(which);
      for (auto at = bytes.begin; at + sizeof at <= bytes.end; at += sizeof at)
      {
        auto const word = load<std::uintptr_t>(at);
        if (all.contains(word)) add_referrer(word, each.task);
        if (auto const waiter = tasks_.find(word); waiter != 0 && waiter != each.task)
          joins_.push({waiter, each.task});
      }
    }
    for (auto const& each : targets_)  // what lies in a frame is the coroutine's
      if (auto const owner = owner_of_word(queues_.things[each.thing].bytes.begin); owner != 0)
        referrers_.push({each.thing, owner});
    sort_out(referrers_);
    sort_out(joins_);
  }

  void add_referrer(std::uintptr_t word, task_id task) noexcept
  {
    // Several may lie in one block.
    auto const behind =
        std::ranges::upper_bound(targets_.begin(), targets_.end(), word, {}, &target::begin);
    if (behind == targets_.begin() || !std::prev(behind)->contains(word)) return;
    auto const begin = std::prev(behind)->begin;
    for (auto at = behind; at != targets_.begin() && std::prev(at)->begin == begin; --at)
      referrers_.push({std::prev(at)->thing, task});
  }

  template <class T>
  static void sort_out(array<T>& all) noexcept
  {
    std::ranges::sort(all.begin(), all.end());
    auto const rest = std::ranges::unique(all.begin(), all.end());
    for (auto left = rest.size(); left != 0; --left)
      (void)all.pop();
  }

  void write_thing(looking_child const& child, block_teller const& blocks,
                   std::size_t number) const noexcept
  {
    auto const waiters =
        std::ranges::equal_range(waiters_.begin(), waiters_.end(), number, {}, &handler::thing);
    auto const referrers = std::ranges::equal_range(referrers_.begin(), referrers_.end(), number,
                                                    {}, &relation::thing);
    object_record record;
    record.thing = queues_.things[number];
    record.referrers = referrers.size();
    record.waiters = waiters.size();
    block which;
    auto const begin = record.thing.bytes.begin;
    bool const is_placed = record.thing.kind != awaited_kind::descriptor;
    record.is_in_block = is_placed && heap_.blocks().find(begin, which);
    if (record.is_in_block)
    {
      record.root.task = owner_of(heap_.blocks().bytes_of(which).begin);
      if (record.root.task != 0) record.root.kind = root_kind::task;
    }
    else if (is_placed)
      record.root = roots_.find(begin);
    record.thing.bytes = {};  // its address is nothing to keep
    child.write(&record, sizeof record);
    if (record.is_in_block) write_block(child, blocks.tell(which, begin));
    for (auto const& each : waiters)
      child.write(&each.of, sizeof each.of);
    for (auto const& each : referrers)
      child.write(&each.task, sizeof each.task);
  }

  heap_snapshot const& heap_;
  named_roots const& roots_;
  task_words tasks_;
  asio_queues queues_;
  array<frame> by_frame_;
  array<handler> waiters_;
  array<target> targets_;
  array<relation> referrers_;
  array<join> joins_;
  bool is_whole_ = false;
};

void find_waits_in_child(looking_child const& child, void const* context)
{
  auto const& asked = *static_cast<wait_question const*>(context);
  heap_snapshot heap(child);
  named_roots const roots(heap, child, asked.proof.records, asked.thread_locals, asked.thread);
  block_teller const blocks(heap);
  asio_services const services(heap.space(), heap.map(), heap.blocks());
  if (!roots || !blocks || !services) child.fail(no_memory);
  wait_finder const waits(heap, services, roots, asked);
  wake_proof proof;
  // The proof comes last: it takes from the records what the others need.
  if (!waits || !prove(child, heap, services, asked.proof, proof)) child.fail(no_memory);
  waits_summary const first{proof.counts, proof.stuck.size(), waits.count()};
  child.write(&first, sizeof first);
  child.write(proof.stuck.begin(), proof.stuck.size() * sizeof(stuck_task));
  waits.write(child, blocks);
}

bool take_object(byte_reader& from, awaited_object& into)
{
  object_record record;
  if (!from.take(record)) return false;
  static_cast<awaited_thing&>(into) = record.thing;
  into.task = record.task;
  into.root = record.root;
  return (!record.is_in_block || take_block(from, into.block.emplace())) &&
         from.take(into.waiters, record.waiters) && from.take(into.referrers, record.referrers);
}

bool parse(std::string_view bytes, awaited_objects& result)
{
  byte_reader from(bytes);
  waits_summary first;
  if (!from.take(first) || !from.take(result.stuck, first.stuck)) return false;
  std::ranges::sort(result.stuck);
  if (result.no_proof = problem_of(first.counts); !result.no_proof.empty()) result.stuck.clear();
  for (; first.objects != 0; --first.objects)
    if (!take_object(from, result.found.emplace_back())) return false;
  return from.is_at_end();
}

}  // namespace

awaited_objects look_for_awaited_objects()
{
  awaited_objects result;
  result.problem = why_no_proof();
  if (!result.problem.empty()) return result;
  wait_question asked{{}, find_thread_local_blocks(), static_cast<int>(::syscall(SYS_gettid))};
  auto const asked_at = std::chrono::steady_clock::now();
  result = look_at_heap<awaited_objects>(find_waits_in_child, &asked, parse);
  result.asked_at = asked_at;
  return result;
}

awaited_objects in_both(awaited_objects first, awaited_objects const& second)
{
  auto const stuck = std::exchange(first.stuck, {});
  first.join(second);
  first.found = second.found;
  first.asked_at = second.asked_at;
  if (first.no_proof.empty()) first.no_proof = second.no_proof;
  std::ranges::set_intersection(stuck, second.stuck, std::back_inserter(first.stuck));
  return first;
}

}  // namespace leaklab::graph
