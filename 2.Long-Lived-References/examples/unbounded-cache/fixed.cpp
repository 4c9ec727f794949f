// A page is rendered for each visitor and kept for the next visit. Which pages are there an hour
// later?
#include <runner/lab.hpp>

#include <chrono>
#include <list>
#include <unordered_map>
#include <utility>
#include <vector>

using leaklab::awaitable;

namespace
{

using steady_clock = std::chrono::steady_clock;

constexpr std::size_t page_size = 5 * 1024;
constexpr std::size_t most_pages = 100;
constexpr auto longest_idle = std::chrono::minutes(10);

struct page
{
  int visitor;
  std::vector<char> text;
  steady_clock::time_point used;
};

class page_cache
{
 public:
  page const& get(int visitor)
  {
    auto const known = by_visitor_.find(visitor);
    if (known == by_visitor_.end()) return render(visitor);
    known->second->used = steady_clock::now();
    by_use_.splice(by_use_.begin(), by_use_, known->second);
    return by_use_.front();
  }

 private:
  page const& render(int visitor)
  {
    std::vector<char> text(page_size);
    by_use_.push_front({visitor, std::move(text), steady_clock::now()});
    by_visitor_[visitor] = by_use_.begin();
    // the cure: the page used least recently leaves when there are too many or when it has been
    // idle too long
    while (by_use_.size() > most_pages || steady_clock::now() - by_use_.back().used > longest_idle)
    {
      by_visitor_.erase(by_use_.back().visitor);
      by_use_.pop_back();
    }
    return by_use_.front();
  }

  std::list<page> by_use_;  // the one used last comes first
  std::unordered_map<int, std::list<page>::iterator> by_visitor_;
};

awaitable<void> scenario(leaklab::lab& lab)
{
  page_cache pages;
  int visitor = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++visitor)
  {
    pages.get(visitor);  // rendered
    pages.get(visitor);  // and found again
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
