// Prices are imported in batches, and the journal can take each batch back again. What must the
// journal know of a batch?
#include <runner/lab.hpp>

#include <deque>
#include <functional>
#include <set>
#include <vector>

using leaklab::awaitable;

namespace
{

constexpr std::size_t rows_in_batch = 64 * 1024;
constexpr std::size_t most_steps_back = 10'000;

struct batch
{
  int number;
  std::vector<double> rows;
};

class price_table
{
 public:
  void add(batch const& imported)
  {
    numbers_.insert(imported.number);
    highest_ = imported.rows.back();
  }

  // the cure: what a step back needs to know is the number of the batch
  void remove(int number) { numbers_.erase(number); }

 private:
  std::set<int> numbers_;
  double highest_ = 0;
};

batch read_batch(int number)
{
  return {number, std::vector<double>(rows_in_batch, number)};
}

awaitable<void> scenario(leaklab::lab& lab)
{
  price_table table;
  std::deque<std::function<void()>> journal;
  int number = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++number)
  {
    auto imported = read_batch(number);
    table.add(imported);
    journal.push_back(std::bind_front(&price_table::remove, &table, imported.number));
    if (journal.size() > most_steps_back) journal.pop_front();
    if (number % 10 == 9)  // one in ten is taken back
    {
      journal.back()();
      journal.pop_back();
    }
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
