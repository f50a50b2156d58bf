// Where things are. Recorded and reference data is not part of the project: the environment
// variable SQ_SHARED says where it is, else the folder `shared` beside the project.
#pragma once

#include <filesystem>

namespace sq::test {
[[nodiscard]] std::filesystem::path shared_dir();
// The project's own files: project_dir() / "config/demo.toml".
[[nodiscard]] std::filesystem::path project_dir();
// The programs of this build: build_dir() / "shrivenquant".
[[nodiscard]] std::filesystem::path build_dir();
}  // namespace sq::test
