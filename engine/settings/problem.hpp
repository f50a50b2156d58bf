// What is wrong with a configuration: where, what was written, what would be accepted.
// Thread: start-up and tools. Errors: ConfigError carries every problem of the file, not the first.
#pragma once

#include <compare>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace sq::settings {
struct Problem {
  std::string file;
  std::uint32_t line{0};    // 1 is the first; 0: the file as a whole
  std::uint32_t column{0};  // 1 is the first
  std::string key;          // path: "risk.instrument[2].collar_bps"
  std::string value;        // as written, cut when long; "" when the key is missing
  std::string accepted;     // a sentence part: "an integer from 1 to 10000 (bps)"
  std::string nearest;      // known key that the writer may have meant; "" when none is near

  friend bool operator==(const Problem&, const Problem&) = default;
};
// "config/demo.toml:12:1: risk.collar_bp = 50: unknown key; did you mean collar_bps?"
[[nodiscard]] std::string to_text(const Problem& problem);

class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(const std::vector<Problem>& problems);
  [[nodiscard]] const std::vector<Problem>& problems() const noexcept { return problems_; }

 private:
  std::vector<Problem> problems_;  // in the order of the file
};
}  // namespace sq::settings
