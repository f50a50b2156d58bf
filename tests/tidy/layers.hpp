// Who may include whom: reads engine/layers.txt and checks #include lines against it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/tree.hpp"

namespace sq::tidy {
class Layers {
 public:
  // Throws with the line when the table names a module that no earlier line defines.
  explicit Layers(std::string_view table);

  // One message an include that the table does not allow.
  [[nodiscard]] std::vector<std::string> violations(const SourceFile& file) const;

 private:
  [[nodiscard]] std::string refusal(std::string_view from_path, std::string_view included) const;
  [[nodiscard]] bool may_include(const std::string& from, const std::string& to) const;

  std::map<std::string, std::vector<std::string>> allowed_;
};
}  // namespace sq::tidy
