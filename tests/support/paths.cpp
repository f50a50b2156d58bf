#include "tests/support/paths.hpp"

#include <cstdlib>

namespace sq::test {
namespace fs = std::filesystem;

fs::path project_dir() { return SQ_PROJECT_DIR; }
fs::path build_dir() { return SQ_BUILD_DIR; }

fs::path shared_dir() {
  const char* setting = std::getenv("SQ_SHARED");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return setting != nullptr ? fs::path{setting} : project_dir().parent_path() / "shared";
}
}  // namespace sq::test
