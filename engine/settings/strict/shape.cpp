#include "engine/settings/strict/shape.hpp"

#include <algorithm>
#include <cstdint>

#include "engine/settings/strict/document.hpp"

namespace sq::settings {
namespace {
std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// Steps over strings and comments; what remains is structure.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_{text} {}

  // The next structural character, or '\0' at the end. Lines are counted in `line`.
  char next() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '"' || c == '\'') {
        skip_string(c);
      } else {
        ++at_;
        if (c == '\n') ++line;
        if (c != '\0') return c;
      }
    }
    return '\0';
  }
  std::uint32_t line{1};

 private:
  void skip_string(char quote) {
    const bool multi = text_.substr(at_, 3) == std::string(3, quote);
    at_ += multi ? 3U : 1U;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') {
        if (!multi) return;  // unterminated: the parser says so
        ++line;
      }
      if (c == '\\' && quote == '"') {
        at_ += text_.substr(at_ + 1, 1) == "\n" ? 1U : 2U;
        continue;
      }
      if (c == quote && (!multi || text_.substr(at_, 3) == std::string(3, quote))) {
        at_ += multi ? 3U : 1U;
        return;
      }
      ++at_;
    }
  }

  std::string_view text_;
  std::size_t at_{0};
};
}  // namespace

std::optional<Problem> shape_problem(std::string_view text, int nesting_max, int dots_max) {
  Scanner scanner{text};
  int open = 0;
  int dots = 0;
  std::uint32_t line = 1;
  for (char c = scanner.next(); c != '\0'; c = scanner.next()) {
    if (scanner.line != line) {
      line = scanner.line;
      dots = 0;
    }
    if (c == '[' || c == '{') ++open;
    if ((c == ']' || c == '}') && open > 0) --open;
    if (c == '.') ++dots;
    if (open <= nesting_max && dots <= dots_max) continue;
    Problem problem;
    problem.line = line;
    problem.column = 1;
    problem.accepted = open > nesting_max
                           ? "at most " + std::to_string(nesting_max) + " open brackets"
                           : "at most " + std::to_string(dots_max) + " dots in a line";
    return problem;
  }
  return std::nullopt;
}

LineParts parts_of_line(const std::vector<std::string_view>& lines, std::size_t index) {
  LineParts parts;
  const std::string_view line = trim(lines[index]);
  if (line.starts_with('[')) {
    parts.value = line.substr(0, kWrittenMax);
    parts.key = trim(line.substr(0, line.find(']')).substr(line.starts_with("[[") ? 2 : 1));
    return parts;
  }
  const std::size_t equals = line.find('=');
  parts.key = trim(line.substr(0, equals)).substr(0, kWrittenMax);
  if (equals != std::string_view::npos) {
    parts.value = trim(line.substr(equals + 1)).substr(0, kWrittenMax);
  }
  for (std::size_t i = index; i-- > 0;) {
    const std::string_view header = trim(lines[i]);
    if (!header.starts_with('[')) continue;
    const std::string_view name = header.substr(0, header.find(']'));
    parts.key = std::string{trim(name.substr(name.starts_with("[[") ? 2 : 1))} + "." + parts.key;
    break;
  }
  return parts;
}
}  // namespace sq::settings
