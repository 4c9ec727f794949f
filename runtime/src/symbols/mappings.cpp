// Formats: proc(5), maps; System V ABI, generic, 5 (program header, note section); Linux Standard
// Base Core 5.0, 10.7 (NT_GNU_BUILD_ID, of owner "GNU").
#include "symbols/mappings.hpp"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

namespace leaklab::symbols
{
namespace
{

using program_header = ElfW(Phdr);
using note_bytes = std::span<std::byte const>;

constexpr std::size_t longest_id = 32;  // a linker's are 8 to 20

/// Empty when there is none among the notes.
note_bytes build_id_in(note_bytes notes, std::size_t alignment)
{
  auto const padded = [alignment](std::size_t length)
  { return (length + alignment - 1) / alignment * alignment; };
  ElfW(Nhdr) note;
  while (notes.size() >= sizeof note)
  {
    std::memcpy(&note, notes.data(), sizeof note);
    notes = notes.subspan(sizeof note);
    auto const name_size = padded(note.n_namesz);
    if (name_size > notes.size() || note.n_descsz > notes.size() - name_size) return {};
    std::string_view const owner(reinterpret_cast<char const*>(notes.data()), note.n_namesz);
    auto const content = notes.subspan(name_size, note.n_descsz);
    if (note.n_type == NT_GNU_BUILD_ID && owner == std::string_view("GNU", 4)) return content;
    notes = notes.subspan(std::min(name_size + padded(note.n_descsz), notes.size()));
  }
  return {};
}

/// Allocates nothing: the loader's lock is held, and others may wait for it within malloc.
int add_build_id(dl_phdr_info* object, std::size_t, void* argument)
{
  std::span const headers(object->dlpi_phdr, object->dlpi_phnum);
  note_bytes id;
  for (program_header const& header : headers)
    if (header.p_type == PT_NOTE && id.empty())
    {
      auto const* const begin =
          reinterpret_cast<std::byte const*>(object->dlpi_addr + header.p_vaddr);
      id = build_id_in({begin, header.p_memsz}, header.p_align == 8 ? 8 : 4);
    }
  for (mapping& each : *static_cast<std::vector<mapping>*>(argument))
  {
    auto const holds = [&](program_header const& header)
    {
      auto const begin = object->dlpi_addr + header.p_vaddr;
      return header.p_type == PT_LOAD && each.begin <= begin && begin < each.end;
    };
    if (id.size() > longest_id || std::ranges::none_of(headers, holds)) continue;
    for (auto const part : id)
      for (auto const digit : {part >> 4, part & std::byte(0xf)})
        each.build_id += "0123456789abcdef"[std::to_integer<std::size_t>(digit)];
  }
  return 0;
}

}  // namespace

std::vector<mapping> executable_mappings()
{
  std::vector<mapping> result;
  std::ifstream maps("/proc/self/maps");
  // begin-end permissions offset device inode path
  for (std::string text; std::getline(maps, text);)
  {
    std::istringstream fields(text);
    mapping found;
    char dash = 0;
    std::string permissions;
    std::string device;
    std::string inode;
    fields >> std::hex >> found.begin >> dash >> found.end >> permissions >> found.offset >>
        device >> inode >> std::ws;
    std::getline(fields, found.path);
    if (permissions.find('x') != std::string::npos) result.push_back(std::move(found));
  }
  return result;
}

std::vector<mapping> executable_files()
{
  auto result = executable_mappings();
  std::erase_if(result, [](mapping const& m) { return !m.path.starts_with('/'); });
  for (mapping& each : result)
    each.build_id.reserve(2 * longest_id);
  dl_iterate_phdr(add_build_id, &result);
  std::error_code ignored;
  std::string const program = std::filesystem::read_symlink("/proc/self/exe", ignored).string();
  std::ranges::stable_partition(result, [&](mapping const& m) { return m.path == program; });
  return result;
}

}  // namespace leaklab::symbols
