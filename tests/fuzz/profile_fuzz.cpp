// The encoders of profiles, fed with random ones. What they wrote is read back and checked as pprof
// checks it (google/pprof, profile/profile.go, CheckValid) and as Parca does
// (pkg/normalizer/validate.go).
#include "encode/pprof.hpp"
#include "encode/profile_text.hpp"
#include "random_profile.hpp"

#include <protozero/pbf_reader.hpp>
#include <zlib.h>

#include <set>

using namespace leaklab;
using leaklab::fuzz::require;

namespace
{

std::string gunzip(std::string packed)
{
  z_stream stream{};
  require(inflateInit2(&stream, MAX_WBITS + 16) == Z_OK);
  std::string plain(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  require(inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0);
  plain.resize(stream.total_out);
  inflateEnd(&stream);
  return plain;
}

std::uint64_t id_of(protozero::pbf_reader message)
{
  return message.next(1) ? message.get_uint64() : 0;
}

void check_sample(protozero::pbf_reader sample, std::uint64_t locations)
{
  std::size_t values = 0;
  while (sample.next())
    if (sample.tag() == 1)
      for (auto const id : sample.get_packed_uint64())
        require(id >= 1 && id <= locations);
    else if (sample.tag() == 2)
      values = static_cast<std::size_t>(sample.get_packed_int64().size());
    else
      sample.skip();
  require(values == 2);
}

void check_proto(std::string const& plain, model::profile const& from)
{
  std::uint64_t mappings = 0;
  std::uint64_t locations = 0;
  std::uint64_t functions = 0;
  std::size_t samples = 0;
  std::set<std::string> strings;
  for (protozero::pbf_reader all(plain); all.next();)
    switch (all.tag())
    {
      case 2:
        check_sample(all.get_message(), from.locations.size());
        ++samples;
        break;
      case 3:
        require(id_of(all.get_message()) == ++mappings);
        break;
      case 4:
        require(id_of(all.get_message()) == ++locations);
        break;
      case 5:
        require(id_of(all.get_message()) == ++functions);
        break;
      case 6:
      {
        auto const text = all.get_string();
        require(strings.empty() == text.empty() && strings.insert(text).second);
        break;
      }
      default:
        all.skip();
    }
  require(samples == from.samples.size() && locations == from.locations.size());
  require(mappings >= from.mappings.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
  fuzz::byte_source from({reinterpret_cast<char const*>(data), size});
  auto const profile = fuzz::random_profile(from);
  check_proto(gunzip(encode::encode_pprof(profile)), profile);
  require(encode::encode_count_text(profile).starts_with(profile.name + " profile: total "));
  require(encode::encode_heap_text(profile, {}, {}).starts_with("heap profile: "));
  return 0;
}
