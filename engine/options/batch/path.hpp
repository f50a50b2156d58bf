// Which vector instructions a batch function uses. All paths give the same bits: each is the same
// sequence of correctly rounded operations (engine/options/math/kernels.hpp), and rows outside the
// range of the vector code are priced one by one by the same function on every path.
// Thread: any. Cost: best_path() is one load after the first call. Errors: none.
#pragma once

#include <cstdint>

namespace sq::options {
enum class Path : std::uint8_t { Scalar = 1, Avx2, Avx512 };
// The widest that this processor and operating system support; found once.
[[nodiscard]] Path best_path() noexcept;
[[nodiscard]] bool supported(Path path) noexcept;
}  // namespace sq::options
