// Where does the error of a full disk arrive? /dev/full takes no byte.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <memory>
#include <system_error>

namespace
{

struct closer
{
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using owned_file = std::unique_ptr<std::FILE, closer>;

owned_file create(char const* path)
{
  owned_file file(std::fopen(path, "we"));
  if (!file) throw std::system_error(errno, std::generic_category(), path);
  return file;
}

/// The destructor is for the paths that have failed already; this is for the one that succeeds.
void close(owned_file file)
{
  if (std::fclose(file.release()) != 0)
    throw std::system_error(errno, std::generic_category(), "close");
}

void store(char const* record, owned_file file)
{
  if (std::fputs(record, file.get()) == EOF)
    throw std::system_error(errno, std::generic_category(), "write");
  close(std::move(file));
}

int lowest_free()
{
  int const number = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(number);
  return number;
}

}  // namespace

int main()
{
  int const before = lowest_free();
  {
    auto const file = create("/dev/full");
    fmt::print("fputs says {}\n", std::fputs("a record\n", file.get()) == EOF ? "no" : "yes");
  }  // the destructor closes, and drops the error
  fmt::print("the destructor says nothing\n");
  {
    std::ofstream file("/dev/full");
    file << "a record\n";
    fmt::print("ofstream: after << {}, ", file.good() ? "good" : "failed");
    file.close();
    fmt::print("after close() {}\n", file.good() ? "good" : "failed");
  }
  try
  {
    store("a record\n", create("/dev/full"));
  }
  catch (std::system_error const& error)
  {
    fmt::print("store: {}\n", error.what());
  }
  fmt::print("a descriptor is left: {}\n", lowest_free() != before);
}
