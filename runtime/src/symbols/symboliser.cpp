#include "symbols/symboliser.hpp"

#include "library_range.hpp"
#include "symbols/function_name.hpp"
#include "symbols/mappings.hpp"
#include "symbols/temporary_pages.hpp"

#include <cxxabi.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace leaklab::symbols
{
namespace
{

struct freed
{
  void operator()(void* memory) const noexcept { std::free(memory); }
};

template <typename T>
using malloced = std::unique_ptr<T, freed>;

/// Like dwfl_linux_proc_find_elf, but maps the file and closes it: libdwfl keeps a descriptor for
/// each.
int find_elf(Dwfl_Module* module, void** data, char const* name, Dwarf_Addr base, char** path,
             Elf** elf)
{
  int const fd = dwfl_linux_proc_find_elf(module, data, name, base, path, elf);
  if (fd < 0) return fd;
  elf_version(EV_CURRENT);
  *elf = elf_begin(fd, ELF_C_READ_MMAP_PRIVATE, nullptr);
  if (!*elf || elf_cntl(*elf, ELF_C_FDREAD) != 0) return fd;
  ::close(fd);
  return -1;
}

/// dwfl_standard_find_debuginfo would ask the servers of DEBUGINFOD_URLS; this finds the same files
/// on disk.
Dwfl_Callbacks const callbacks{find_elf, dwfl_build_id_find_debuginfo, nullptr, nullptr};

std::string text_of(char const* text)
{
  return text ? text : "";
}

/// Null for a name that is not mangled: `i` would be taken for the code of int.
malloced<char> demangle(std::string const& linkage_name)
{
  return malloced<char>(linkage_name.starts_with("_Z")
                            ? abi::__cxa_demangle(linkage_name.c_str(), nullptr, nullptr, nullptr)
                            : nullptr);
}

std::string readable(std::string const& linkage_name)
{
  auto const demangled = demangle(linkage_name);
  return shorten_library_name(demangled ? clean_demangled(demangled.get())
                                        : scope_and_name(linkage_name));
}

/// The class whose vtable this is the name of; empty when it is no vtable's.
std::string class_of_vtable(std::string const& linkage_name)
{
  constexpr std::string_view before = "vtable for ";
  auto const demangled = demangle(linkage_name);
  std::string_view const text = demangled ? demangled.get() : "";
  if (!text.starts_with(before)) return {};
  return block_type_name(clean_demangled(text.substr(before.size())));
}

std::string string_attribute(Dwarf_Die& die, unsigned name)
{
  Dwarf_Attribute attribute;
  return text_of(dwarf_formstring(dwarf_attr_integrate(&die, name, &attribute)));
}

std::int64_t number_attribute(Dwarf_Die& die, unsigned name)
{
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  dwarf_formudata(dwarf_attr_integrate(&die, name, &attribute), &value);
  return static_cast<std::int64_t>(value);
}

/// The DIE that declares a function: it, unlike an inlined copy, lies in the function's class and
/// namespaces.
Dwarf_Die declaration_of(Dwarf_Die die)
{
  for (unsigned const reference : {DW_AT_abstract_origin, DW_AT_specification})
  {
    Dwarf_Attribute attribute;
    Dwarf_Die target;
    if (dwarf_formref_die(dwarf_attr(&die, reference, &attribute), &target)) die = target;
  }
  return die;
}

bool qualifies(int tag)
{
  return tag == DW_TAG_namespace || tag == DW_TAG_class_type || tag == DW_TAG_structure_type ||
         tag == DW_TAG_subprogram;
}

/// The child of `parent` that `die` is, or lies in.
std::optional<Dwarf_Die> child_around(Dwarf_Die& parent, Dwarf_Die const& die)
{
  std::optional<Dwarf_Die> last;
  Dwarf_Die child;
  // They lie in the order of their addresses, each before what is in it.
  for (int end = dwarf_child(&parent, &child); end == 0 && child.addr <= die.addr;
       end = dwarf_siblingof(&child, &child))
    last = child;
  return last;
}

/// The name of a function that DWARF gives no mangled one, as it does for internal linkage: without
/// parameters.
std::string qualified_name(Dwarf_Die const& function)
{
  Dwarf_Die declaration = declaration_of(function);
  std::string const own = text_of(dwarf_diename(&declaration));
  std::string name;
  Dwarf_Die unit;
  std::optional<Dwarf_Die> scope;
  if (dwarf_diecu(&declaration, &unit, nullptr, nullptr)) scope = child_around(unit, declaration);
  while (scope && scope->addr != declaration.addr)
  {
    auto const inner = child_around(*scope, declaration);
    bool const is_innermost = inner && inner->addr == declaration.addr;
    char const* text = dwarf_diename(&*scope);
    if (!text && is_innermost && own == "operator()") text = "<lambda>";
    if (text && qualifies(dwarf_tag(&*scope))) name.append(text).append("::");
    scope = inner;
  }
  return shorten_library_name(clean_demangled(name + own));
}

/// `symbol` is what the symbol table calls it, if anything: that knows the clones, such as a
/// coroutine's ".actor", which DWARF calls by their origin's name.
source_line function_at(Dwarf_Die& die, char const* symbol)
{
  source_line line;
  line.linkage_name = symbol ? symbol : string_attribute(die, DW_AT_linkage_name);
  line.function = line.linkage_name.empty() ? qualified_name(die) : readable(line.linkage_name);
  line.start_line = number_attribute(die, DW_AT_decl_line);
  return line;
}

struct place
{
  std::string file;
  std::int64_t line = 0;
};

/// Files are recorded relative to where the compiler ran, which distributions may have replaced by
/// a relative path.
std::string absolute(Dwarf_Die& cu, char const* file)
{
  std::filesystem::path const directory = string_attribute(cu, DW_AT_comp_dir);
  std::filesystem::path const path = text_of(file);
  return (directory.is_absolute() ? directory / path : path).lexically_normal().string();
}

place place_of(Dwarf_Die& cu, std::uint64_t address)
{
  Dwarf_Line* const found = dwarf_getsrc_die(&cu, address);
  int number = 0;
  char const* const file = found ? dwarf_linesrc(found, nullptr, nullptr) : nullptr;
  return file && dwarf_lineno(found, &number) == 0 ? place{absolute(cu, file), number} : place{};
}

/// dwfl_module_addrdie looks at .debug_aranges alone, which Clang does not write, and takes an
/// address between two ranges for one of the first.
Dwarf_Die* unit_at(Dwfl_Module* module, std::uint64_t address, Dwarf_Addr& bias)
{
  Dwarf_Die* cu = dwfl_module_addrdie(module, address, &bias);
  if (cu && dwarf_haspc(cu, address - bias) == 1) return cu;
  cu = nullptr;
  while ((cu = dwfl_module_nextcu(module, cu, &bias)))
    if (dwarf_haspc(cu, address - bias) == 1) return cu;
  return nullptr;
}

/// Where an inlined function was called.
place call_site(Dwarf_Die& cu, Dwarf_Die& inlined)
{
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  if (dwarf_getsrcfiles(&cu, &files, &count) != 0) return {};
  auto const index = static_cast<std::size_t>(number_attribute(inlined, DW_AT_call_file));
  char const* const file = index < count ? dwarf_filesrc(files, index, nullptr, nullptr) : nullptr;
  return file ? place{absolute(cu, file), number_attribute(inlined, DW_AT_call_line)} : place{};
}

/// Adds the function below `parent` whose code holds `address`, then the calls inlined there from
/// the outside in. dwarf_getscopes goes on beyond an inlined call with where the callee was defined,
/// and to see the callers takes another walk over all that the unit holds.
bool add_functions(Dwarf_Die& parent, Dwarf_Addr address, std::vector<Dwarf_Die>& functions)
{
  std::vector<Dwarf_Die> namespaces;  // where clang leaves functions
  Dwarf_Die child;
  for (int end = dwarf_child(&parent, &child); end == 0; end = dwarf_siblingof(&child, &child))
  {
    int const tag = dwarf_tag(&child);
    switch (tag)
    {
      case DW_TAG_namespace:
        namespaces.push_back(child);
        break;
      case DW_TAG_subprogram:
      case DW_TAG_inlined_subroutine:
      case DW_TAG_lexical_block:
      case DW_TAG_try_block:
      case DW_TAG_catch_block:
        if (dwarf_haspc(&child, address) <= 0) break;
        if (tag == DW_TAG_subprogram) functions.clear();
        if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine)
          functions.push_back(child);
        add_functions(child, address, functions);
        return true;
      default:
        break;
    }
  }
  return std::ranges::any_of(
      namespaces, [&](Dwarf_Die& each) { return add_functions(each, address, functions); });
}

/// The function at `address`, which `symbol` is the name of, and the calls inlined around it,
/// innermost first; empty without debug data.
std::vector<source_line> dwarf_lines(Dwfl_Module* module, std::uint64_t address, char const* symbol)
{
  std::vector<source_line> lines;
  Dwarf_Addr bias = 0;
  Dwarf_Die* const cu = unit_at(module, address, bias);
  if (!cu) return lines;
  std::vector<Dwarf_Die> functions;
  add_functions(*cu, address - bias, functions);
  place at = place_of(*cu, address - bias);
  for (Dwarf_Die& each : functions | std::views::reverse)
  {
    bool const is_outermost = &each == &functions.front();
    source_line& line = lines.emplace_back(function_at(each, is_outermost ? symbol : nullptr));
    line.file = at.file;
    line.line = at.line;
    at = call_site(*cu, each);
  }
  // Clang's -g1 has lines, and functions only where something was inlined.
  if (lines.empty() && at.line != 0)
    lines.push_back({symbol ? readable(symbol) : "", text_of(symbol), at.file, at.line, 0});
  return lines;
}

/// Where its debug data is installed it is large, compressed and needed for every profile, as
/// threads begin in this library. What its symbol table says is as good to a reader.
bool is_in_c_library(std::uint64_t address)
{
  static library_range const c_library(dlsym(RTLD_DEFAULT, "gnu_get_libc_version"));
  return c_library.contains(reinterpret_cast<void const*>(address));
}

/// "libstdc++.so.6.0.30+0xd44a2", the same in every run; "0x…" outside of all files.
std::string place_without_name(Dwfl_Module* module, std::uint64_t address)
{
  if (!module) return fmt::format("{:#x}", address);
  Dwarf_Addr begin = 0;
  std::filesystem::path const file =
      dwfl_module_info(module, nullptr, &begin, nullptr, nullptr, nullptr, nullptr, nullptr);
  return fmt::format("{}+{:#x}", file.filename().string(), address - begin);
}

}  // namespace

