// Whether this version of Asio keeps a suspended coroutine as await_chain.hpp, start_task.hpp and
// resume_executor.hpp expect it: Boost 1.81 to 1.83 do. For others, or defined to 0 by the build,
// tasks start through asio::co_spawn, show no frames, and resume as any coroutine does.
#pragma once

#include <boost/asio/detail/config.hpp>
#include <boost/version.hpp>

#if !defined(LEAKLAB_AWAIT_CHAIN)
#if BOOST_VERSION >= 108100 && BOOST_VERSION < 108400
#define LEAKLAB_AWAIT_CHAIN 1
#else
#define LEAKLAB_AWAIT_CHAIN 0
#endif
#endif

// Without RTTI Asio's executors tell their types, and its contexts their services, in another way
// under the same names: a program and a library that differ in it crash each other.
#if !defined(LEAKLAB_RTTI)
#define LEAKLAB_RTTI 1
#endif
#if LEAKLAB_RTTI && defined(BOOST_ASIO_NO_TYPEID)
#error "leaklab was built with RTTI: build it with -DLEAKLAB_RTTI=OFF for programs with -fno-rtti"
#elif !LEAKLAB_RTTI && !defined(BOOST_ASIO_NO_TYPEID)
#error "leaklab was built without RTTI: build it with -DLEAKLAB_RTTI=ON for programs that have it"
#endif
