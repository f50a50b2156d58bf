// The secret that changing requests need until log-in and roles exist: 256 random bits, written at
// start to a file that only the owner can read.
// Thread: start-up. Errors: std::runtime_error naming the file and the reason.
#pragma once

#include <filesystem>
#include <string>

namespace sq::admin {
// Replaces the file (mode 0600, never through a symbolic link) and returns the token: 64 hex digits.
[[nodiscard]] std::string write_token_file(const std::filesystem::path& file);
}  // namespace sq::admin
