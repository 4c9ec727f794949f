// write_profiles FOLDER COUNT: random profiles, as the fuzzer makes them, for readers that others
// have written.
#include "encode/pprof.hpp"
#include "fuzz/random_profile.hpp"

#include <cstdlib>
#include <fstream>
#include <random>
#include <string>

using namespace leaklab;

int main(int argc, char** argv)
{
  if (argc != 3) return 2;
  std::mt19937 generator(1);  // the same profiles in every run
  for (int i = 0, count = std::atoi(argv[2]); i < count; ++i)
  {
    std::string bytes(generator() % 4096, '\0');
    for (char& byte : bytes)
      byte = static_cast<char>(generator());
    fuzz::byte_source from(bytes);
    auto const profile = fuzz::random_profile(from);
    auto const name = std::string(argv[1]) + "/" + std::to_string(i);
    std::ofstream(name + ".pb.gz", std::ios::binary) << encode::encode_pprof(profile);
  }
  return 0;
}
