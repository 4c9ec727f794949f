// Messages are written in objects that are taken from a pool and cleared for the next. What does a
// short message cost after an hour?
#include <runner/lab.hpp>

#include <memory>
#include <queue>
#include <string>
#include <vector>

using leaklab::awaitable;

namespace
{

constexpr std::size_t objects = 2'000;
constexpr std::size_t lines_in_note = 10;
constexpr std::size_t lines_in_newsletter = 10'000;

struct message
{
  std::vector<std::string> recipients;
  std::string text;

  void clear()
  {
    recipients.clear();
    text.clear();
  }
};

class message_pool
{
 public:
  message_pool()
  {
    while (idle_.size() < objects)
      idle_.push(std::make_unique<message>());
  }

  std::unique_ptr<message> take()
  {
    auto taken = std::move(idle_.front());
    idle_.pop();
    return taken;
  }

  void give_back(std::unique_ptr<message> used)
  {
    used->clear();
    idle_.push(std::move(used));
  }

 private:
  std::queue<std::unique_ptr<message>> idle_;
};

void write(message& out, std::size_t lines)
{
  out.recipients.push_back("everybody@example.org");
  for (std::size_t line = 0; line != lines; ++line)
    out.text += "There is something new to be told about this line.\n";
}

awaitable<void> scenario(leaklab::lab& lab)
{
  message_pool pool;
  int count = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++count)
  {
    auto out = pool.take();
    write(*out, count % 3 == 0 ? lines_in_newsletter : lines_in_note);
    pool.give_back(std::move(out));
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
