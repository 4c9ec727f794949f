#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <world/temporary_directory.hpp>

#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>

namespace world
{
namespace
{

namespace fs = std::filesystem;

constexpr std::string_view prefix = "leaklab-";  // then the process id and a random part

bool belongs_to_a_process_that_is_gone(std::string_view name)
{
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  pid_t owner = 0;
  auto const [end, error] = std::from_chars(name.data(), name.data() + name.size(), owner);
  return error == std::errc{} && owner > 0 && kill(owner, 0) != 0 && errno == ESRCH;
}

void remove_leftovers(fs::path const& where)
{
  std::error_code ignored;  // another process may be removing the same
  for (auto const& entry : fs::directory_iterator(where, ignored))
    if (belongs_to_a_process_that_is_gone(entry.path().filename().string()))
      fs::remove_all(entry.path(), ignored);
}

}  // namespace

temporary_directory::temporary_directory()
{
  auto const where = fs::temp_directory_path();
  remove_leftovers(where);
  auto name = (where / (std::string(prefix) + std::to_string(getpid()) + "-XXXXXX")).string();
  if (!mkdtemp(name.data())) throw std::system_error(errno, std::generic_category(), name);
  path_ = name;
}

temporary_directory::~temporary_directory()
{
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace world
