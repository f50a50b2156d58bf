// The project's own source files, as the style checks see them. Errors: throws when a file cannot
// be read. Paths are relative to the project and use '/'.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sq::tidy {
struct SourceFile {
  std::string path;  // engine/types/fixed.hpp
  std::string text;  // as it is
  std::string code;  // comments and literals blanked, same lines and columns
};

// All .hpp and .cpp under engine, venues, strategies, tools, tests and bench, sorted by path.
[[nodiscard]] std::vector<SourceFile> project_sources();

// For planted violations.
[[nodiscard]] SourceFile make_source(std::string path, std::string text);

[[nodiscard]] std::string without_comments_and_literals(std::string_view text);
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);
[[nodiscard]] std::string read_file(std::string_view relative_path);

// "engine/book/l2_book.hpp:12: " in front of a message.
[[nodiscard]] std::string at_line(const SourceFile& file, std::size_t line, std::string_view text);

// Prints one finding a line; true when there are none. CHECK(none(found));
[[nodiscard]] bool none(const std::vector<std::string>& findings);
}  // namespace sq::tidy
