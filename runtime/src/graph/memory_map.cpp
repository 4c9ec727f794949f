#include "graph/memory_map.hpp"

#include "graph/proc_text.hpp"

#include <algorithm>
#include <string_view>

namespace leaklab::graph
{
namespace
{

constexpr std::size_t most_regions = 1
                                     << 18;  // the kernel's own limit is 65530 unless it is raised

backing backing_of(std::string_view path) noexcept
{
  if (path.empty() || path == "[heap]" || path.starts_with("[stack") || path.starts_with("[anon"))
    return backing::nothing;
  for (auto const* const in_memory : {"/memfd:", "/dev/shm/", "/dev/zero", "/SYSV"})
    if (path.starts_with(in_memory)) return backing::memory;
  if (path.starts_with("[")) return backing::kernel;
  if (path.starts_with("/dev/") || path.starts_with("anon_inode:")) return backing::device;
  return backing::file;
}

/// begin-end permissions offset device inode path (proc_pid_maps(5)).
region parse(std::string_view line, std::string_view& path) noexcept
{
  region found;
  found.begin = take_hex(line);
  line.remove_prefix(std::min<std::size_t>(line.size(), 1));
  found.end = take_hex(line);
  line.remove_prefix(std::min<std::size_t>(line.size(), 1));
  auto const permissions = line.substr(0, 4);
  if (permissions.size() == 4)
  {
    found.readable = permissions[0] == 'r';
    found.writable = permissions[1] == 'w';
    found.shared = permissions[3] == 's';
  }
  for (int field = 0; field != 4; ++field)
    line.remove_prefix(std::min(line.find(' '), line.size() - 1) + 1);
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  path = line;
  found.backing = backing_of(path);
  found.is_main_stack = path == "[stack]";
  found.is_program_break = path == "[heap]";
  return found;
}

}  // namespace

bool memory_map::read(workspace& space) noexcept
{
  regions_ = array<region>(space, most_regions);
  line_reader lines("/proc/self/maps");
  if (!regions_ || !lines.is_open()) return false;
  region below;
  while (auto const line = lines.next())
  {
    std::string_view path;
    auto found = parse(*line, path);
    found.lies_on_a_guard = below.end == found.begin && !below.readable && !below.writable;
    has_kernel_queue_ |= path.starts_with("anon_inode:[io_uring]") || path.starts_with("/[aio]");
    if (!regions_.push(found)) return false;
    below = found;
  }
  return !regions_.empty();
}

region const* memory_map::find(std::uintptr_t address) const noexcept
{
  auto const* const above =
      std::upper_bound(regions_.begin(), regions_.end(), address,
                       [](std::uintptr_t wanted, region const& each) { return wanted < each.end; });
  return above != regions_.end() && above->contains(address) ? above : nullptr;
}

bool memory_map::is_readable(std::uintptr_t address, std::size_t bytes) const noexcept
{
  auto const* const found = find(address);
  return found && found->readable && found->backing != backing::device &&
         bytes <= found->end - address;
}

}  // namespace leaklab::graph
