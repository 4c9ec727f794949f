// A task is one coroutine that was given to leaklab::spawn, with all that it awaits: the lab's unit
// of counting.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace leaklab
{

/// Counts up from 1 in the order of spawning; never used twice. 0 is no task.
using task_id = std::uint64_t;

/// What a task is called in every listing. Made from a string literal, or interned: a name lives as
/// long as the process, so keep names few (the kind of work, not the item worked on).
class task_name
{
 public:
  consteval task_name(char const* literal)
      : text_(literal) {}  // NOLINT(google-explicit-constructor)

  /// For names known only at run time. Any thread.
  [[nodiscard]] static task_name intern(std::string_view text);

  [[nodiscard]] constexpr char const* c_str() const noexcept { return text_; }

 private:
  struct interned
  {
  };
  constexpr task_name(interned, char const* text) : text_(text) {}

  char const* text_;
};

enum class task_state : std::uint8_t
{
  running,  ///< on a thread
  ready,    ///< in an executor's queue
  waiting,  ///< for an operation to complete
};

[[nodiscard]] std::string_view to_string(task_state state) noexcept;

/// A place in the source as the compiler names it.
struct source_site
{
  char const* file = "";
  std::uint32_t line = 0;
  char const* function = "";  ///< as it stands; function_name.hpp makes it readable

  [[nodiscard]] static source_site from(std::source_location const& where) noexcept
  {
    return {where.file_name(), where.line(), where.function_name()};
  }
  [[nodiscard]] explicit operator bool() const noexcept { return line != 0; }
  bool operator==(source_site const&) const = default;
};

/// An operation that a task waits for.
struct task_wait
{
  char const* operation = "";                ///< "channel send", "timer", …
  source_site at;                            ///< the co_await; no line where it is not known
  std::chrono::milliseconds waiting_for{0};  ///< since the operation began; in steps of 10 ms
};

/// One live task, as it was at one moment.
struct task_info
{
  task_id id = 0;
  task_id parent = 0;  ///< the task that spawned it; 0 when none did. The parent may have ended.
  char const* name = "";
  source_site spawned_at;
  task_state state = task_state::ready;
  // When it is not running and waits for a tracked operation, else empty:
  char const* operation = "";
  source_site waits_at;
  std::chrono::milliseconds waiting_for{0};
  /// When it waits in several branches at once (`a || b`, `a && b`, parallel_group): all of them, the
  /// one that began first ahead, whose fields are those above.
  std::vector<task_wait> branches;

  // When it is not running, unless the build has no await chain (see detail/start_task.hpp):
  static constexpr std::size_t max_frames = 16;
  std::array<void const*, max_frames>
      frames{};  ///< code of the coroutines that await each other, innermost first
  std::array<std::source_location, max_frames>
      awaits_at{};              ///< for each, the co_await that it is in; no line where not known
  std::size_t frame_count = 0;  ///< how many there are; the outermost are cut off beyond max_frames
  std::size_t frame_bytes = 0;  ///< of memory that all its coroutine frames take up
};

/// Calls `visit` for every task that lived throughout the call, and for some of those that began or
/// ended during it. Tasks go on running meanwhile: one is held up only while its own entry is
/// copied. `visit` may allocate and block; it must not spawn. Any thread.
void for_each_task(std::function<void(task_info const&)> const& visit);

/// Since the process began: spawned = finished + failed + live, at every moment.
struct task_counts
{
  std::uint64_t spawned = 0;
  std::uint64_t finished =
      0;  ///< returned, or unwound because they were cancelled or their context was destroyed
  std::uint64_t failed = 0;  ///< ended by any other exception
  std::uint64_t live = 0;
};

[[nodiscard]] task_counts count_tasks();

/// The tasks spawned at one place that ended in an exception.
struct task_failure
{
  char const* name = "";
  source_site spawned_at;
  std::uint64_t count = 0;
  std::string last_message;
};

/// One entry for each place of spawning, most failures first. The first failure of each is also
/// printed to stderr, in one line. Any thread.
[[nodiscard]] std::vector<task_failure> task_failures();

}  // namespace leaklab
