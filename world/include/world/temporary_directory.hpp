// A folder for the files of one run.
#pragma once

#include <filesystem>

namespace world
{

/// A new folder under the system's temporary one, removed with everything in it at the end of the
/// object's life. A process that is killed cannot do so: the next one that makes such a folder
/// removes those that dead processes have left. Throws std::system_error.
class temporary_directory
{
 public:
  temporary_directory();
  ~temporary_directory();

  temporary_directory(temporary_directory const&) = delete;
  temporary_directory& operator=(temporary_directory const&) = delete;

  [[nodiscard]] std::filesystem::path const& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace world
