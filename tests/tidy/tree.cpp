#include "tests/tidy/tree.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/support/recorded_data.hpp"

namespace sq::tidy {
namespace fs = std::filesystem;
namespace {
// Blanks text[from, to) but keeps line ends. Returns `to`.
std::size_t blank(std::string& text, std::size_t from, std::size_t to) {
  to = std::min(to, text.size());
  for (std::size_t i = from; i < to; ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
  return to;
}

std::size_t after(std::string_view text, std::string_view what, std::size_t from) {
  const auto at = text.find(what, from);
  return at == text.npos ? text.size() : at + what.size();
}

// The position behind a literal that starts with the quote at `from`.
std::size_t literal_end(std::string_view text, std::size_t from) {
  std::size_t i = from + 1;
  while (i < text.size() && text[i] != text[from] && text[i] != '\n')
    i += text[i] == '\\' ? 2U : 1U;
  return i + 1;
}

bool is_name_character(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// 1'000'000: a quote between two digits or letters starts no literal, unless it has a prefix.
bool is_digit_separator(std::string_view text, std::size_t i) {
  return i > 0 && i + 1 < text.size() && is_name_character(text[i - 1]) &&
         is_name_character(text[i + 1]) && text[i - 1] != 'u' && text[i - 1] != 'L';
}

bool is_source(const fs::path& path) {
  return path.extension() == ".hpp" || path.extension() == ".cpp";
}
}  // namespace

std::string without_comments_and_literals(std::string_view original) {
  std::string text{original};
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = std::string_view{text}.substr(i);
    if (rest.starts_with("//")) {
      i = blank(text, i, text.find('\n', i));
    } else if (rest.starts_with("/*")) {
      i = blank(text, i, after(text, "*/", i + 2));
    } else if (rest.starts_with("R\"")) {
      const auto open = text.find('(', i);
      if (open == text.npos) return text;
      const std::string close = ')' + text.substr(i + 2, open - i - 2) + '"';
      i = blank(text, i, after(text, close, open));
    } else if (text[i] == '"' || (text[i] == '\'' && !is_digit_separator(text, i))) {
      i = blank(text, i, literal_end(text, i));
    } else {
      ++i;
    }
  }
  return text;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string read_file(std::string_view relative_path) {
  std::ifstream file{test::project_dir() / relative_path, std::ios::binary};
  if (!file) throw std::runtime_error{"cannot read " + std::string{relative_path}};
  return std::string{std::istreambuf_iterator<char>{file}, {}};
}

SourceFile make_source(std::string path, std::string text) {
  std::string code = without_comments_and_literals(text);
  return {std::move(path), std::move(text), std::move(code)};
}

std::vector<SourceFile> project_sources() {
  std::vector<SourceFile> files;
  for (const char* top : {"engine", "venues", "strategies", "tools", "tests", "bench"}) {
    const fs::path root = test::project_dir() / top;
    if (!fs::exists(root)) continue;
    for (const auto& entry : fs::recursive_directory_iterator{root}) {
      if (!entry.is_regular_file() || !is_source(entry.path())) continue;
      const std::string path = fs::relative(entry.path(), test::project_dir()).generic_string();
      if (path == "tests/tidy/bad_example.cpp") continue;
      files.push_back(make_source(path, read_file(path)));
    }
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

std::string at_line(const SourceFile& file, std::size_t line, std::string_view text) {
  return file.path + ':' + std::to_string(line) + ": " + std::string{text};
}

bool none(const std::vector<std::string>& findings) {
  for (const auto& finding : findings) std::printf("%s\n", finding.c_str());
  return findings.empty();
}
}  // namespace sq::tidy
