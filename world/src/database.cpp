#include <sqlite3.h>
#include <world/database.hpp>

namespace world
{

database::database(std::filesystem::path const& file)
{
  sqlite3* connection = nullptr;
  auto const result = sqlite3_open(file.c_str(), &connection);
  connection_.reset(connection);  // to be closed even when it could not be opened
  if (result != SQLITE_OK) throw database_error(sqlite3_errstr(result));
  execute("PRAGMA synchronous = OFF");
}

void database::execute(char const* statements)
{
  auto* const connection = connection_.get();
  if (sqlite3_exec(connection, statements, nullptr, nullptr, nullptr) != SQLITE_OK)
    throw database_error(sqlite3_errmsg(connection));
}

void database::closer::operator()(sqlite3* connection) const noexcept
{
  sqlite3_close(connection);
}

}  // namespace world
