// Three steps, of which one fails: write a draft, write its line in the index, move the draft to the
// customer. What is left behind, by the line in which the guards are released?
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <world/scope_guard.hpp>
#include <world/temporary_directory.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>

namespace fs = std::filesystem;

static void remove_quietly(fs::path const& path)
{
  std::error_code ignored;
  fs::remove(path, ignored);
}

static void fail_if(bool now)
{
  if (now) throw std::runtime_error("no space left");
}

enum class released
{
  before_the_last_step,
  after_the_last_step,
};

static void publish(fs::path const& top, int failing_step, released when)
{
  world::scope_exit drop_draft([&] { remove_quietly(top / "draft"); });
  fail_if(failing_step == 1);
  std::ofstream(top / "draft") << "report\n";
  world::scope_exit drop_line([&] { remove_quietly(top / "index"); });
  fail_if(failing_step == 2);
  std::ofstream(top / "index") << "report\n";
  if (when == released::before_the_last_step)
  {
    drop_draft.release();
    drop_line.release();
  }
  fail_if(failing_step == 3);
  fs::rename(top / "draft", top / "published");
  drop_draft.release();
  drop_line.release();
}

static void show(int failing_step, released when)
{
  world::temporary_directory const folder;
  try
  {
    publish(folder.path(), failing_step, when);
  }
  catch (std::exception const&)
  {
  }
  std::set<std::string> left;
  for (auto const& entry : fs::directory_iterator(folder.path()))
    left.insert(entry.path().filename());
  fmt::print("  {:<16}{}\n",
             failing_step == 4 ? "none fails" : fmt::format("step {} fails", failing_step),
             left.empty() ? "nothing" : fmt::format("{}", fmt::join(left, ", ")));
}

int main()
{
  for (auto const when : {released::before_the_last_step, released::after_the_last_step})
  {
    fmt::print("guards released {} the last step; left behind:\n",
               when == released::before_the_last_step ? "before" : "after");
    for (int step = 1; step <= 4; ++step)
      show(step, when);
  }
}
