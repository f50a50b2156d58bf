// Holds the parameters that a configuration gives a strategy against what the strategy declares.
// Thread: start-up. Errors: every problem at once, with file, line, column and the nearest declared
// name; a declaration that contradicts itself aborts (a bug).
#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include "engine/settings/problem.hpp"
#include "engine/settings/strategies.hpp"
#include "engine/strategy/parameters.hpp"

namespace sq::strategy {
struct CheckedParameters {
  Parameters values;
  // Every declared parameter in the order of the declaration, defaults written out: what belongs
  // into StrategySettings::parameters before settings::resolved_text.
  std::vector<settings::RawParameter> resolved;
};
[[nodiscard]] std::expected<CheckedParameters, std::vector<settings::Problem>> check_parameters(
    std::span<const ParameterSpec> specs, const settings::StrategySettings& strategy);

// What is wrong with a declaration; "" when nothing is. For the test of the registry.
[[nodiscard]] std::string fault_of(const ParameterSpec& spec);
}  // namespace sq::strategy
