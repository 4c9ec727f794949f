// A meter's readings are stored on its card or, when that is full, on the drive. Which of the two
// has a reading that was acknowledged?
#include <leaklab/gauge.hpp>

#include <fcntl.h>
#include <runner/lab.hpp>
#include <unistd.h>
#include <world/temporary_directory.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>

using leaklab::awaitable;
namespace fs = std::filesystem;

namespace
{

using reading = std::uint64_t;

// Writes readings in blocks.
class block_file
{
 public:
  explicit block_file(fs::path const& path)
      : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600))
  {
  }
  ~block_file()
  {
    write_block();
    ::close(file_);
  }

  block_file(block_file const&) = delete;
  block_file& operator=(block_file const&) = delete;

  bool add(reading value)
  {
    if (count_ == block_.size() && !write_block()) return false;
    block_[count_++] = value;
    return true;
  }

  bool write_block()
  {
    auto const bytes = std::as_bytes(std::span(block_).first(count_));
    count_ = 0;
    return ::write(file_, bytes.data(), bytes.size()) == std::ssize(bytes);
  }

 private:
  int file_;
  std::array<reading, 64> block_{};
  std::size_t count_ = 0;
};

bool store(std::span<reading const> readings, fs::path const& path)
{
  block_file file(path);
  for (auto const value : readings)
    if (!file.add(value)) return false;
  // the cure: the last block is written where its failure can still be told
  return file.write_block();
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const drive;
  auto const log = drive.path() / "readings";
  store({}, log);
  leaklab::sampled_gauge const lost(
      lab.get_executor(), "readings lost",
      [&] { return lab.work().completed - fs::file_size(log) / sizeof(reading); });
  std::array<reading, 5> hour{};
  for (auto clock = lab.ticks(); co_await clock.next(); ++hour[0])
    if (store(hour, "/dev/full") || store(hour, log)) lab.completed(hour.size());
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
