# Flavours, chosen by -DCMAKE_BUILD_TYPE: release debug test asan tsan. Everything that changes code generation is here.

set(SQ_FLAVOURS release debug test asan tsan)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE release CACHE STRING "one of: ${SQ_FLAVOURS}" FORCE)
endif()
string(TOLOWER ${CMAKE_BUILD_TYPE} SQ_FLAVOUR)
if(NOT SQ_FLAVOUR IN_LIST SQ_FLAVOURS)
  message(FATAL_ERROR "CMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE}: expected one of ${SQ_FLAVOURS}")
endif()
if(SQ_FLAVOUR STREQUAL "release")
  set(SQ_IS_RELEASE ON)
else()
  set(SQ_IS_RELEASE OFF)
endif()

set(SQ_MARCH native CACHE STRING "-march: native, or for example x86-64-v3 for another machine")
# Off: with GCC 12 it made the hot path slower (core/bytes_to_order 381 ns with, 293 without; binance/decode_depth_10x10
# 220 and 163, same machine and minute) and each link longer.
option(SQ_LTO "link-time optimisation" OFF)
option(SQ_FUZZ "build tests/fuzz with libFuzzer (clang only)" OFF)

# The test flavour keeps assertions and line numbers at -O1: compared with -O0, compiling the tests of book, messaging
# and types took 78 s instead of 68 s of CPU, and running those of book 2.1 s instead of 8.1 s.
set(checked "-D_GLIBCXX_ASSERTIONS -DSQ_VERIFY -DSQ_KILL_POINTS")
set(CMAKE_CXX_FLAGS_RELEASE "-O3")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g ${checked}")
set(CMAKE_CXX_FLAGS_TEST "-O1 -g1 ${checked}")
set(CMAKE_CXX_FLAGS_ASAN
    "-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all ${checked}")
set(CMAKE_CXX_FLAGS_TSAN "-O1 -g -fno-omit-frame-pointer -fsanitize=thread ${checked}")

# Decisions must have the same bits on every compiler and flavour: no contraction, no fast-math.
add_compile_options(-march=${SQ_MARCH} -ffp-contract=off)

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
                    -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wuseless-cast -Wduplicated-cond -Wlogical-op)
  # GCC 12 at -O3 sees overlaps in std::string that cannot be (its bug 105651).
  add_compile_options(-Wno-restrict)
  if(SQ_FLAVOUR STREQUAL "tsan")
    add_compile_options(-Wno-tsan)  # says only that fences are not modelled
  endif()
else()
  # clang 19 warns about its own -march=native on machines with AVX10.
  add_compile_options(-Wno-unknown-warning-option -Wno-invalid-feature-combination)
endif()

if(SQ_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "SQ_FUZZ needs clang: -DCMAKE_CXX_COMPILER=clang++-19")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(SQ_LTO)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(lto -flto=auto -fno-fat-lto-objects)
  else()
    set(lto -flto=thin)
  endif()
  add_compile_options(${lto})
  add_link_options(${lto} -Wno-stringop-overflow)  # GCC 12 warns about fmt there, wrongly
  # One link at a time: each uses all cores by itself.
  set_property(GLOBAL PROPERTY JOB_POOLS sq_link=1)
  set(CMAKE_JOB_POOL_LINK sq_link)
endif()

# The fastest linker that proves able to link with these very flags; else the compiler's own.
include(CheckCXXSourceCompiles)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(candidates lld mold)
else()
  set(candidates mold lld)
endif()
foreach(linker IN LISTS candidates)
  set(CMAKE_REQUIRED_FLAGS "-fuse-ld=${linker} ${lto}")
  string(REPLACE ";" " " CMAKE_REQUIRED_FLAGS "${CMAKE_REQUIRED_FLAGS}")
  check_cxx_source_compiles("#include <string>\nint main(int c, char** v) { return std::string(v[0]).size() == c; }"
                            SQ_LINKS_WITH_${linker})
  unset(CMAKE_REQUIRED_FLAGS)
  if(SQ_LINKS_WITH_${linker})
    add_link_options(-fuse-ld=${linker})
    set(SQ_LINKER ${linker})
    break()
  endif()
endforeach()

find_program(SQ_CCACHE ccache)
if(SQ_CCACHE)
  # Sloppiness: without it ccache passes every file with a precompiled header straight to the compiler.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${SQ_CCACHE})
endif()
