// Words of the rules of OrderPolicies: name, unit, meaning. "?" for a rule that is not theirs.
// Thread: any. Cost: a search in a short table; for texts, not for the hot path.
#pragma once

#include <string_view>

#include "engine/risk/rule.hpp"

namespace sq::risk {
[[nodiscard]] std::string_view policy_text(Rule rule) noexcept;
[[nodiscard]] std::string_view policy_unit(Rule rule) noexcept;
[[nodiscard]] std::string_view policy_meaning(Rule rule) noexcept;
}  // namespace sq::risk
