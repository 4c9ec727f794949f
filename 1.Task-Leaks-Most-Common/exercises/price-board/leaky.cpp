// A shop answers each visitor with a price and with the visitor's discount. It looks both up at the
// same time. When is an answer complete?
#include <boost/asio/this_coro.hpp>
#include <runner/lab.hpp>

#include <memory>

using leaklab::awaitable;
using namespace std::chrono_literals;

namespace
{

struct quote
{
  explicit quote(leaklab::lab& lab)
      : arrived(lab.get_executor(), leaklab::steady_timer::time_point::max())
  {
  }

  int price = 0;
  leaklab::steady_timer arrived;  // never expires: whoever has the price cancels it
};

awaitable<void> pause(std::chrono::milliseconds time)
{
  leaklab::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  co_await timer.async_wait();
}

awaitable<void> look_up(std::shared_ptr<quote> answer, int product)
{
  co_await pause(product % 2 == 0 ? 40ms : 10ms);  // every second price is in the cache
  answer->price = 100 + product;
  answer->arrived.cancel();
}

awaitable<void> serve(int product, leaklab::lab& lab)
{
  auto const answer = std::make_shared<quote>(lab);
  lab.spawn(look_up(answer, product), "lookup");
  co_await pause(25ms);  // the visitor's discount
  co_await answer->arrived.async_wait(leaklab::as_tuple());
  lab.completed();
}

awaitable<void> scenario(leaklab::lab& lab)
{
  int product = 0;
  for (auto clock = lab.ticks(); co_await clock.next();)
    lab.spawn(serve(++product, lab), "visitor");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
