// What the gate says about an order. Thread: plain values.
#pragma once

#include <cstdint>

#include "engine/risk/rule.hpp"

namespace sq::risk {
struct Verdict {
  Rule rule{Rule::None};
  std::uint8_t detail{0};    // FilterBreach for Rule::Filter; number of the limit for Greeks
  std::int64_t observed{0};  // in the unit of the rule
  std::int64_t allowed{0};
  std::uint64_t approval{0};  // one-use number, only when accepted
  [[nodiscard]] bool accepted() const noexcept { return rule == Rule::None; }
};
}  // namespace sq::risk
