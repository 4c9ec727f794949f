// All task records of the process: type-stable memory in slabs, a free list in each, one lock for
// spawning and recycling.
//
// Scanning needs no lock: slabs are never unmapped, and a free record has the id 0. A slab whose
// last task has ended gives its pages back to the system when another slab has room, so that memory
// follows the number of live tasks down again.
#pragma once

#include <leaklab/detail/task_record.hpp>

#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace leaklab::detail
{

/// Where the frames of a task are, and what it does.
struct known_frames
{
  task_id id = 0;                ///< 0: there is none, or it is not known what it does
  std::uint32_t since = 0;       ///< as task_record::now(); 0 when it is in no tracked operation
  void* const* stack = nullptr;  ///< as in task_record::set_stack()
  bool waits = false;            ///< else it runs or is ready
  char const* name = nullptr;    ///< lives as long as the process
};

class task_table
{
 public:
  [[nodiscard]] static task_table& instance() noexcept;

  task_table(task_table const&) = delete;
  task_table& operator=(task_table const&) = delete;

  [[nodiscard]] task_handle begin(char const* name, std::source_location const& where);
  void finish(task_handle task, std::exception_ptr const& failure, bool is_told) noexcept;
  void recycle(task_record& record) noexcept;

  void for_each(std::function<void(task_info const&)> const& visit,
                frames with = frames::read) const;
  [[nodiscard]] task_counts counts() const;
  [[nodiscard]] std::vector<task_failure> failures() const;

  /// The memory of all records.
  [[nodiscard]] std::vector<std::span<task_record>> records() const;

  // Only in a fork of this process, where no thread is left that could change or read a record:
  [[nodiscard]] static known_frames frames_of(task_record const& record) noexcept;
  /// The record then leads to no frame.
  static void forget_stack(task_record& record) noexcept;
  /// The table then leads to nothing, but nothing is freed. Without effect when a thread was at it.
  void forget_all() noexcept;

 private:
  struct slab;

  task_table() = default;

  void tell_debuggers() const noexcept;  // see debugger_layout.hpp

  slab& slab_with_room();
  void count_failure(char const* name, std::source_location const& where,
                     std::exception_ptr const& failure, bool is_told);

  mutable std::mutex mutex_;
  std::vector<slab*> slabs_;
  std::vector<slab*> with_room_;  // the slabs that have a free record, in no order
  task_counts counts_;

  mutable std::mutex failures_mutex_;
  std::vector<task_failure> failures_;
};

}  // namespace leaklab::detail
