#include "history.hpp"

#include <algorithm>

namespace shop
{
namespace
{

constexpr std::size_t most_events = 300;
constexpr std::ptrdiff_t shown_events = 10;

}  // namespace

void history::note(request const& asked)
{
  auto& made = events_.emplace_back();
  made.when = std::chrono::system_clock::now();
  asked.path.copy(made.what.data(), made.what.size() - 1);
  if (events_.size() > most_events && !around_.faults.has(fault::unbounded_history))
    events_.pop_front();
}

response history::show() const
{
  std::string text;
  auto const shown = std::min(std::ssize(events_), shown_events);
  for (auto each = events_.end() - shown; each != events_.end(); ++each)
    text.append(each->what.data()).append("\n");
  return {200, std::move(text)};
}

}  // namespace shop
