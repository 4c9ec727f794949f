#include "probe/descriptors.hpp"

#include "own_work.hpp"
#include "unwind/opening_stacks.hpp"

#include <leaklab/process.hpp>

#include <dirent.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace leaklab
{
namespace
{

[[noreturn]] void fail_to_list()
{
  throw std::system_error(errno, std::generic_category(), "/proc/self/fd");
}

std::string link_of(int fd)
{
  return "/proc/self/fd/" + std::to_string(fd);
}

/// A memfd is a regular file to stat; only its name tells (memfd_create(2)).
bool is_memfd(int fd)
{
  std::array<char, 8> target{};
  static constexpr std::string_view prefix = "/memfd:";
  ssize_t const length = readlink(link_of(fd).c_str(), target.data(), target.size());
  return length > 0 &&
         std::string_view(target.data(), static_cast<std::size_t>(length)).starts_with(prefix);
}

using kind = std::size_t fd_counts::*;

constexpr std::pair<std::string_view, kind> kinds[] = {
    {"file", &fd_counts::files},     {"directory", &fd_counts::directories},
    {"socket", &fd_counts::sockets}, {"pipe", &fd_counts::pipes},
    {"device", &fd_counts::devices}, {"anonymous", &fd_counts::anonymous},
    {"other", &fd_counts::other},
};

kind kind_of(struct statx const& status, int fd)
{
  switch (status.stx_mode & S_IFMT)
  {
    case S_IFREG:
      return status.stx_nlink == 0 && is_memfd(fd) ? &fd_counts::anonymous : &fd_counts::files;
    case S_IFDIR:
      return &fd_counts::directories;
    case S_IFSOCK:
      return &fd_counts::sockets;
    case S_IFIFO:
      return &fd_counts::pipes;
    case S_IFCHR:
    case S_IFBLK:
      return &fd_counts::devices;
    case 0:
      return &fd_counts::anonymous;  // the kernel's anonymous inode has no type
    default:
      return &fd_counts::other;
  }
}

// Calls visit(fd, kind) if this number is open.
template <class Visit>
void visit_descriptor(int fd, Visit& visit)
{
  if (auto const status = look_at_descriptor(fd)) visit(fd, kind_of(*status, fd));
}

// Calls visit(fd, kind) for each open descriptor but the one that this takes; when it has none to
// take, for all numbers below the limit.
template <class Visit>
void for_each_descriptor(Visit visit)
{
  std::unique_ptr<DIR, int (*)(DIR*)> const directory(opendir("/proc/self/fd"), closedir);
  if (!directory && errno == EMFILE)
  {
    auto const limit = sysconf(_SC_OPEN_MAX);
    for (int fd = 0; fd < limit; ++fd)
      visit_descriptor(fd, visit);
    return;
  }
  if (!directory) fail_to_list();
  int const own = dirfd(directory.get());
  for (;;)
  {
    errno = 0;
    dirent const* const entry = readdir(directory.get());
    if (!entry) break;
    std::string_view const name = entry->d_name;
    int fd = -1;
    if (std::from_chars(name.data(), name.data() + name.size(), fd).ec != std::errc{} || fd == own)
      continue;
    visit_descriptor(fd, visit);
  }
  if (errno != 0) fail_to_list();
}

// Empty for anything but an address of the internet.
std::string address_text(int (*get)(int, sockaddr*, socklen_t*), int fd)
{
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  if (get(fd, plain, &size) != 0 ||
      (address.ss_family != AF_INET && address.ss_family != AF_INET6) ||
      getnameinfo(plain, size, host.data(), host.size(), port.data(), port.size(),
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return "";
  return std::string(host.data()) + ':' + port.data();
}

}  // namespace

std::string descriptor_target(int fd)
{
  if (auto local = address_text(getsockname, fd); !local.empty())
  {
    auto const peer = address_text(getpeername, fd);
    return peer.empty() ? local : local + " to " + peer;
  }
  std::error_code gone;
  return std::filesystem::read_symlink(link_of(fd), gone).string();
}

fd_counts read_fd_counts()
{
  fd_counts counts;
  for_each_descriptor(
      [&](int, kind which)
      {
        ++counts.total;
        ++(counts.*which);
      });
  return counts;
}

std::string example_descriptor(std::string_view wanted)
{
  auto const* const known =
      std::ranges::find(kinds, wanted, [](auto const& each) { return each.first; });
  if (known == std::end(kinds)) return "";
  int highest = -1;
  for_each_descriptor(
      [&](int fd, kind which)
      {
        if (which == known->second && !own_socket::is(fd)) highest = std::max(highest, fd);
      });
  return highest < 0 ? "" : std::to_string(highest) + " -> " + descriptor_target(highest);
}

std::vector<open_descriptor> read_open_descriptors()
{
  std::vector<open_descriptor> result;
  for_each_descriptor(
      [&](int fd, kind which)
      {
        auto const* const known =
            std::ranges::find(kinds, which, [](auto const& each) { return each.second; });
        result.push_back({fd, known->first, read_opening_stack(fd)});
      });
  return result;
}

}  // namespace leaklab