/// The files that are mapped, with what was read of them.
class debug_data
{
 public:
  std::vector<source_line> look_up(std::uint64_t address)
  {
    Dwfl_Module* const module = known_module_at(address);
    GElf_Off offset = 0;
    GElf_Sym entry;
    char const* const symbol =
        module ? dwfl_module_addrinfo(module, address, &offset, &entry, nullptr, nullptr, nullptr)
               : nullptr;
    std::vector<source_line> lines;
    if (module && !is_in_c_library(address)) lines = dwarf_lines(module, address, symbol);
    if (lines.empty()) lines.push_back({symbol ? readable(symbol) : "", text_of(symbol), "", 0, 0});
    if (lines.back().function.empty()) lines.back().function = place_without_name(module, address);
    return lines;
  }

  std::optional<variable> look_up_variable(std::uint64_t address)
  {
    Dwfl_Module* const module = known_module_at(address);
    if (!module) return std::nullopt;
    GElf_Off offset = 0;
    GElf_Sym entry{};
    char const* const symbol =
        dwfl_module_addrinfo(module, address, &offset, &entry, nullptr, nullptr, nullptr);
    // An address between two variables gets a mark without a size, such as __bss_start.
    bool const is_variable =
        symbol && GELF_ST_TYPE(entry.st_info) == STT_OBJECT && offset < entry.st_size;
    if (!is_variable) return variable{place_without_name(module, address), "", 0, ""};
    return variable{readable(symbol), symbol, offset, class_of_vtable(symbol)};
  }

  std::optional<variable> look_up_thread_variable(std::uint64_t module, std::uint64_t offset)
  {
    std::optional<variable> found;
    for_each_symbol(known_module_at(module),
                    [&](char const* name, GElf_Sym const& entry, GElf_Addr)
                    {
                      if (GELF_ST_TYPE(entry.st_info) == STT_TLS && entry.st_value <= offset &&
                          offset - entry.st_value < entry.st_size)
                        found = variable{readable(name), name, offset - entry.st_value, ""};
                    });
    return found;
  }

  std::string look_up_callable(std::uint64_t wanted)
  {
    Dwfl_Module* const module = known_module_at(wanted);
    char const* const first = module ? dwfl_module_addrname(module, wanted) : nullptr;
    auto const demangled = demangle(text_of(first));
    auto callable = demangled ? callable_of_invoker(demangled.get()) : "";
    if (callable.empty()) return callable;
    bool is_only_one = true;
    for_each_symbol(module, [&](char const* name, GElf_Sym const&, GElf_Addr address)
                    { is_only_one &= address != wanted || std::string_view(name) == first; });
    return is_only_one ? callable : "";
  }

  /// Whether /proc/self/maps could not be read, for want of a descriptor.
  [[nodiscard]] bool is_blind() const noexcept { return !sees_; }

