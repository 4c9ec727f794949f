// The faults that can be switched on, each where it would stand in a service: one line or one
// branch.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shop
{

/// In the order of the categories. Each is called as its pair is: blocked_send is blocked-send.
enum class fault : std::uint8_t
{
  blocked_send,
  blocked_receive,
  missing_timeout,
  orphaned_child,
  unbounded_cache,
  pinned_buffer,
  kept_capacity,
  forgotten_listener,
  captured_closure,
  shared_cycle,
  dead_client_registry,
  oversized_pool,
  unbounded_history,
  unclosed_file,
  unclosed_connection,
  unstopped_timer,
  timer_per_iteration,
  unreturned_connection,
  guard_in_loop,
  late_binding_guard,
  recursive_guard,
  dismissed_guard,
  swallowed_close,
  task_per_job,
  oversized_queue,
  unlimited_accept,
  unbounded_outbox,
  retry_storm,
};

inline constexpr std::size_t number_of_faults = 28;

struct fault_description
{
  std::string_view name;
  std::string_view what;  ///< one sentence
};

/// By the number of the fault.
extern std::array<fault_description, number_of_faults> const fault_descriptions;

[[nodiscard]] std::string_view name_of(fault which) noexcept;
[[nodiscard]] std::optional<fault> find_fault(std::string_view name) noexcept;

/// Which faults are on. Any thread.
class fault_switches
{
 public:
  [[nodiscard]] bool has(fault which) const noexcept
  {
    return (on_.load(std::memory_order_relaxed) & bit(which)) != 0;
  }

  void switch_on(fault which) noexcept { on_ |= bit(which); }
  void switch_all_off() noexcept { on_ = 0; }

 private:
  static std::uint32_t bit(fault which) noexcept
  {
    return std::uint32_t{1} << static_cast<unsigned>(which);
  }

  std::atomic<std::uint32_t> on_ = 0;
};

}  // namespace shop
