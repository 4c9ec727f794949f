// A lease that gives its connection back on every path, also when the pool goes first.
#include <leaklab/channel.hpp>
#include <leaklab/co_spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
using leaklab::awaitable;
using namespace std::chrono_literals;

namespace
{

struct connection
{
  ~connection() { fmt::print("  a connection is closed\n"); }
};
using idle_connections = leaklab::channel<std::shared_ptr<connection>>;

class lease
{
 public:
  lease(std::shared_ptr<connection> taken, std::weak_ptr<idle_connections> pool)
      : taken_(std::move(taken)), pool_(std::move(pool))
  {
  }
  lease(lease&&) noexcept = default;            // leaves the other one empty
  lease& operator=(lease&&) noexcept = delete;  // would drop what this one has
  ~lease()
  {
    if (!taken_) return;
    if (auto const pool = pool_.lock())
      pool->try_send(boost::system::error_code(), std::move(taken_));
  }

 private:
  std::shared_ptr<connection> taken_;
  std::weak_ptr<idle_connections> pool_;
};

awaitable<lease> take(std::shared_ptr<idle_connections> idle)
{
  co_return lease(co_await idle->async_receive(), idle);
}

awaitable<void> work(std::string_view path, std::shared_ptr<idle_connections> idle)
{
  auto mine = co_await take(std::move(idle));
  if (path == "return") co_return;
  if (path == "exception") throw std::runtime_error("the seat is taken");
  if (path == "moved") [[maybe_unused]]
    auto const next = std::move(mine);
  leaklab::steady_timer wait(co_await asio::this_coro::executor, 1h);
  co_await wait.async_wait();
}

/// Takes it out and puts it back.
bool is_idle(idle_connections& idle)
{
  std::shared_ptr<connection> found;
  idle.try_receive([&found](auto, auto one) { found = std::move(one); });
  return found && idle.try_send(boost::system::error_code(), std::move(found));
}

}  // namespace

int main()
{
  asio::io_context context;
  auto idle = std::make_shared<idle_connections>(context, 1);
  idle->try_send(boost::system::error_code(), std::make_shared<connection>());
  for (std::string_view const path : {"return", "exception", "moved", "cancellation"})
  {
    asio::cancellation_signal stop;
    leaklab::asio::co_spawn(context, work(path, idle),
                            asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr) {}));
    context.poll();
    bool const during = is_idle(*idle);
    if (leaklab::count_tasks().live != 0) stop.emit(asio::cancellation_type::terminal);
    context.poll();
    context.restart();
    fmt::print("{:<12}  idle while its task waits: {:>5}; after it: {}\n", path, during,
               is_idle(*idle));
  }
  asio::cancellation_signal stop;
  leaklab::asio::co_spawn(context, work("late", idle),
                          asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr) {}));
  context.poll();
  fmt::print("the pool goes, and then the task\n");
  idle.reset();
  stop.emit(asio::cancellation_type::terminal);
  context.poll();
}
