#include "archive.hpp"

#include <chrono>
#include <system_error>
#include <vector>

namespace shop
{

using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace
{

constexpr int depth = 30;
constexpr auto time_for_a_folder = 300ms;

bool is_folder(fs::directory_entry const& entry)
{
  std::error_code too_deep;
  return entry.is_directory(too_deep);
}

}  // namespace

archive::archive(environment const& around) : around_(around), pause_(around.executor)
{
  auto const top = around_.folder / "archive";
  auto deepest = top;
  for (int level = 0; level != depth; ++level)
    deepest /= "d";
  fs::create_directories(deepest);
  fs::remove(deepest / "d");  // of a run before
  fs::create_directory_symlink(fs::absolute(top), deepest / "d");
  around_.tasks.spawn(keep_walking(), "archive");
}

awaitable<void> archive::keep_walking()
{
  for (;;)
  {
    auto folder = (around_.folder / "archive").string();
    co_await walk(folder);
  }
}

// `folder` is one text for all levels, which lengthen it and shorten it again.
awaitable<void> archive::walk(std::string& folder)
{
  ++seen_;
  pause_.expires_after(time_for_a_folder);
  co_await pause_.async_wait(use_awaitable);
  std::vector<std::string> below;
  fs::directory_iterator entries(folder);
  for (auto const& entry : entries)
    if (is_folder(entry)) below.push_back(entry.path().filename());
  if (!around_.faults.has(fault::recursive_guard)) entries = fs::directory_iterator();
  auto const length = folder.size();
  for (auto const& name : below)
  {
    folder.append("/").append(name);
    co_await walk(folder);
    folder.resize(length);
  }
}

}  // namespace shop
