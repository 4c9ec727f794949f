#include "model/marks.hpp"

#include <deque>
#include <mutex>

namespace leaklab
{
namespace
{

constexpr std::size_t most_marks = 64;

struct all_marks
{
  std::mutex mutex;
  std::deque<model::kept_mark> marks;
};

all_marks& kept()
{
  static auto& instance = *new all_marks;
  return instance;
}

}  // namespace

void mark(std::string_view text)
{
  auto length = std::min(text.size(), longest_mark);
  // 10xxxxxx goes on with a character (RFC 3629).
  while (length < text.size() && length > 0 && (text[length] & 0xc0) == 0x80)
    --length;
  std::chrono::duration<double> const now = std::chrono::steady_clock::now().time_since_epoch();
  std::lock_guard const lock(kept().mutex);
  auto& marks = kept().marks;
  marks.push_back(
      {std::string(text.substr(0, length)), std::chrono::system_clock::now(), now.count()});
  if (marks.size() > most_marks) marks.pop_front();
}

std::vector<model::kept_mark> model::read_marks()
{
  std::lock_guard const lock(kept().mutex);
  return {kept().marks.begin(), kept().marks.end()};
}

}  // namespace leaklab
