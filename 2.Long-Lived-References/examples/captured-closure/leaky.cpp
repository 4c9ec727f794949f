// Each upload leaves a callback that can write its receipt once more. What must a receipt know?
#include <leaklab/lab.hpp>

#include <boost/circular_buffer.hpp>

#include <functional>
#include <string>
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

using receipts = boost::circular_buffer<std::function<std::string()>>;

void accept(upload const& file, receipts& recent)
{
  // the fault: the callback needs the number of the upload and captures all of it
  recent.push_back([file] { return "received upload " + std::to_string(file.number); });
}

awaitable<void> scenario(leaklab::lab& lab)
{
  receipts recent(most_receipts);
  int number = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++number)
  {
    accept({number, std::vector<char>(upload_size)}, recent);
    if (!recent.back()().empty()) lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
