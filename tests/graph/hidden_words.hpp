// Words that a test keeps where it wants them, and nowhere else.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace hidden_words
{

/// What words that calls have left behind would hold, they no longer do. Called where those calls
/// were, before the next.
[[gnu::noinline]] inline void wipe_stack()
{
  std::array<char volatile, 1 << 15> words;
  for (auto& each : words)
    each = 0;
}

#if defined(__x86_64__)

inline std::atomic<char> may_end{0};
inline std::atomic<int> in_registers{0};  ///< calls of hold_in_register() that have begun

enum class place
{
  general_register,
  vector_register,
  system_call  ///< a general register, while the thread reads from `pipe` until its other end is closed
};

/// Keeps the word of this complement in a register alone, until may_end.
inline void hold_in_register(std::uintptr_t complement, place where, int pipe = -1)
{
  char got = 0;
  ++in_registers;
  switch (where)
  {
    case place::general_register:
      asm volatile(
          "mov %[hidden], %%rbx\n not %%rbx\n"
          "1: pause\n movb (%[end]), %%al\n test %%al, %%al\n jz 1b\n xor %%ebx, %%ebx\n" ::
              [hidden] "r"(complement),
          [end] "r"(&may_end)
          : "rbx", "rax", "memory", "cc");
      break;
    case place::vector_register:
      asm volatile(
          "mov %[hidden], %%rbx\n not %%rbx\n movq %%rbx, %%xmm7\n xor %%ebx, %%ebx\n"
          "1: pause\n movb (%[end]), %%al\n test %%al, %%al\n jz 1b\n pxor %%xmm7, %%xmm7\n" ::
              [hidden] "r"(complement),
          [end] "r"(&may_end)
          : "rbx", "rax", "xmm7", "memory", "cc");
      break;
    case place::system_call:
      asm volatile(
          "mov %[hidden], %%rbx\n not %%rbx\n"
          "1: mov $0, %%eax\n mov %[pipe], %%edi\n mov %[got], %%rsi\n mov $1, %%edx\n syscall\n"
          "cmp $-4, %%rax\n je 1b\n xor %%ebx, %%ebx\n" ::[hidden] "r"(complement),
          [pipe] "r"(pipe), [got] "r"(&got)
          : "rbx", "rax", "rdi", "rsi", "rdx", "rcx", "r11", "memory", "cc");
  }
}

#endif

}  // namespace hidden_words
