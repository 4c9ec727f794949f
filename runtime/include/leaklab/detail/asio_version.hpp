// Whether this version of Asio keeps a suspended coroutine as await_chain.hpp, start_task.hpp and
// resume_executor.hpp expect it: Boost 1.81 to 1.83 do. For others, or defined to 0 by the build,
// tasks start through asio::co_spawn, show no frames, and resume as any coroutine does.
#pragma once

#include <boost/version.hpp>

#if !defined(LEAKLAB_AWAIT_CHAIN)
#if BOOST_VERSION >= 108100 && BOOST_VERSION < 108400
#define LEAKLAB_AWAIT_CHAIN 1
#else
#define LEAKLAB_AWAIT_CHAIN 0
#endif
#endif
