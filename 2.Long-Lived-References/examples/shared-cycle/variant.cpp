// A report is written in slices, so that other work has its turn in between: each slice sees to the
// next. Who keeps them?
#include <boost/asio/post.hpp>
#include <runner/lab.hpp>

#include <array>
#include <functional>
#include <memory>

namespace asio = boost::asio;
using leaklab::awaitable;

namespace
{

constexpr int slices = 8;

struct report
{
  std::array<char, 64 * 1024> text;
  std::size_t length = 0;

  void write(char what)
  {
    for (auto const end = length + text.size() / slices; length != end; ++length)
      text[length] = what;
  }
};

void make_report(leaklab::lab& lab)
{
  auto const made = std::make_shared<report>();
  auto const write_slice = std::make_shared<std::function<void(int)>>();
  *write_slice = [made, write_slice, &lab](int slice)
  {
    if (slice == slices) return lab.completed();
    made->write('.');
    asio::post(lab.get_executor(), [write_slice, slice] { (*write_slice)(slice + 1); });
  };
  (*write_slice)(0);
}

awaitable<void> scenario(leaklab::lab& lab)
{
  for (auto clock = lab.ticks(); co_await clock.next();)
    make_report(lab);
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
