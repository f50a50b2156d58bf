// Everything after this line in the source file is compiled for AVX-512 F, DQ and VL. Include it
// after all standard headers and once; it has no effect on other files. There is no matching end:
// GCC gives a template the target that is in force where it is instantiated, which may be the end
// of the file. Thread, cost, errors: none.
#pragma once

#if !defined(__clang__)
// GCC 12 takes the "any value" operand inside its own intrinsics for an uninitialised variable
// (its bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma"))), \
                             apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512vl,avx2,fma")
#endif
