// What the gate says about an order. Thread: plain values.
#pragma once

#include <cstdint>

#include "engine/risk/limit_key.hpp"
#include "engine/risk/rule.hpp"

namespace sq::risk {
struct Verdict {
  Rule rule{Rule::None};
  std::uint8_t detail{0};    // FilterBreach for Rule::Filter; number of the limit for Greeks
  std::int64_t observed{0};  // in the unit of the rule
  std::int64_t allowed{0};
  std::uint64_t approval{0};  // one-use number, only when accepted
  ScopeKind scope{ScopeKind::None};  // whose limit
  std::uint16_t scope_number{0};     // as LimitKey::number, at most 65,535; StrategyInstrument: 0
  bool soft{false};  // a person who confirms the order lifts it; strategies never do
  [[nodiscard]] bool accepted() const noexcept { return rule == Rule::None; }
};
}  // namespace sq::risk
