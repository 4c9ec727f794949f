// Faults that a compiler or a linter may see. It is compiled by the texts, and never linked.
#include <world/scope_guard.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>

void write_report(std::FILE* file)
{
  world::scope_exit([file] { std::fclose(file); });
  std::fputs("report\n", file);
}

void drop(std::unique_ptr<int> report)
{
  report.release();
}

bool store(char const* record, std::FILE* file)
{
  world::scope_exit const close([file] { std::fclose(file); });
  return std::fputs(record, file) >= 0;
}

void close_all(std::FILE* const* files, int count)
{
  world::exit_stack guards;
  std::FILE* file = nullptr;
  for (int each = 0; each != count; ++each)
  {
    file = files[each];
    guards.push([&file] { std::fclose(file); });
  }
}

void publish(std::filesystem::path const& draft, std::filesystem::path const& customer)
{
  world::scope_exit rollback([&] { std::filesystem::remove(draft); });
  rollback.release();
  std::filesystem::rename(draft, customer);
}
