#include "engine/risk/policies/policy_limits.hpp"

#include <algorithm>
#include <limits>

namespace sq::risk {
namespace {
using Bound = std::optional<std::int64_t> WindowLimits::*;
constexpr Bound kBounds[] = {&WindowLimits::qty_max, &WindowLimits::notional_max,
                             &WindowLimits::orders_max};
struct WindowLimit {
  std::size_t window{0};
  std::size_t bound{0};
};
std::optional<WindowLimit> window_of(LimitKind kind) noexcept {
  const int n = static_cast<int>(kind) - static_cast<int>(kWindowLimitsFrom);
  if (n < 0 || n >= kPolicyWindows * 3) return std::nullopt;
  return WindowLimit{static_cast<std::size_t>(n / 3), static_cast<std::size_t>(n % 3)};
}
const Accumulation* windows_of(const OrderPolicies& policies, const LimitKey& key) noexcept {
  if (key.scope == ScopeKind::Firm) return &policies.firm_windows();
  if (key.scope == ScopeKind::Instrument && key.number < policies.instruments())
    return &policies.windows(key.number);
  return nullptr;
}
std::int64_t saturate(Int128 value) noexcept {
  constexpr Int128 kMax = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::min(value, kMax));
}
}  // namespace

std::optional<std::int64_t> policy_limit(const OrderPolicies& policies,
                                         const LimitKey& key) noexcept {
  const auto positive = [](std::int64_t value) {
    return value > 0 ? std::optional<std::int64_t>{value} : std::nullopt;
  };
  if (key.which == kFreezeQtyLimit) {
    if (key.scope != ScopeKind::Instrument || key.number >= policies.instruments())
      return std::nullopt;
    const std::int64_t qty = policies.freeze_qty(key.number);
    return qty >= 0 ? std::optional<std::int64_t>{qty} : std::nullopt;
  }
  if (key.which == kExecutionsLimit || key.which == kCyclesLimit) {
    if (key.scope != ScopeKind::Strategy || key.number >= policies.strategies())
      return std::nullopt;
    const RepeatedExecutionLimits& limits = policies.repeated(key.number).limits();
    return positive(key.which == kExecutionsLimit ? limits.executions_max : limits.cycles_max);
  }
  const auto window = window_of(key.which);
  const Accumulation* sums = windows_of(policies, key);
  if (!window || sums == nullptr || window->window >= sums->windows()) return std::nullopt;
  return sums->limits(window->window).*kBounds[window->bound];
}

bool set_policy_limit(OrderPolicies& policies, const LimitKey& key, std::int64_t value) noexcept {
  if (value < 0 || !policy_limit(policies, key)) return false;
  if (key.which == kFreezeQtyLimit) {
    policies.set_freeze_qty(key.number, value);
    return true;
  }
  if (key.which == kExecutionsLimit || key.which == kCyclesLimit) {
    if (value == 0) return false;  // 0 would be off
    RepeatedExecutionLimits limits = policies.repeated(key.number).limits();
    (key.which == kExecutionsLimit ? limits.executions_max : limits.cycles_max) = value;
    policies.repeated(key.number).set_limits(limits);
    return true;
  }
  const auto window = window_of(key.which);
  Accumulation& sums =
      key.scope == ScopeKind::Firm ? policies.firm_windows() : policies.windows(key.number);
  return window && sums.set(window->window, kBounds[window->bound], value);
}

std::optional<std::int64_t> policy_limit_in_use(const OrderPolicies& policies, const LimitKey& key,
                                                MonoTime now) noexcept {
  if (!policy_limit(policies, key)) return std::nullopt;
  if (key.which == kFreezeQtyLimit) return std::nullopt;  // of one order
  if (key.which == kExecutionsLimit) return policies.repeated(key.number).executions();
  if (key.which == kCyclesLimit) return policies.repeated(key.number).cycles();
  const auto window = window_of(key.which);
  const WindowSums& sums = windows_of(policies, key)->in_use(window->window, now);
  if (window->bound == 0) return saturate(sums.qty);
  if (window->bound == 1) return saturate((sums.notional + kFinePerAmount - 1) / kFinePerAmount);
  return sums.count;
}

std::vector<LimitKey> policy_limits(const OrderPolicies& policies) {
  std::vector<LimitKey> all;
  const auto add = [&](ScopeKind scope, LimitKind which, std::size_t number) {
    const LimitKey key{scope, which, kNoStrategy, static_cast<std::uint32_t>(number)};
    if (policy_limit(policies, key)) all.push_back(key);
  };
  const auto add_windows = [&](ScopeKind scope, std::size_t number) {
    for (int n = 0; n < kPolicyWindows * 3; ++n)
      add(scope, static_cast<LimitKind>(static_cast<int>(kWindowLimitsFrom) + n), number);
  };
  add_windows(ScopeKind::Firm, 0);
  for (std::size_t s = 0; s < policies.strategies(); ++s) {
    add(ScopeKind::Strategy, kExecutionsLimit, s);
    add(ScopeKind::Strategy, kCyclesLimit, s);
  }
  for (std::size_t i = 0; i < policies.instruments(); ++i) {
    add(ScopeKind::Instrument, kFreezeQtyLimit, i);
    add_windows(ScopeKind::Instrument, i);
  }
  return all;
}

std::string_view policy_limit_text(LimitKind kind) noexcept {
  constexpr std::string_view kWindowTexts[] = {
      "window-1-qty", "window-1-notional", "window-1-orders",
      "window-2-qty", "window-2-notional", "window-2-orders",
      "window-3-qty", "window-3-notional", "window-3-orders"};
  if (kind == kFreezeQtyLimit) return "freeze-qty";
  if (kind == kExecutionsLimit) return "executions";
  if (kind == kCyclesLimit) return "cycles";
  const auto window = window_of(kind);
  return window ? kWindowTexts[window->window * 3 + window->bound] : "?";
}

std::string_view policy_limit_unit(LimitKind kind) noexcept {
  constexpr std::string_view kUnits[] = {"1e-8 base units", "1e-8 currency units", "orders"};
  if (kind == kFreezeQtyLimit) return kUnits[0];
  if (kind == kExecutionsLimit || kind == kCyclesLimit) return "count";
  const auto window = window_of(kind);
  return window ? kUnits[window->bound] : "?";
}
}  // namespace sq::risk
