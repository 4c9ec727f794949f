// A page is rendered for each visitor and kept for the next visit. Which pages are still there an
// hour later?
#include <runner/lab.hpp>

#include <list>
#include <unordered_map>
#include <vector>

using leaklab::awaitable;

namespace
{

constexpr std::size_t page_size = 5 * 1024;
constexpr std::size_t most_pages = 100;

struct page
{
  int visitor;
  std::vector<char> text;
};

class page_cache
{
 public:
  page const& get(int visitor)
  {
    auto const known = by_visitor_.find(visitor);
    if (known == by_visitor_.end()) return render(visitor);
    by_use_.splice(by_use_.begin(), by_use_, known->second);
    return by_use_.front();
  }

 private:
  page const& render(int visitor)
  {
    by_use_.push_front({visitor, std::vector<char>(page_size)});
    by_visitor_[visitor] = by_use_.begin();
    // the cure: when there are too many pages, the one used least recently leaves
    if (by_use_.size() > most_pages)
    {
      by_visitor_.erase(by_use_.back().visitor);
      by_use_.pop_back();
    }
    return by_use_.front();
  }

  std::list<page> by_use_;  // the most recently used page comes first
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
