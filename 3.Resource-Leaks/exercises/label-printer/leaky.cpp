// Every parcel gets a label. All labels come from one printer, and each job prints through a stream
// of its own, so that jobs do not mix their lines.
#include <fcntl.h>
#include <runner/lab.hpp>
#include <unistd.h>
#include <world/temporary_directory.hpp>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

using leaklab::awaitable;

namespace
{

[[noreturn]] void fail(char const* what)
{
  throw std::system_error(errno, std::generic_category(), what);
}

class printer
{
 public:
  explicit printer(std::filesystem::path const& device)
      : device_(::open(device.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600))
  {
    if (device_ == -1) fail("printer");
  }
  ~printer() { ::close(device_); }

  printer(printer const&) = delete;
  printer& operator=(printer const&) = delete;

  [[nodiscard]] std::FILE* begin_job() const
  {
    int const job = ::fcntl(device_, F_DUPFD_CLOEXEC, 0);
    if (job == -1) fail("job");
    std::FILE* const stream = ::fdopen(job, "a");
    if (!stream) ::close(job);
    return stream;
  }

 private:
  int device_;
};

void print_label(printer const& labels, int parcel)
{
  std::FILE* const job = labels.begin_job();
  if (!job) fail("stream");
  std::fprintf(job, "parcel %d\n", parcel);
  if (parcel % 3 == 0) std::fputs("fragile\n", job);
  if (std::fflush(job) != 0) fail("label");
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const folder;
  printer const labels(folder.path() / "labels");
  int parcel = 0;
  for (auto clock = lab.ticks(); co_await clock.next();)
  {
    print_label(labels, ++parcel);
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
