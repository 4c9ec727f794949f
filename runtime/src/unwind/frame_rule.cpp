// Formats: DWARF 5, 6.4 and 7.24 (call frame information); Linux Standard Base Core 5.0, 10.5 and
// 10.6 (how .eh_frame differs); System V ABI, AMD64 supplement, figure 3.36 (the registers'
// numbers).
#include "unwind/frame_rule.hpp"

#include <dwarf.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

#if defined(__x86_64__)

// The unwinder's own (libgcc/unwind-dw2-fde.h in GCC's sources): the frame description entry of an
// address.
struct dwarf_eh_bases
{
  void* text;
  void* data;
  void* function;
};
extern "C" void const* _Unwind_Find_FDE(void* address, dwarf_eh_bases* bases);

namespace leaklab
{
namespace
{

/// Of registers, as call frame information counts them.
namespace number_of
{
constexpr std::uint64_t rbp = 6;
constexpr std::uint64_t rsp = 7;
constexpr std::uint64_t return_address = 16;
}  // namespace number_of

class cfi_bytes
{
 public:
  cfi_bytes(std::uint8_t const* begin, std::uint64_t size) noexcept : at_(begin), end_(begin + size)
  {
  }

  [[nodiscard]] bool empty() const noexcept { return at_ >= end_; }

  template <class T>
  T take() noexcept
  {
    T value;
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return value;
  }

  cfi_bytes take_bytes(std::uint64_t size) noexcept
  {
    at_ += size;
    return {at_ - size, size};
  }

  std::uint64_t uleb() noexcept { return leb(false); }
  std::int64_t sleb() noexcept { return static_cast<std::int64_t>(leb(true)); }
  std::int64_t offset() noexcept { return static_cast<std::int64_t>(uleb()); }

  char const* text() noexcept
  {
    auto const* const found = reinterpret_cast<char const*>(at_);
    at_ += std::strlen(found) + 1;
    return found;
  }

  /// A record: its length, then as much.
  static cfi_bytes record(std::uint8_t const* begin) noexcept
  {
    cfi_bytes length(begin, sizeof(std::uint32_t));
    auto const size = length.take<std::uint32_t>();
    bool const is_long = size == 0xffffffff;  // linkers write no .eh_frame of 4 GiB
    return {length.at_, is_long ? 0 : size};
  }

  [[nodiscard]] std::uint8_t const* position() const noexcept { return at_; }

 private:
  std::uint64_t leb(bool is_signed) noexcept
  {
    std::uint64_t value = 0;
    unsigned bits = 0;
    std::uint8_t byte = 0;
    do
    {
      byte = take<std::uint8_t>();
      if (bits < 64) value |= std::uint64_t(byte & 0x7f) << bits;
      bits += 7;
    } while (byte & 0x80);
    if (is_signed && (byte & 0x40) && bits < 64) value |= ~std::uint64_t(0) << bits;
    return value;
  }

  std::uint8_t const* at_;
  std::uint8_t const* end_;
};

/// Where the caller's value of a register is.
struct saved_value
{
  enum
  {
    unchanged,
    in_frame,
    none,
    elsewhere
  } where = unchanged;
  std::int64_t offset = 0;  // in_frame: from the caller's rsp
};

/// What the instructions have said so far, of what a frame_rule needs.
struct cfi_row
{
  std::uint64_t base = number_of::rsp;
  std::int64_t offset = 0;
  bool is_computed = false;  // by an expression
  saved_value saved_rbp;
  saved_value returns_to;

