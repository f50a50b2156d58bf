#include "engine/options/batch/path.hpp"

namespace sq::options {
bool supported(Path path) noexcept {
  switch (path) {
    case Path::Scalar:
      return true;
    case Path::Avx2:
      return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    case Path::Avx512:
      return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
             __builtin_cpu_supports("avx512vl") != 0;
  }
  return false;
}

Path best_path() noexcept {
  static const Path kBest = supported(Path::Avx512) ? Path::Avx512
                            : supported(Path::Avx2) ? Path::Avx2
                                                    : Path::Scalar;
  return kBest;
}
}  // namespace sq::options