 private:
  /// Learns what is loaded now; modules seen before keep the data read for them. Not by
  /// dwfl_linux_proc_report: that takes a library and a copy of its file, such as find_elf maps,
  /// for one module where they follow each other in memory, and then looks for its functions in the
  /// wrong places.
  void refresh()
  {
    auto const loaded = executable_mappings();
    sees_ = !loaded.empty();
    dwfl_report_begin(dwfl_.get());
    for (mapping const& found : loaded)
    {
      auto const object = library_range::of_object(reinterpret_cast<void const*>(found.begin));
      // libdwfl reads the kernel's library out of the process that its name tells.
      std::string const name =
          found.path == "[vdso]" ? fmt::format("[vdso: {}]", getpid()) : found.path;
      if (object.begin() != 0)
        dwfl_report_module(dwfl_.get(), name.c_str(), object.begin(), object.end());
    }
    dwfl_report_end(dwfl_.get(), nullptr, nullptr);
  }

  /// Those that the file defines; none when `module` is null.
  template <class Visit>
  static void for_each_symbol(Dwfl_Module* module, Visit visit)
  {
    int const count = module ? dwfl_module_getsymtab(module) : 0;
    for (int i = 1; i < count; ++i)
    {
      GElf_Sym entry{};
      GElf_Addr address = 0;
      char const* const name =
          dwfl_module_getsym_info(module, i, &entry, &address, nullptr, nullptr, nullptr);
      if (name && entry.st_shndx != SHN_UNDEF) visit(name, entry, address);
    }
  }

  /// Null when nothing is mapped at the address.
  Dwfl_Module* known_module_at(std::uint64_t address)
  {
    Dwfl_Module* const module = module_at(address);
    if (module || sees_) return module;  // the maps are read once
    refresh();
    return module_at(address);
  }

  /// The library's answer may lie before a gap, in which the address is.
  Dwfl_Module* module_at(std::uint64_t address)
  {
    Dwfl_Module* const module = dwfl_addrmodule(dwfl_.get(), address);
    Dwarf_Addr end = 0;
    if (module)
      dwfl_module_info(module, nullptr, nullptr, &end, nullptr, nullptr, nullptr, nullptr);
    return address < end ? module : nullptr;
  }

  bool sees_ = false;
  temporary_pages pages_;  // ends last
  std::unique_ptr<Dwfl, decltype(&dwfl_end)> dwfl_{dwfl_begin(&callbacks), dwfl_end};
};

struct symboliser::impl
{
  using answers = std::unordered_map<std::uint64_t, std::vector<source_line>>;

  std::mutex mutex;
  answers known;
  answers guessed;  // while nothing could be read: to be asked again
  std::optional<debug_data> data;
  int readings = 0;

  template <class Question>
  auto ask(Question question)
  {
    std::lock_guard const lock(mutex);
    if (!data) data.emplace();
    auto answer = question(*data);
    if (readings == 0) data.reset();
    return answer;
  }
};

symboliser::reading::reading(symboliser& symbols) : symbols_(*symbols.impl_)
{
  std::lock_guard const lock(symbols_.mutex);
  ++symbols_.readings;
}

symboliser::reading::~reading()
{
  std::lock_guard const lock(symbols_.mutex);
  if (--symbols_.readings == 0) symbols_.data.reset();
}

symboliser::symboliser() : impl_(std::make_unique<impl>())
{
}

symboliser::~symboliser() = default;

std::vector<source_line> const& symboliser::lines(std::uint64_t address)
{
  std::lock_guard const lock(impl_->mutex);
  auto const known = impl_->known.find(address);
  if (known != impl_->known.end()) return known->second;
  if (!impl_->data) impl_->data.emplace();
  auto found = impl_->data->look_up(address);
  auto& answers = impl_->data->is_blind() ? impl_->guessed : impl_->known;
  if (impl_->readings == 0) impl_->data.reset();
  return answers.emplace(address, std::move(found)).first->second;
}

std::optional<variable> symboliser::variable_at(std::uint64_t address)
{
  return impl_->ask([&](debug_data& data) { return data.look_up_variable(address); });
}

std::optional<variable> symboliser::thread_variable_at(std::uint64_t module, std::uint64_t offset)
{
  return impl_->ask([&](debug_data& data) { return data.look_up_thread_variable(module, offset); });
}

std::string symboliser::callable_at(std::uint64_t address)
{
  return impl_->ask([&](debug_data& data) { return data.look_up_callable(address); });
}

std::vector<mapping> symboliser::mappings()
{
  return executable_files();
}

}  // namespace leaklab::symbols