  void set(std::uint64_t reg, saved_value value) noexcept
  {
    if (reg == number_of::rbp) saved_rbp = value;
    if (reg == number_of::return_address) returns_to = value;
  }
};

/// What the functions of one kind have in common (a "common information entry").
struct cfi_common
{
  std::uint64_t code_unit = 0;
  std::int64_t data_unit = 0;
  std::uint8_t pointer_format = DW_EH_PE_absptr;
  bool is_known = false;
  cfi_bytes instructions{nullptr, 0};
};

/// The bytes of an encoded pointer, 0 for a format that x86-64's toolchains do not use here.
std::size_t pointer_size(std::uint8_t format) noexcept
{
  switch (format & 0xf)
  {
    case DW_EH_PE_absptr:
    case DW_EH_PE_udata8:
    case DW_EH_PE_sdata8:
      return 8;
    case DW_EH_PE_udata4:
    case DW_EH_PE_sdata4:
      return 4;
    default:
      return 0;
  }
}

cfi_common read_common(cfi_bytes in) noexcept
{
  cfi_common common;
  in.take<std::uint32_t>();  // the id
  auto const version = in.take<std::uint8_t>();
  std::string_view const augmentation = in.text();
  common.code_unit = in.uleb();
  common.data_unit = in.sleb();
  auto const return_column = version == 1 ? in.take<std::uint8_t>() : in.uleb();
  if ((version != 1 && version != 3) || !augmentation.starts_with('z') ||
      return_column != number_of::return_address)
    return common;
  auto data = in.take_bytes(in.uleb());
  for (char const part : augmentation.substr(1))
  {
    if (part == 'R')
      common.pointer_format = data.take<std::uint8_t>();
    else if (part == 'L')
      data.take<std::uint8_t>();
    else if (part == 'P')
      data.take_bytes(pointer_size(data.take<std::uint8_t>()));
    else
      return common;  // 'S', a signal's frame, among them
  }
  common.is_known = pointer_size(common.pointer_format) != 0;
  common.instructions = in;
  return common;
}

/// Executes instructions up to the row of `address`. False when one is not known: all that GCC and
/// Clang write for x86-64 are, and what the C library writes by hand.
class cfi_program
{
 public:
  cfi_program(cfi_common const& common, std::uintptr_t function, std::uintptr_t address) noexcept
      : common_(common), location_(function), address_(address)
  {
  }

  bool run(cfi_bytes in) noexcept
  {
    while (!in.empty() && location_ <= address_)
      if (!step(in)) return false;
    return true;
  }

  /// What follows restores registers to this.
  void begin_function() noexcept { first_ = row_; }

  [[nodiscard]] cfi_row const& row() const noexcept { return row_; }

 private:
  bool step(cfi_bytes& in) noexcept;

  void advance(std::uint64_t units) noexcept { location_ += units * common_.code_unit; }
  void restore(std::uint64_t reg) noexcept
  {
    row_.set(reg, reg == number_of::rbp ? first_.saved_rbp : first_.returns_to);
  }
  void save(std::uint64_t reg, std::int64_t units) noexcept
  {
    row_.set(reg, {saved_value::in_frame, units * common_.data_unit});
  }
  void define(std::uint64_t base, std::int64_t offset) noexcept
  {
    row_.base = base;
    row_.offset = offset;
    row_.is_computed = false;
  }

