// What is a number in the table, and what is behind it? The file position tells them apart.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <world/temporary_directory.hpp>

#include <cerrno>
#include <fstream>
#include <string>

namespace
{

/// The line "pos:" of /proc/self/fdinfo: the position is in the open file description.
std::string position(int descriptor)
{
  std::ifstream info(fmt::format("/proc/self/fdinfo/{}", descriptor));
  std::string key, value;
  info >> key >> value;
  return info ? value : "not open";
}

void show(char const* when, int first, int copy, int second)
{
  fmt::print("{:<28} first {:>8}, copy {:>8}, second {:>8}\n", when, position(first),
             position(copy), position(second));
}

}  // namespace

int main()
{
  world::temporary_directory const folder;
  auto const path = folder.path() / "orders";
  std::ofstream(path) << "ten bytes.";

  int const first = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  int const copy = ::fcntl(first, F_DUPFD_CLOEXEC, 0);
  int const second = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  fmt::print("the second number is the next one: {}, the third too: {}\n", copy == first + 1,
             second == copy + 1);
  show("opened", first, copy, second);

  char bytes[4];
  if (::read(first, bytes, sizeof bytes) != sizeof bytes) return 1;
  show("4 bytes read from first", first, copy, second);

  ::close(first);
  show("first closed", first, copy, second);

  int const stranger = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  fmt::print("another file is opened, and gets the number of first: {}\n", stranger == first);
  int const once_more = ::close(first);
  fmt::print("closing first once more: {}, and now that file is {}\n", once_more,
             position(stranger));
  int const again = ::close(first);
  int const error = errno;
  fmt::print("and once more: {}, {}\n", again, error == EBADF ? "EBADF" : "another error");
}
