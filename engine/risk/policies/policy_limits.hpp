// Numbers of the limits of OrderPolicies that can be changed while running, beside the gate's.
// Scope Instrument: freeze quantity, windows; Firm: windows (no quantity); Strategy: repeated
// executions. Thread: the core's. Cost: a few compares. Errors: empty, false: there is no such
// limit or it is off, and what is off is not switched on while running.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "engine/risk/limit_key.hpp"
#include "engine/risk/policies/order_policies.hpp"

namespace sq::risk {
// Logged: never renumber. LimitKind below 64 are the gate's.
constexpr std::uint8_t kPolicyLimitsFrom = 64;
constexpr LimitKind kFreezeQtyLimit{64};
constexpr LimitKind kExecutionsLimit{65};
constexpr LimitKind kCyclesLimit{66};
constexpr LimitKind kWindowLimitsFrom{70};  // 70 + 3 x window: quantity, notional, orders
constexpr int kPolicyWindows = 3;
constexpr bool is_policy_limit(LimitKind kind) noexcept {
  return static_cast<std::uint8_t>(kind) >= kPolicyLimitsFrom;
}

[[nodiscard]] std::optional<std::int64_t> policy_limit(const OrderPolicies& policies,
                                                       const LimitKey& key) noexcept;
[[nodiscard]] bool set_policy_limit(OrderPolicies& policies, const LimitKey& key,
                                    std::int64_t value) noexcept;
// What is used of it now; empty where nothing adds up.
[[nodiscard]] std::optional<std::int64_t> policy_limit_in_use(const OrderPolicies& policies,
                                                              const LimitKey& key,
                                                              MonoTime now) noexcept;
// All that are on. Allocates.
[[nodiscard]] std::vector<LimitKey> policy_limits(const OrderPolicies& policies);
[[nodiscard]] std::string_view policy_limit_text(LimitKind kind) noexcept;  // "freeze-qty"
[[nodiscard]] std::string_view policy_limit_unit(LimitKind kind) noexcept;
}  // namespace sq::risk
