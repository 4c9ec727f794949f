// A camera takes twice as many pictures as the encoder can take in. What becomes of the others?
#include <leaklab/steady_timer.hpp>

#include <runner/lab.hpp>

#include <deque>
#include <memory>
#include <vector>

using leaklab::awaitable;
using namespace std::chrono_literals;

namespace
{

struct picture
{
  int number = 0;
  std::vector<char> pixels;
};

// The inbox of an encoder that was written in C, which deals in plain pointers.
class inbox
{
 public:
  inbox() = default;
  ~inbox()
  {
    while (!waiting_.empty())
      take();
  }

  inbox(inbox const&) = delete;
  inbox& operator=(inbox const&) = delete;

  // Owns the picture if it returns true. It returns false when it is full.
  bool put(picture* taken)
  {
    if (waiting_.size() == most_waiting) return false;
    waiting_.push_back(taken);
    return true;
  }

  std::unique_ptr<picture> take()
  {
    std::unique_ptr<picture> first(waiting_.empty() ? nullptr : waiting_.front());
    if (first) waiting_.pop_front();
    return first;
  }

 private:
  static constexpr std::size_t most_waiting = 5;
  std::deque<picture*> waiting_;
};

awaitable<void> encode(inbox& pictures, leaklab::lab& lab)
{
  for (leaklab::steady_timer effort(lab.get_executor());;)
  {
    effort.expires_after(40ms);
    co_await effort.async_wait();
    if (pictures.take()) lab.completed();
  }
}

awaitable<void> scenario(leaklab::lab& lab)
{
  inbox pictures;
  lab.spawn(encode(pictures, lab), "encoder");
  int number = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++number)
  {
    auto taken = std::make_unique<picture>(number, std::vector<char>(64 * 1024));
    if (!pictures.put(taken.release())) lab.refused();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
