// What tasks wait for beside the first: the other branches of `a || b`, say. Rare, so they are kept
// in a table of their own, and the record of a task has room for one wait and for a count of these.
#pragma once

#include <leaklab/detail/task_record.hpp>
#include <leaklab/task.hpp>

#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace leaklab::detail
{

struct further_wait
{
  wait_number number = 0;
  char const* operation = "";
  std::source_location where{};
  std::uint32_t since = 0;  // as task_record::now()
};

/// Any thread.
class further_waits
{
 public:
  [[nodiscard]] static further_waits& instance() noexcept;

  /// Throws std::bad_alloc.
  wait_number add(task_record const& task, char const* operation,
                  std::source_location const& where);
  /// What it was; an empty one when there is none of this number.
  further_wait remove(task_record const& task, wait_number number) noexcept;
  void remove_all(task_record const& task) noexcept;
  /// In the order in which they began.
  [[nodiscard]] std::vector<further_wait> of(task_record const& task);

  /// Only in a fork of this process: the table leads to nothing then, but nothing is freed. Without
  /// effect when a thread was at the table.
  void forget_all() noexcept;

 private:
  std::mutex mutex_;
  std::unordered_map<task_record const*, std::vector<further_wait>> waits_;
  wait_number last_ = 0;
};

}  // namespace leaklab::detail
