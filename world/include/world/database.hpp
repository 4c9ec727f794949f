// A SQLite database, as far as the twins need one. Link leaklab::database.
#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>

struct sqlite3;

namespace world
{

/// What SQLite says went wrong.
class database_error : public std::runtime_error
{
 public:
  using std::runtime_error::runtime_error;
};

/// A connection to the database in `file`, which is made if it is not there. Holds descriptors.
/// Leaves it to the system when to write to the disk. For one thread at a time.
class database
{
 public:
  /// Throws database_error.
  explicit database(std::filesystem::path const& file);

  /// Runs statements. Throws database_error at the first that fails.
  void execute(char const* statements);

 private:
  struct closer
  {
    void operator()(sqlite3* connection) const noexcept;
  };
  std::unique_ptr<sqlite3, closer> connection_;
};

}  // namespace world
