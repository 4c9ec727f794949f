// leaklab::descriptors: where each descriptor of this process was opened.
//
// A program that links this part notes the stack at each call that opens a descriptor, and forgets
// it at the call that closes it: open, openat, creat, fopen, freopen, opendir, tmpfile, mkstemp,
// popen, posix_openpt, shm_open, memfd_create, socket, socketpair, accept, pipe, dup, dup2, dup3,
// fcntl with F_DUPFD, eventfd, epoll_create, timerfd_create, signalfd, inotify_init, fanotify_init,
// pidfd_open; close, close_range, closefrom, fclose, pclose, closedir; with the variants of each.
// There is nothing to switch on. The endpoint then serves /debug/pprof/fd.
//
// It defines these functions itself, ahead of the C library's, and so sees the calls of all
// libraries of the program: std::ifstream's, SQLite's, Asio's. For that it must be linked to the
// program; in a plug-in that a program loads with dlopen it sees nothing, and says so. It works
// with AddressSanitizer and ThreadSanitizer, whose interceptors come after it. Not in a program
// that is linked with -static.
//
// An opening and its closing cost 140 ns more on a stack of 14 frames (scripts/bench); 3 us where
// the stack leads through a library that could be unloaded, as a plug-in is. Stacks are noted to a
// depth of 30. Memory: 256 bytes for each number up to the highest that was open; numbers of
// 1,048,576 and more are not noted.
//
// What it cannot know:
// - a descriptor that was open before the program began, that came in a message (SCM_RIGHTS), or
//   that was opened around the C library's functions: by syscall(2), io_uring, or the C library for
//   its own use. Its stack is not known.
// - a number that was closed around them, and opened again so. Each look keeps the device and inode
//   of what is open; an endpoint looks ten times a second. Where they have changed, the stack is no
//   longer believed. It is wrong when the number was closed before the first look, when it is the
//   same file again, and where both are of the kernel's anonymous inode (eventfd, epoll, timerfd),
//   which all share.
// - what a child of vfork(2) opens and closes before it executes another program. It works on its
//   parent's memory: a number that it closes is not known any more in the parent.
#pragma once

#include <cstdint>
#include <vector>

namespace leaklab
{

/// Return addresses, innermost first, from the caller of the function that opened it on. Empty when
/// it is not open or not known who opened it. Any thread.
[[nodiscard]] std::vector<std::uintptr_t> find_opening_stack(int fd);

}  // namespace leaklab
