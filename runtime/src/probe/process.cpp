#include "probe/identity.hpp"

#include <leaklab/process.hpp>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace leaklab
{
namespace
{

[[noreturn]] void fail(char const* what)
{
  throw std::system_error(errno, std::generic_category(), what);
}

/// /proc files tell no size, so they are read to the end.
std::string read_to_end(char const* path)
{
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string read_whole(char const* path)
{
  errno = 0;
  auto text = read_to_end(path);
  if (text.empty()) fail(path);
  return text;
}

std::uint64_t soft_limit(__rlimit_resource resource)
{
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0) fail("getrlimit");
  return limit.rlim_cur == RLIM_INFINITY ? 0 : limit.rlim_cur;
}

double boot_time_seconds()
{
  static constexpr std::string_view key = "\nbtime ";
  std::string const text = read_whole("/proc/stat");
  auto const at = text.find(key);
  return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + key.size(), nullptr);
}

}  // namespace

process_identity read_identity()
{
  return {getpid(), program_invocation_short_name};
}

std::string read_command_line()
{
  auto arguments = read_to_end("/proc/self/cmdline");
  if (arguments.ends_with('\0')) arguments.pop_back();
  return arguments;
}

std::string read_thread_name(int id)
{
  std::ifstream file(fmt::format("/proc/self/task/{}/comm", id));
  std::string name;
  std::getline(file, name);
  return name;
}

std::map<std::string, std::size_t> count_threads()
{
  std::map<std::string, std::size_t> counts;
  std::error_code gone;
  for (auto const& thread : std::filesystem::directory_iterator("/proc/self/task", gone))
  {
    auto const name = read_thread_name(std::stoi(thread.path().filename()));
    if (!name.empty()) ++counts[name];  // else it has just ended
  }
  return counts;
}

std::string read_memory_map()
{
  return read_to_end("/proc/self/maps");
}

std::uint64_t read_resident_bytes()
{
  // proc(5), statm: size and resident, in pages.
  std::string const text = read_whole("/proc/self/statm");
  auto const resident = text.find(' ');
  return std::strtoull(text.c_str() + resident, nullptr, 10) *
         static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

process_stats read_process_stats()
{
  auto stats = read_process_stats_but_fds();
  stats.fds = read_fd_counts();
  return stats;
}

process_stats read_process_stats_but_fds()
{
  // proc(5), stat: the name, field 2, may hold anything but ends with the last parenthesis; then
  // field 3 and so on.
  std::string const text = read_whole("/proc/self/stat");
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::array<std::string, 25> field;
  for (std::size_t i = 3; i < field.size() && fields >> field[i]; ++i)
  {
  }
  if (field.back().empty())
    throw std::system_error(EPROTO, std::generic_category(), "/proc/self/stat");

  timespec cpu{};
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu) != 0) fail("clock_gettime");
  process_stats stats;
  stats.fd_limit = soft_limit(RLIMIT_NOFILE);
  stats.resident_bytes = read_resident_bytes();
  stats.virtual_bytes = std::stoull(field[23]);
  stats.virtual_limit_bytes = soft_limit(RLIMIT_AS);
  stats.threads = std::stoul(field[20]);
  stats.cpu_seconds = static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) * 1e-9;
  stats.start_time_seconds =
      boot_time_seconds() + std::stod(field[22]) / static_cast<double>(sysconf(_SC_CLK_TCK));
  return stats;
}

}  // namespace leaklab
