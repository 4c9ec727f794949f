#include "pprof.hpp"

#include "encode/gzip.hpp"

#include <protozero/pbf_writer.hpp>

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace leaklab::encode
{
namespace
{

using protozero::pbf_writer;

/// Field numbers of profile.proto. Fields that hold the index of a string are written as the
/// integers that they are.
namespace field
{
enum profile : protozero::pbf_tag_type
{
  sample_type = 1,
  sample,
  mapping,
  location,
  function,
  string_table,
  drop_frames,
  time_nanos = 9,
  duration_nanos,
  period_type,
  period,
  comment,
  default_sample_type
};
enum value_type : protozero::pbf_tag_type
{
  type = 1,
  unit
};
enum sample_ : protozero::pbf_tag_type
{
  location_id = 1,
  value,
  label
};
enum label_ : protozero::pbf_tag_type
{
  key = 1,
  str,
  num,
  num_unit
};
enum mapping_ : protozero::pbf_tag_type
{
  mapping_number = 1,
  memory_start,
  memory_limit,
  file_offset,
  filename,
  build_id,
  has_functions,
  has_filenames,
  has_line_numbers,
  has_inline_frames
};
enum location_ : protozero::pbf_tag_type
{
  location_number = 1,
  mapping_id,
  address,
  line
};
enum line_ : protozero::pbf_tag_type
{
  function_id = 1,
  line_number
};
enum function_ : protozero::pbf_tag_type
{
  function_number = 1,
  name,
  system_name,
  function_file,
  start_line
};
}  // namespace field

class encoder
{
 public:
  explicit encoder(model::profile const& profile) : profile_(profile) {}

  std::string encode()
  {
    for (auto const& type : profile_.sample_types)
      write_value_type(field::sample_type, type);
    for (auto const& sample : profile_.samples)
      write_sample(sample);
    for (std::size_t i = 0; i < profile_.mappings.size(); ++i)
      write_mapping(i + 1, profile_.mappings[i]);
    for (std::size_t i = 0; i < profile_.locations.size(); ++i)
      write_location(i + 1, profile_.locations[i]);
    write_functions();
    out_.add_int64(field::drop_frames, string_index(profile_.drop_frames));
    out_.add_int64(field::time_nanos, profile_.time_ns);
    if (profile_.duration_ns) out_.add_int64(field::duration_nanos, *profile_.duration_ns);
    write_value_type(field::period_type, profile_.period_type);
    out_.add_int64(field::period, profile_.period);
    for (auto const& comment : profile_.comments)
      out_.add_int64(field::comment, string_index(comment));
    out_.add_int64(field::default_sample_type, string_index(profile_.default_sample_type));
    for (auto const text : strings_)
      out_.add_string(field::string_table, text.data(), text.size());
    return gzip_stream(Z_DEFAULT_COMPRESSION).end(bytes_);
  }

 private:
  /// Strings of the profile, which outlives this; the first is the empty one.
  std::int64_t string_index(std::string_view text)
  {
    auto const [known, is_new] =
        string_indices_.emplace(text, static_cast<std::int64_t>(strings_.size()));
    if (is_new) strings_.push_back(text);
    return known->second;
  }

  void write_value_type(field::profile number, model::value_type const& type)
  {
    pbf_writer message(out_, number);
    message.add_int64(field::type, string_index(type.type));
    message.add_int64(field::unit, string_index(type.unit));
  }

  void write_sample(model::sample const& sample)
  {
    pbf_writer message(out_, field::sample);
    std::vector<std::uint64_t> ids(sample.stack.begin(), sample.stack.end());
    for (auto& id : ids)
      ++id;
    message.add_packed_uint64(field::location_id, ids.begin(), ids.end());
    message.add_packed_int64(field::value, sample.values.begin(), sample.values.end());
    for (auto const& label : sample.labels)
    {
      pbf_writer item(message, field::label);
      item.add_int64(field::key, string_index(label.key));
      if (!label.text.empty())
      {
        item.add_int64(field::str, string_index(label.text));
        continue;
      }
      item.add_int64(field::num, label.number);
      item.add_int64(field::num_unit, string_index(label.unit));
    }
  }

  void write_mapping(std::uint64_t id, symbols::mapping const& mapping)
  {
    pbf_writer message(out_, field::mapping);
    message.add_uint64(field::mapping_number, id);
    message.add_uint64(field::memory_start, mapping.begin);
    message.add_uint64(field::memory_limit, mapping.end);
    message.add_uint64(field::file_offset, mapping.offset);
    message.add_int64(field::filename, string_index(mapping.path));
    // pprof of Go 1.24 cuts off the first two characters without asking whether there are two.
    if (mapping.build_id.size() >= 2)
      message.add_int64(field::build_id, string_index(mapping.build_id));
    for (auto const flag : {field::has_functions, field::has_filenames, field::has_line_numbers,
                            field::has_inline_frames})
      message.add_bool(flag, true);
  }

  /// The mapping that the address lies in. One in none gets the main binary's, so that no location
  /// counts as not symbolised. 0, which means none, when there are no mappings.
  std::uint64_t mapping_id(std::uint64_t address) const
  {
    auto const& all = profile_.mappings;
    auto const found = std::find_if(all.begin(), all.end(),
                                    [address](auto const& mapping)
                                    { return mapping.begin <= address && address < mapping.end; });
    if (found == all.end()) return all.empty() ? 0 : 1;
    return static_cast<std::uint64_t>(found - all.begin()) + 1;
  }

  void write_location(std::uint64_t id, symbols::location const& location)
  {
    pbf_writer message(out_, field::location);
    message.add_uint64(field::location_number, id);
    message.add_uint64(field::mapping_id, mapping_id(location.address));
    message.add_uint64(field::address, location.address);
    for (auto const& line : location.lines)
    {
      pbf_writer item(message, field::line);
      item.add_uint64(field::function_id, function_id(line));
      item.add_int64(field::line_number, line.line);
    }
  }

  /// Ids count up from 1 in the order of appearance, which Parca insists on.
  std::uint64_t function_id(symbols::source_line const& line)
  {
    auto const id = functions_.size() + 1;
    auto const [known, is_new] = function_ids_.emplace(
        std::tie(line.function, line.linkage_name, line.file, line.start_line), id);
    if (is_new) functions_.push_back(&line);
    return known->second;
  }

  void write_functions()
  {
    for (std::size_t i = 0; i < functions_.size(); ++i)
    {
      symbols::source_line const& function = *functions_[i];
      pbf_writer message(out_, field::function);
      message.add_uint64(field::function_number, i + 1);
      message.add_int64(field::name, string_index(function.function));
      message.add_int64(field::system_name, string_index(function.linkage_name));
      message.add_int64(field::function_file, string_index(function.file));
      message.add_int64(field::start_line, function.start_line);
    }
  }

  using function_key =
      std::tuple<std::string const&, std::string const&, std::string const&, std::int64_t const&>;

  model::profile const& profile_;
  std::string bytes_;
  pbf_writer out_{bytes_};
  std::vector<std::string_view> strings_{""};
  std::unordered_map<std::string_view, std::int64_t> string_indices_{{"", 0}};
  std::vector<symbols::source_line const*> functions_;
  std::map<function_key, std::uint64_t> function_ids_;
};

}  // namespace

std::string encode_pprof(model::profile const& profile)
{
  return encoder(profile).encode();
}

}  // namespace leaklab::encode
