// A report is written to a temporary file and then moved to its customer, who may be gone. Who
// removes the file then?
#include <leaklab/gauge.hpp>

#include <runner/lab.hpp>
#include <world/scope_guard.hpp>
#include <world/temporary_directory.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

using leaklab::awaitable;
namespace fs = std::filesystem;

namespace
{

constexpr int kept_reports = 500;

void publish(int number, fs::path const& drafts, fs::path const& customer)
{
  auto const draft = drafts / std::to_string(number);
  world::scope_exit rollback(
      [&]
      {
        std::error_code ignored;
        fs::remove(draft, ignored);
      });
  std::ofstream(draft) << "report " << number << '\n';
  fs::rename(draft, customer / std::to_string(number % kept_reports));
  // the cure: the guard is dismissed after the last step that can fail
  rollback.release();
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const folder;
  auto const drafts = folder.path() / "drafts";
  fs::path const customers[] = {folder.path() / "customer", folder.path() / "gone"};
  fs::create_directory(drafts);
  fs::create_directory(customers[0]);
  leaklab::sampled_gauge const files(lab.get_executor(), "temporary files",
                                     [&]
                                     { return std::distance(fs::directory_iterator(drafts), {}); });
  int number = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++number)
  {
    try
    {
      publish(number, drafts, customers[number % 2]);
      lab.completed();
    }
    catch (fs::filesystem_error const&)
    {
      lab.refused();
    }
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
