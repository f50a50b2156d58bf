// Asks for a cache line that will be written. Any address is allowed, also one that is not mapped.
// Thread: any. Cost: a line fill buffer until the line arrives.
#pragma once

namespace sq::book::l3 {
[[gnu::always_inline]] inline void prefetch_line(const void* address) noexcept {
  __builtin_prefetch(address, 1);
  // GCC 12 takes a function that only prefetches for one without effect and drops the calls to it.
  asm volatile("");
}
}  // namespace sq::book::l3
