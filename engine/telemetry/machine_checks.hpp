// The single checks behind inspect_machine. Each looks at a few files below the view's root.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/telemetry/machine.hpp"

namespace sq::telemetry {
using Findings = std::vector<Finding>;

// The file's text without the newline at its end; empty when it cannot be read.
[[nodiscard]] std::optional<std::string> read_text(const MachineView& view, std::string_view path);
// The numbers of a kernel cpu list: "0-2,5" is {0, 1, 2, 5}.
[[nodiscard]] std::vector<int> parse_cpu_list(std::string_view list);
[[nodiscard]] inline Finding ok(std::string name, std::string value) {
  return {std::move(name), std::move(value), FindingStatus::Ok, {}};
}
[[nodiscard]] inline Finding advice(std::string name, std::string value, std::string change) {
  return {std::move(name), std::move(value), FindingStatus::Advice, std::move(change)};
}
[[nodiscard]] inline Finding problem(std::string name, std::string value, std::string change) {
  return {std::move(name), std::move(value), FindingStatus::Problem, std::move(change)};
}

void check_cpus(const MachineView& view, Findings& out);
void check_clocks(const MachineView& view, Findings& out);
void check_memory(const MachineView& view, Findings& out);
void check_kernel(const MachineView& view, Findings& out);
void check_disk(const MachineView& view, Findings& out);
}  // namespace sq::telemetry
