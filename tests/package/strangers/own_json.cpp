// Boost.JSON compiled by the program itself.
#include <boost/json/src.hpp>

#include <cstdio>

namespace
{
int const printed =
    std::printf("own json: %zu\n", boost::json::parse("[1, 2, 3]").as_array().size());
}
