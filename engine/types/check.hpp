// SQ_CHECK: a programmer error ends the process at once, in every build.
// Input from outside never reaches it: bytes parse, or become a counted refusal.
// Thread: any. Cost: one predicted branch.
#pragma once

namespace sq {
// Writes the message with async-signal-safe calls only, then aborts.
[[noreturn, gnu::cold]] void check_failed(const char* expression, const char* file,
                                          int line) noexcept;
}  // namespace sq

#define SQ_CHECK(condition)                                    \
  do {                                                         \
    if (!(condition)) [[unlikely]]                             \
      ::sq::check_failed(#condition, __FILE__, __LINE__);      \
  } while (false)

// O(n) invariants: debug, sanitizer and fuzz builds only.
#ifdef SQ_VERIFY
#define SQ_VERIFY_CHECK(condition) SQ_CHECK(condition)
#else
#define SQ_VERIFY_CHECK(condition) static_cast<void>(0)
#endif
