// A coroutine that nobody can reach: it suspends, and the only handle goes out of scope. For
// comparison, one that a global keeps. Which of the two does a leak checker report?
#include <array>
#include <coroutine>

struct task
{
  struct promise_type
  {
    task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  std::coroutine_handle<> handle;
};

task wait_for_ever(char value)
{
  std::array<char, 1000> local;
  local.fill(value);
  co_await std::suspend_always();
  value = local[value];  // the frame has to keep the array
}

std::coroutine_handle<> waiters;

void lose()
{
  wait_for_ever(1);
}

int main()
{
  waiters = wait_for_ever(2).handle;
  lose();
}
