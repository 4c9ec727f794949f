// A mail gateway puts the parts of a mail into files, for the virus scanner to read them all. Which
// files are gone when it has?
#include <leaklab/gauge.hpp>

#include <runner/lab.hpp>
#include <world/temporary_directory.hpp>

#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

using leaklab::awaitable;
namespace fs = std::filesystem;

namespace
{

constexpr int parts_of_a_mail = 3;

class remove_at_end
{
 public:
  explicit remove_at_end(fs::path const& file) : file_(file) {}
  ~remove_at_end()
  {
    std::error_code ignored;
    fs::remove(file_, ignored);
  }

  remove_at_end(remove_at_end const&) = delete;
  remove_at_end& operator=(remove_at_end const&) = delete;

 private:
  // the cure: a copy, because the caller's path will be that of another part by then
  fs::path const file_;
};

bool is_clean(fs::path const& file)
{
  std::string word;
  for (std::ifstream part(file); part >> word;)
    if (word == "virus") return false;
  return true;
}

bool scan(int mail, fs::path const& spool)
{
  fs::path file;
  std::deque<remove_at_end> parts;
  for (int part = 0; part != parts_of_a_mail; ++part)
  {
    file = spool / (std::to_string(mail) + '.' + std::to_string(part));
    parts.emplace_back(file);
    std::ofstream(file) << "part " << part << " of mail " << mail << '\n';
    if (!is_clean(file)) return false;
  }
  return true;
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const folder;
  auto const& spool = folder.path();
  leaklab::sampled_gauge const files(lab.get_executor(), "spool files",
                                     [&]
                                     { return std::distance(fs::directory_iterator(spool), {}); });
  int mail = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++mail)
    if (scan(mail, spool)) lab.completed();
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
