// Everything after this line in the source file is compiled for AVX2 and FMA. Include it after all
// standard headers and once; it has no effect on other files. There is no matching end: GCC gives a
// template the target that is in force where it is instantiated, which may be the end of the file.
// Thread, cost, errors: none.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif
