#include "sessions.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shop
{

using namespace std::chrono_literals;

namespace
{

constexpr auto longest_silence = 8s;
constexpr std::size_t most_sessions = 1000;

}  // namespace

struct sessions::basket
{
  explicit basket(asio::any_io_executor const& executor) : timer(executor) {}

  asio::steady_timer timer;
  int seconds = 0;
};

sessions::sessions(environment const& around)
    : around_(around),
      count_(around.executor, "sessions", [this] { return static_cast<double>(open_.size()); },
             {.noise = 20, .bound = most_sessions}),
      timers_(around.executor, "session timers pending", [this] { return pending_timers_; },
              {.noise = 20})
{
  around_.tasks.spawn(expire(), "session expiry");
}

response sessions::log_in()
{
  if (open_.size() == most_sessions) return {503, "too many sessions\n"};
  auto const made = std::make_shared<session>();
  made->on_visit = [weak = std::weak_ptr(made)](std::string_view path)
  {
    if (auto const owner = weak.lock()) owner->note(path);
  };
  if (around_.faults.has(fault::shared_cycle))
    made->on_visit = [made](std::string_view path) { made->note(path); };
  made->reserved = std::make_shared<basket>(around_.executor);
  reserve(made->reserved);
  open_.emplace(++last_number_, made);
  return {200, fmt::format("{}", last_number_)};
}

response sessions::log_out(unsigned number)
{
  auto const known = open_.find(number);
  if (known == open_.end()) return {404, "no such session\n"};
  known->second->reserved.reset();
  open_.erase(known);
  return {200, "bye\n"};
}

void sessions::visit(unsigned number, std::string_view path)
{
  auto const known = open_.find(number);
  if (known == open_.end()) return;
  known->second->last_visit = std::chrono::steady_clock::now();
  known->second->on_visit(path);
}

void sessions::session::note(std::string_view path)
{
  if (length + path.size() > visited.size()) length = 0;
  length += path.copy(visited.data() + length, visited.size() - length);
}

// Each second that the basket is there.
void sessions::reserve(std::shared_ptr<basket> const& kept)
{
  ++pending_timers_;
  kept->timer.expires_after(1s);
  bool const owns = around_.faults.has(fault::unstopped_timer);
  kept->timer.async_wait(
      [this, weak = std::weak_ptr(kept), owner = owns ? kept : nullptr](error_code)
      {
        --pending_timers_;
        auto const again = weak.lock();
        if (!again) return;
        ++again->seconds;
        reserve(again);
      });
}

awaitable<void> sessions::expire()
{
  for (asio::steady_timer pause(around_.executor);;)
  {
    pause.expires_after(1s);
    co_await pause.async_wait(use_awaitable);
    auto const oldest = std::chrono::steady_clock::now() - longest_silence;
    std::erase_if(open_,
                  [oldest](auto const& each)
                  {
                    bool const is_old = each.second->last_visit < oldest;
                    if (is_old) each.second->reserved.reset();
                    return is_old;
                  });
  }
}

}  // namespace shop
