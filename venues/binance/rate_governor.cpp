#include "venues/binance/rate_governor.hpp"

#include <algorithm>

namespace sq::binance {
namespace {
constexpr std::int64_t kPpm = 1'000'000;
constexpr std::int64_t kMinute = 60 * kNsPerSecond;
constexpr std::size_t kWindowsMax = 64;   // in a saved state
constexpr std::int64_t kRetryAfterMax = 30 * 86'400;  // s: nobody is told to wait for longer
constexpr std::int64_t kStrikesMax = 12;  // 2^12 minutes: about three days, the longest ban

Hold hold_of(RateKind kind) noexcept {
  switch (kind) {
    case RateKind::Weight:
      return Hold::Weight;
    case RateKind::Orders:
      return Hold::Orders;
    case RateKind::RawRequests:
      return Hold::RawRequests;
    case RateKind::Connections:
      return Hold::Connections;
  }
  return Hold::Weight;
}
}  // namespace

std::string_view text_of(Hold hold) noexcept {
  switch (hold) {
    case Hold::None:
      return "none";
    case Hold::Weight:
      return "request weight";
    case Hold::Orders:
      return "orders";
    case Hold::RawRequests:
      return "requests";
    case Hold::Connections:
      return "connections";
    case Hold::RetryAfter:
      return "asked to wait";
    case Hold::Ban:
      return "banned";
  }
  return "?";
}

RateGovernor::RateGovernor(std::vector<RateLimit> limits, std::int64_t order_share_ppm,
                           std::int64_t other_share_ppm)
    : share_ppm_{kPpm, std::clamp<std::int64_t>(order_share_ppm, 0, kPpm),
                 std::clamp<std::int64_t>(other_share_ppm, 0, kPpm)} {
  for (const RateLimit& each : limits) windows_.push_back({each, 0, 0});
}

std::int64_t RateGovernor::cost_in(const Window& window, const RateCost& cost) noexcept {
  switch (window.rule.kind) {
    case RateKind::Weight:
      return cost.weight;
    case RateKind::Orders:
      return cost.orders;
    case RateKind::RawRequests:
      return 1;
    case RateKind::Connections:
      return cost.connections;
  }
  return 1;
}
void RateGovernor::roll(Window& window, WallTime now) const noexcept {
  const std::int64_t number = now.ns / window.rule.interval_ns;
  if (number <= window.number) return;  // a clock that goes back gives nothing back
  window.number = number;
  window.used = 0;
}

Permission RateGovernor::look(const RateCost& cost, Purpose purpose, WallTime now) const noexcept {
  if (now < banned_until_) return {Hold::Ban, banned_until_};
  if (now < wait_until_) return {Hold::RetryAfter, wait_until_};
  const std::int64_t share = share_ppm_[static_cast<std::size_t>(purpose)];
  for (Window window : windows_) {
    roll(window, now);
    const std::int64_t mine = cost_in(window, cost);
    if (mine == 0) continue;
    // Limits are below 10^9: the product fits. Rounded down: never more than the share.
    const std::int64_t allowed = window.rule.limit * share / kPpm;
    if (window.used + mine > allowed)
      return {hold_of(window.rule.kind), WallTime{(window.number + 1) * window.rule.interval_ns}};
  }
  return {};
}
Permission RateGovernor::ask(const RateCost& cost, Purpose purpose, WallTime now) noexcept {
  const Permission permission = look(cost, purpose, now);
  if (!permission.granted()) {
    ++held_;
    return permission;
  }
  for (Window& window : windows_) {
    roll(window, now);
    window.used += cost_in(window, cost);
  }
  return permission;
}

void RateGovernor::take_limits(const std::vector<RateLimit>& limits) {
  const std::vector<Window> before = windows_;
  std::erase_if(windows_, [&](const Window& window) {
    return std::any_of(limits.begin(), limits.end(),
                       [&](const RateLimit& told) { return told.kind == window.rule.kind; });
  });
  for (const RateLimit& told : limits) {
    Window window{told, 0, 0};
    for (const Window& known : before)
      if (known.rule.kind == told.kind && known.rule.interval_ns == told.interval_ns)
        window = {told, known.number, known.used};
    windows_.push_back(window);
  }
}

// The venue counts what others on the address send too; what we sent since is not in its figure
// yet, so the larger one holds.
void RateGovernor::on_used(RateKind kind, std::int64_t interval_ns, std::int64_t used,
                           WallTime now) noexcept {
  for (Window& window : windows_) {
    if (window.rule.kind != kind || window.rule.interval_ns != interval_ns) continue;
    roll(window, now);
    window.used = std::max(window.used, used);
  }
}

void RateGovernor::on_limited(bool banned, std::int64_t retry_after_s, WallTime now) noexcept {
  std::int64_t wait = std::min(retry_after_s, kRetryAfterMax) * kNsPerSecond;
  if (retry_after_s < 0) {
    wait = (banned ? 2 : 1) * kMinute << strikes_;
    strikes_ = std::min(strikes_ + 1, kStrikesMax);
  }
  WallTime& until = banned ? banned_until_ : wait_until_;
  until = std::max(until, now + wait);
}

std::int64_t RateGovernor::used(RateKind kind, std::int64_t interval_ns,
                                WallTime now) const noexcept {
  for (Window window : windows_) {
    if (window.rule.kind != kind || window.rule.interval_ns != interval_ns) continue;
    roll(window, now);
    return window.used;
  }
  return 0;
}

std::int64_t RateGovernor::left(RateKind kind, WallTime now) const noexcept {
  std::int64_t least = -1;
  for (Window window : windows_) {
    if (window.rule.kind != kind) continue;
    roll(window, now);
    const bool held = now < banned_until_ || now < wait_until_;
    const std::int64_t left = held ? 0 : std::max<std::int64_t>(window.rule.limit - window.used, 0);
    least = least < 0 ? left : std::min(least, left);
  }
  return least;
}

void RateGovernor::save(StateOut& out) const {
  out.put_count(windows_.size());
  for (const Window& window : windows_) {
    out.put(static_cast<std::int64_t>(window.rule.kind));
    out.put(window.rule.interval_ns);
    out.put(window.number);
    out.put(window.used);
  }
  out.put(wait_until_.ns);
  out.put(banned_until_.ns);
  out.put(strikes_);
}
bool RateGovernor::restore(StateIn& in) {
  // Limits may be others by now: a window of the same kind and length goes on, bans hold anyway.
  const std::size_t saved = in.take_count(kWindowsMax);
  for (std::size_t i = 0; i < saved; ++i) {
    const auto kind = in.take<std::int64_t>();
    const auto interval = in.take<std::int64_t>();
    const auto number = in.take<std::int64_t>();
    const auto used = in.take<std::int64_t>();
    for (Window& window : windows_) {
      if (static_cast<std::int64_t>(window.rule.kind) != kind ||
          window.rule.interval_ns != interval)
        continue;
      window.number = number;
      window.used = used;
    }
  }
  wait_until_ = WallTime{in.take<std::int64_t>()};
  banned_until_ = WallTime{in.take<std::int64_t>()};
  strikes_ = std::clamp<std::int64_t>(in.take<std::int64_t>(), 0, kStrikesMax);
  return in.ok();
}
}  // namespace sq::binance
