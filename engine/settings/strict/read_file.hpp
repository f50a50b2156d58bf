// A whole small file as text.
// Thread: start-up. Errors: a sentence part; nothing is read beyond bytes_max + 1.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace sq::settings {
[[nodiscard]] std::expected<std::string, std::string> read_file(const std::filesystem::path& file,
                                                                std::size_t bytes_max);
}  // namespace sq::settings
