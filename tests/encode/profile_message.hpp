// A profile.proto as a test reads it: with nothing of the encoder's.
#pragma once

#include <gtest/gtest.h>
#include <protozero/pbf_reader.hpp>
#include <protozero/varint.hpp>
#include <zlib.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace leaklab::test
{

inline std::string gunzip(std::string packed)
{
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
  std::string plain(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  plain.resize(stream.total_out);
  inflateEnd(&stream);
  return plain;
}

/// A message as what it says: its integers by field, in order, and its submessages.
struct message
{
  std::map<std::uint32_t, std::vector<std::int64_t>> numbers;
  std::map<std::uint32_t, std::vector<std::string>> bytes;

  explicit message(std::string const& text)
  {
    protozero::pbf_reader reader(text);
    while (reader.next())
    {
      if (reader.wire_type() == protozero::pbf_wire_type::varint)
        numbers[reader.tag()].push_back(reader.get_int64());
      else
        bytes[reader.tag()].push_back(reader.get_string());
    }
  }
  std::int64_t number(std::uint32_t field) const
  {
    return numbers.contains(field) ? numbers.at(field).at(0) : 0;
  }
  std::vector<std::int64_t> packed(std::uint32_t field) const
  {
    if (!bytes.contains(field)) return {};
    std::string const& raw = bytes.at(field).at(0);
    std::vector<std::int64_t> values;
    for (char const* at = raw.data(); at != raw.data() + raw.size();)
      values.push_back(
          static_cast<std::int64_t>(protozero::decode_varint(&at, raw.data() + raw.size())));
    return values;
  }
};

/// A profile; field numbers are those of profile.proto.
struct profile_message : message
{
  explicit profile_message(std::string packed) : message(gunzip(std::move(packed))) {}

  std::vector<message> all(std::uint32_t field) const
  {
    if (!bytes.contains(field)) return {};
    return {bytes.at(field).begin(), bytes.at(field).end()};
  }
  std::string text(std::int64_t index) const
  {
    return bytes.at(6).at(static_cast<std::size_t>(index));
  }

  /// A ValueType as "type/unit".
  std::string value_type(message const& type) const
  {
    return text(type.number(1)) + "/" + text(type.number(2));
  }

  /// The names of the functions on the stacks of its samples.
  std::set<std::string> functions() const
  {
    std::map<std::int64_t, std::string> names;
    for (auto const& function : all(5))
      names[function.number(1)] = text(function.number(2));
    std::map<std::int64_t, std::set<std::string>> of_location;
    for (auto const& location : all(4))
      if (location.bytes.contains(4))
        for (auto const& line : location.bytes.at(4))
          of_location[location.number(1)].insert(names.at(message(line).number(1)));
    std::set<std::string> seen;
    for (auto const& sample : all(2))
      for (auto const id : sample.packed(1))
        seen.merge(std::set(of_location[id]));
    return seen;
  }
};

}  // namespace leaklab::test
