// A gallery shows what its visitors upload, as far as it is a picture. When does a picture end?
#include <fcntl.h>
#include <runner/lab.hpp>
#include <unistd.h>
#include <world/temporary_directory.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <stdexcept>

using leaklab::awaitable;
namespace fs = std::filesystem;

namespace
{

constexpr std::array png{'\x89', 'P', 'N', 'G'};

class picture
{
 public:
  explicit picture(fs::path const& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC))
  {
    auto begin = decltype(png){};
    if (::read(file_, begin.data(), begin.size()) != std::ssize(begin) || begin != png)
      throw std::invalid_argument("not a picture: " + path.string());
  }
  ~picture() { ::close(file_); }

  picture(picture const&) = delete;
  picture& operator=(picture const&) = delete;

  [[nodiscard]] bool is_complete() const { return ::lseek(file_, 0, SEEK_END) > std::ssize(png); }

 private:
  int file_;
};

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const uploads;
  std::array const files{uploads.path() / "sunset.png", uploads.path() / "letter.txt"};
  std::ofstream(files[0]).write(png.data(), png.size()) << "all the rest";
  std::ofstream(files[1]) << "Dear gallery,";
  std::size_t upload = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++upload)
  {
    try
    {
      picture const shown(files[upload % files.size()]);
      if (shown.is_complete()) lab.completed();
    }
    catch (std::invalid_argument const&)
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
