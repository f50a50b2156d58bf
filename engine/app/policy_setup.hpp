// The controls beside the limits on exposure, from the configuration. Thread: start-up.
#pragma once

#include <string>
#include <vector>

#include "engine/risk/policies/policy_setup.hpp"
#include "engine/settings/config.hpp"

namespace sq::app {
[[nodiscard]] risk::PolicySetup policy_setup(const settings::Config& config);
// Those that nothing in the configuration switches on, by the key that would: for the summary.
[[nodiscard]] std::vector<std::string> policies_off(const settings::Config& config);
[[nodiscard]] std::string text_of_policies_off(const settings::Config& config);  // "none", "a, b"
}  // namespace sq::app