  cfi_common const& common_;
  std::uintptr_t location_;
  std::uintptr_t address_;
  cfi_row first_;
  cfi_row row_;
  std::array<cfi_row, 8> remembered_;
  std::size_t depth_ = 0;
};

bool cfi_program::step(cfi_bytes& in) noexcept
{
  auto const code = in.take<std::uint8_t>();
  // Three instructions are in the two high bits, and have an operand in the others.
  std::uint8_t const high = code & 0xc0;
  std::uint8_t const low = code & 0x3f;
  std::uint64_t reg = 0;
  switch (high ? high : low)
  {
    case DW_CFA_nop:
      break;
    case DW_CFA_GNU_args_size:
      in.uleb();
      break;

    case DW_CFA_advance_loc:
      advance(low);
      break;
    case DW_CFA_advance_loc1:
      advance(in.take<std::uint8_t>());
      break;
    case DW_CFA_advance_loc2:
      advance(in.take<std::uint16_t>());
      break;
    case DW_CFA_advance_loc4:
      advance(in.take<std::uint32_t>());
      break;

    case DW_CFA_offset:
      save(low, in.offset());
      break;
    case DW_CFA_restore:
      restore(low);
      break;
    case DW_CFA_undefined:
      row_.set(in.uleb(), {saved_value::none});
      break;
    case DW_CFA_register:
      row_.set(in.uleb(), {saved_value::elsewhere});
      in.uleb();
      break;
    case DW_CFA_expression:
    case DW_CFA_val_expression:
      row_.set(in.uleb(), {saved_value::elsewhere});
      in.take_bytes(in.uleb());
      break;

    case DW_CFA_def_cfa:
      reg = in.uleb();
      define(reg, in.offset());
      break;
    case DW_CFA_def_cfa_register:
      define(in.uleb(), row_.offset);
      break;
    case DW_CFA_def_cfa_offset:
      define(row_.base, in.offset());
      break;
    case DW_CFA_def_cfa_expression:
      in.take_bytes(in.uleb());
      row_.is_computed = true;
      break;

    case DW_CFA_remember_state:
      if (depth_ == remembered_.size()) return false;
      remembered_[depth_++] = row_;
      break;
    case DW_CFA_restore_state:
      if (depth_ == 0) return false;
      row_ = remembered_[--depth_];
      break;

    default:
      return false;
  }
  return true;
}

/// The bytes from `offset` up to the caller's rsp, 0 when a rule cannot say it.
std::uint32_t below(std::int64_t offset) noexcept
{
  return offset < 0 && offset >= -0x7fff'ffff && offset % 8 == 0
             ? static_cast<std::uint32_t>(-offset)
             : 0;
}

std::optional<frame_rule> rule_of(cfi_row const& row) noexcept
{
  if (row.returns_to.where == saved_value::none) return frame_rule{};
  bool const is_plain =
      !row.is_computed && (row.base == number_of::rsp || row.base == number_of::rbp) &&
      row.returns_to.where == saved_value::in_frame && row.returns_to.offset == -8;
  frame_rule const rule{
      below(-row.offset), row.base == number_of::rbp,
      row.saved_rbp.where == saved_value::in_frame ? below(row.saved_rbp.offset) : 0};
  bool const rbp_is_known = row.saved_rbp.where == saved_value::unchanged || rule.saved_rbp != 0;
  if (!is_plain || rule.size == 0 || !rbp_is_known) return std::nullopt;
  return rule;
}

}  // namespace

std::optional<frame_rule> read_frame_rule(std::uintptr_t return_address) noexcept
{
  auto const address =
      return_address - 1;  // in the call: what it returns to may belong to another function
  dwarf_eh_bases bases{};
  auto const* const entry =
      static_cast<std::uint8_t const*>(_Unwind_Find_FDE(reinterpret_cast<void*>(address), &bases));
  if (!entry) return std::nullopt;
  auto function = cfi_bytes::record(entry);
  if (function.empty()) return std::nullopt;
  auto const* const id = function.position();
  auto const common = read_common(cfi_bytes::record(id - function.take<std::int32_t>()));
  if (!common.is_known) return std::nullopt;
  function.take_bytes(2 * pointer_size(common.pointer_format));  // where it begins, how long it is
  function.take_bytes(function.uleb());  // what the augmentation has to say of it

  cfi_program program(common, reinterpret_cast<std::uintptr_t>(bases.function), address);
  if (!program.run(common.instructions)) return std::nullopt;
  program.begin_function();
  if (!program.run(function)) return std::nullopt;
  return rule_of(program.row());
}

}  // namespace leaklab

#else

namespace leaklab
{

std::optional<frame_rule> read_frame_rule(std::uintptr_t) noexcept
{
  return std::nullopt;
}

}  // namespace leaklab

#endif
