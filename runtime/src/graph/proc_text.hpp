// Text of /proc, read without the heap, and without the functions that leaklab::descriptors stands
// ahead of.
#pragma once

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace leaklab::graph
{

/// A descriptor of this process for as long as it lives.
class raw_file
{
 public:
  explicit raw_file(char const* path, int flags = O_RDONLY) noexcept
      : fd_(static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0)))
  {
  }
  ~raw_file()
  {
    if (fd_ >= 0) ::syscall(SYS_close, fd_);
  }

  raw_file(raw_file const&) = delete;
  raw_file& operator=(raw_file const&) = delete;

  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

/// A path of the text before, the number and the text behind it, as /proc has them.
class proc_path
{
 public:
  proc_path(std::string_view before, std::uint64_t number, std::string_view behind = {}) noexcept
  {
    char* end = append(text_.data(), before);
    end = std::to_chars(end, text_.data() + text_.size() - 1, number).ptr;
    *append(end, behind) = '\0';
  }

  [[nodiscard]] char const* c_str() const noexcept { return text_.data(); }

 private:
  char* append(char* to, std::string_view text) noexcept
  {
    std::memcpy(to, text.data(), text.size());
    return to + text.size();
  }

  std::array<char, 80> text_{};
};

/// Gives the lines of a file one by one. One that is longer than 4 KiB, as no file has it that this
/// is for, is cut.
class line_reader
{
 public:
  explicit line_reader(char const* path) noexcept : file_(path) {}

  [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(file_); }

  /// Valid until the next call. Nothing at the end.
  [[nodiscard]] std::optional<std::string_view> next() noexcept
  {
    for (;;)
    {
      std::string_view const rest(buffer_.data() + begin_, end_ - begin_);
      if (auto const found = rest.find('\n'); found != rest.npos)
      {
        begin_ += found + 1;
        return rest.substr(0, found);
      }
      std::memmove(buffer_.data(), buffer_.data() + begin_, rest.size());
      begin_ = 0;
      end_ = rest.size();
      auto const got =
          end_ == buffer_.size() || !file_
              ? 0
              : ::syscall(SYS_read, file_.get(), buffer_.data() + end_, buffer_.size() - end_);
      if (got > 0)
      {
        end_ += static_cast<std::size_t>(got);
        continue;
      }
      if (end_ == 0) return std::nullopt;
      begin_ = end_;
      return std::string_view(buffer_.data(), end_);
    }
  }

 private:
  raw_file file_;
  std::array<char, 4096> buffer_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// Calls `found` with the number that each entry of a folder of /proc is called by, such as a thread
/// or a descriptor. False when the folder could not be read.
template <class Found>
bool for_each_number(char const* folder, Found found) noexcept
{
  raw_file const opened(folder, O_RDONLY | O_DIRECTORY);
  if (!opened) return false;
  alignas(8) std::array<char, 4096> buffer;
  for (;;)
  {
    auto const got = ::syscall(SYS_getdents64, opened.get(), buffer.data(), buffer.size());
    if (got <= 0) return got == 0;
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);)
    {
      // getdents(2): inode, offset, length of the entry, kind, name
      constexpr std::size_t length_at = 16;
      constexpr std::size_t name_at = 19;
      std::uint16_t length = 0;
      std::memcpy(&length, buffer.data() + at + length_at, sizeof length);
      std::string_view const name(buffer.data() + at + name_at);
      std::uint32_t number = 0;
      if (std::from_chars(name.data(), name.data() + name.size(), number).ec == std::errc{})
        found(number);
      at += length;
    }
  }
}

/// Takes a hexadecimal number from the front of a text; 0 when there is none.
[[nodiscard]] inline std::uint64_t take_hex(std::string_view& text) noexcept
{
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

}  // namespace leaklab::graph
