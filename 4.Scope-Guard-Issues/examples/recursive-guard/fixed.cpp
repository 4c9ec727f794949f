// A walk visits folders within folders; a link leads back up, so it goes deep. What is open at each
// level?
#include <leaklab/channel.hpp>

#include <runner/lab.hpp>
#include <world/temporary_directory.hpp>

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

using leaklab::awaitable;
using leaklab::channel;
namespace fs = std::filesystem;

namespace
{

constexpr int depth = 30;

// The kernel follows forty links in a path, which makes a walk of 1,200 levels.
void make_folders(fs::path const& top)
{
  auto deepest = top;
  for (int level = 0; level != depth; ++level)
    deepest /= "d";
  fs::create_directories(deepest);
  fs::create_directory_symlink(top, deepest / "d");
}

bool is_folder(fs::directory_entry const& entry)
{
  std::error_code too_deep;
  return entry.is_directory(too_deep);
}

awaitable<void> walk(std::string folder, channel<std::string>& found)
{
  co_await found.async_send({}, folder);
  // the cure: the folder is read and closed before the walk goes down into it
  std::vector<std::string> folders;
  for (auto const& entry : fs::directory_iterator(folder))
    if (is_folder(entry)) folders.push_back(entry.path().string());
  for (auto const& each : folders)
    co_await walk(each, found);
}

awaitable<void> keep_walking(std::string top, channel<std::string>& found)
{
  for (;;)
    co_await walk(top, found);
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const top;
  make_folders(top.path());
  channel<std::string> found(lab.get_executor());
  lab.spawn(keep_walking(top.path().string(), found), "walk");
  for (auto clock = lab.ticks(); co_await clock.next();)
  {
    co_await found.async_receive();
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
