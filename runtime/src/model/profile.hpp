// A profile: what was counted, where. Made by the builders beside this file, written out by the encoders.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace leaklab::model
{

/// What a number counts and in which unit, in pprof's terms: {"inuse_space", "bytes"}.
struct value_type
{
  std::string type;
  std::string unit;

  bool operator==(value_type const&) const = default;
};

/// One line of source in a function. An address has several when calls were inlined there: innermost first.
struct source_line
{
  std::string function;      ///< as a person reads it
  std::string linkage_name;  ///< mangled, when there is one; pprof then demangles nothing by itself
  std::string file;
  std::int64_t line = 0;        ///< 0 when unknown
  std::int64_t start_line = 0;  ///< of the function; 0 when unknown

  bool operator==(source_line const&) const = default;
};

/// A place in the program. `address` is never 0 and differs between any two places, as Alloy's delta demands;
/// for code it is the address of the call (return address - 1).
struct location
{
  std::uint64_t address = 0;
  std::vector<source_line> lines;
};

struct label
{
  std::string key;
  std::string text;  ///< or, when empty, `number` with its unit
  std::int64_t number = 0;
  std::string unit;

  bool operator==(label const&) const = default;
};

struct sample
{
  std::vector<std::uint32_t> stack;  ///< indices into profile::locations, leaf first
  std::vector<std::int64_t> values;  ///< one for each of profile::sample_types
  std::vector<label> labels;         ///< sorted by key, a key once
};

/// An executable mapping of this process, from /proc/self/maps.
struct mapping
{
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t offset = 0;
  std::string path;
  std::string build_id;  ///< hexadecimal; empty when unknown
};

struct profile
{
  std::string name;  ///< "heap", "task": the last part of its URL
  std::vector<value_type> sample_types;
  std::string default_sample_type;  ///< empty: the last one
  value_type period_type;
  std::int64_t period = 1;
  std::vector<mapping> mappings;  ///< the main binary first
  std::vector<location> locations;
  std::vector<sample> samples;
  std::string drop_frames;  ///< regular expression; pprof hides the frames that match, leaf-ward
  std::vector<std::string> comments;
  std::int64_t time_ns = 0;  ///< Unix time
  std::optional<std::int64_t> duration_ns;
};

}  // namespace leaklab::model
