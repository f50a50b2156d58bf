#include "engine/risk/kill_switch.hpp"

#include <algorithm>

namespace sq::risk {
KillSwitch::KillSwitch(std::span<const Instrument> instruments, std::size_t strategies)
    : strategies_{strategies},
      venues_(kVenues, false),
      accounts_(kAccounts, false),
      by_strategy_(strategies, false),
      by_instrument_(instruments.size(), false) {
  for (const Instrument& each : instruments) venues_of_.push_back(each.venue);
  latched_.reserve(1 + kVenues + kAccounts + strategies + instruments.size());
}

KillScope KillSwitch::known(const KillScope& scope) const noexcept {
  switch (scope.kind) {
    case KillScopeKind::All:
      break;
    case KillScopeKind::Venue:
      if (scope.number < kVenues) return scope;
      break;
    case KillScopeKind::Account:
      if (scope.number < kAccounts) return scope;
      break;
    case KillScopeKind::Strategy:
      if (scope.number < strategies_) return scope;
      break;
    case KillScopeKind::Instrument:
      if (scope.number < venues_of_.size()) return scope;
      break;
  }
  return {};
}

const KillSwitch::Latched* KillSwitch::find(const KillScope& scope) const noexcept {
  const KillScope wanted = known(scope);
  const auto found = std::find_if(latched_.begin(), latched_.end(),
                                  [&](const Latched& each) { return each.scope == wanted; });
  return found == latched_.end() ? nullptr : &*found;
}

void KillSwitch::apply(const KillChanged& change, WallTime at) noexcept {
  const KillScope scope = known({change.scope, change.number});
  const auto found = std::find_if(latched_.begin(), latched_.end(),
                                  [&](const Latched& each) { return each.scope == scope; });
  mark(scope, change.latched != 0);
  if (change.latched == 0) {
    if (found != latched_.end()) latched_.erase(found);
    return;
  }
  const Latched made{scope, change.cause, change.flatten != 0, at, change.reason};
  if (found == latched_.end()) {
    latched_.push_back(made);
  } else {  // once more: the first moment stays
    found->flatten = found->flatten || made.flatten;
    found->cause = made.cause;
    found->reason = made.reason;
  }
}

void KillSwitch::mark(const KillScope& scope, bool latched) noexcept {
  switch (scope.kind) {
    case KillScopeKind::All:
      all_ = latched;
      return;
    case KillScopeKind::Venue:
      venues_[scope.number] = latched;
      return;
    case KillScopeKind::Account:
      accounts_[scope.number] = latched;
      return;
    case KillScopeKind::Strategy:
      by_strategy_[scope.number] = latched;
      return;
    case KillScopeKind::Instrument:
      by_instrument_[scope.number] = latched;
      return;
  }
}

std::optional<KillScope> KillSwitch::closing(AccountId account, StrategyId strategy,
                                             InstrumentId instrument) const noexcept {
  if (all_) return KillScope{};
  const std::uint32_t i = index_of(instrument);
  const auto a = static_cast<std::uint32_t>(account);
  if (i < venues_of_.size()) {
    const auto venue = static_cast<std::uint32_t>(venues_of_[i]);
    if (venue < kVenues && venues_[venue]) return KillScope{KillScopeKind::Venue, venue};
  }
  if (a < kAccounts && accounts_[a]) return KillScope{KillScopeKind::Account, a};
  const std::uint32_t s = index_of(strategy);
  if (s < strategies_ && by_strategy_[s]) return KillScope{KillScopeKind::Strategy, s};
  if (i < venues_of_.size() && by_instrument_[i]) return KillScope{KillScopeKind::Instrument, i};
  return std::nullopt;
}

void KillSwitch::save(StateOut& out) const {
  out.put_count(latched_.size());
  for (const Latched& each : latched_) {
    out.put(each.scope.kind);
    out.put(each.scope.number);
    out.put(each.cause);
    out.put(static_cast<std::uint8_t>(each.flatten ? 1 : 0));
    out.put(each.at.ns);
    out.put(each.reason);
  }
}

bool KillSwitch::restore(StateIn& in) {
  const std::size_t count = in.take_count(latched_.capacity());
  for (std::size_t k = 0; k < count && in.ok(); ++k) {
    Latched each;
    each.scope.kind = in.take<KillScopeKind>();
    each.scope.number = in.take<std::uint32_t>();
    each.cause = in.take<StateCause>();
    each.flatten = in.take<std::uint8_t>() != 0;
    each.at = WallTime{in.take<std::int64_t>()};
    each.reason = in.take<FixedText<64>>();
    if (!in.ok() || known(each.scope) != each.scope) return false;
    latched_.push_back(each);
    mark(each.scope, true);
  }
  return in.ok();
}
}  // namespace sq::risk
