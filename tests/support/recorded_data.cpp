#include "tests/support/recorded_data.hpp"

namespace sq::test {
std::optional<std::filesystem::path> recorded(std::string_view relative) {
  std::filesystem::path path = shared_dir() / relative;
  if (std::filesystem::exists(path)) return path;
  skip("no " + path.string());
  return std::nullopt;
}
}  // namespace sq::test
