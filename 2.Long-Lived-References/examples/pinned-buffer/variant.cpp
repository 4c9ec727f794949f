// Letters arrive with their attachments, and the list on the first screen shows their subjects. What
// does a line of that list hold?
#include <runner/lab.hpp>

#include <deque>
#include <memory>
#include <string>
#include <vector>

using leaklab::awaitable;

namespace
{

constexpr std::size_t attachment_size = 2 * 1024 * 1024;
constexpr std::size_t lines_shown = 1000;

struct letter
{
  std::string sender;
  std::string subject;
  std::vector<char> attachment;
};

using text = std::shared_ptr<std::string const>;

std::shared_ptr<letter const> receive(int number)
{
  auto const received = std::make_shared<letter>();
  received->sender = "reports@example.org";
  received->subject = "Report " + std::to_string(number) + " of the night shift";
  received->attachment.resize(attachment_size);
  return received;
}

class inbox
{
 public:
  void add(std::shared_ptr<letter const> const& received)
  {
    lines_.push_front(text(received, &received->subject));
    if (lines_.size() > lines_shown) lines_.pop_back();
  }

 private:
  std::deque<text> lines_;  // the newest comes first
};

awaitable<void> scenario(leaklab::lab& lab)
{
  inbox letters;
  int number = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++number)
  {
    letters.add(receive(number));
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
