// A profile: what was counted, where. Made by the builders beside this file, written out by the
// encoders.
#pragma once

#include "symbols/location.hpp"

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

struct profile
{
  std::string name;  ///< "heap", "task": the last part of its URL
  std::vector<value_type> sample_types;
  std::string default_sample_type;  ///< empty: the last one
  value_type period_type;
  std::int64_t period = 1;
  std::vector<symbols::mapping> mappings;  ///< the main binary first
  std::vector<symbols::location> locations;
  std::vector<sample> samples;
  std::string drop_frames;  ///< regular expression; pprof hides the frames that match, leaf-ward
  std::vector<std::string> comments;
  std::int64_t time_ns = 0;  ///< Unix time
  std::optional<std::int64_t> duration_ns;
};

}  // namespace leaklab::model
