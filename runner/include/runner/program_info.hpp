// What sets a program of the lab apart from the others.
#pragma once

namespace leaklab
{

/// For a twin, leaklab_add_pair() writes it from pair.json.
struct program_info
{
  char const* name = "";   ///< "blocked-send-leaky"
  char const* title = "";  ///< one sentence, for --help
  /// What the verdict is about: "tasks", "heap", "fds" or a gauge of its own.
  char const* gauge = "tasks";
  char const* work = "operations completed";  ///< what lab::completed() counts, for the last line
  double rate = 50;                           ///< events a second when --rate does not say
};

/// The program_info of this executable, defined by the source file that leaklab_add_pair()
/// generates.
extern program_info const this_program;

}  // namespace leaklab
