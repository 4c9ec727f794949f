// Each upload leaves a callback behind that can print its receipt again. What does a receipt need
// to know?
#include <boost/circular_buffer.hpp>
#include <runner/lab.hpp>

#include <fstream>
#include <functional>
#include <memory>
#include <vector>

using leaklab::awaitable;

namespace
{

constexpr std::size_t upload_size = 1024 * 1024;
constexpr std::size_t most_receipts = 10'000;

struct upload
{
  int number;
  std::vector<char> content;
};

using receipts = boost::circular_buffer<std::function<void(std::ostream&)>>;

void accept(int count, receipts& recent)
{
  auto const file = std::make_shared<upload>(upload{count, std::vector<char>(upload_size)});
  // the fault: the callback needs the number of the upload and owns the whole upload
  recent.push_back([file](std::ostream& out)
                   { out << "received upload " << file->number << '\n'; });
}

awaitable<void> scenario(leaklab::lab& lab)
{
  std::ofstream printer("/dev/null");
  receipts recent(most_receipts);
  int count = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++count)
  {
    accept(count, recent);
    recent.back()(printer);
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
