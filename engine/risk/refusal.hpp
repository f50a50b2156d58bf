// How the gate words its verdicts. Private to it.
// Thread: plain values. Units: as in rule.hpp; sums are rounded away from zero, so that a breach
// never looks like none.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "engine/risk/scope.hpp"
#include "engine/risk/verdict.hpp"

namespace sq::risk {
[[nodiscard]] constexpr std::int64_t saturate(Int128 value) noexcept {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::clamp(value, -Int128{kMax}, Int128{kMax}));
}
[[nodiscard]] constexpr std::int64_t coarse(Int128 fine, std::int64_t scale) noexcept {
  const Int128 up = fine < 0 ? 1 - Int128{scale} : Int128{scale} - 1;
  return saturate((fine + up) / scale);
}

[[nodiscard]] inline Verdict refuse(Rule rule, std::int64_t observed = 0, std::int64_t allowed = 0,
                                    std::uint8_t detail = 0) noexcept {
  return {rule, detail, observed, allowed, 0, ScopeKind::None, 0};
}
[[nodiscard]] inline Verdict refuse(Rule rule, std::int64_t observed, std::int64_t allowed,
                                    ScopeKind scope, std::size_t number) noexcept {
  return {rule,
          0,
          observed,
          allowed,
          0,
          scope,
          static_cast<std::uint16_t>(std::min<std::size_t>(number, 0xFFFF))};
}
[[nodiscard]] inline Verdict refuse(Rule rule, std::int64_t observed, std::int64_t allowed,
                                    const Scope& scope) noexcept {
  return {rule, 0, observed, allowed, 0, scope.kind(), scope.number()};
}
// A sum against its limit.
[[nodiscard]] inline Verdict refuse(Rule rule, Int128 observed, LimitKind kind,
                                    const Scope& scope) noexcept {
  return refuse(rule, coarse(observed, kFinePerLimit), scope.limit(kind).value_or(0), scope);
}
}  // namespace sq::risk
