#include "engine/risk/breakers.hpp"

#include <algorithm>

namespace sq::risk {
namespace {
KillScope scope_of(const BreakerChanged& change) noexcept { return {change.scope, change.number}; }
bool lets_nothing_open(BreakerAction action) noexcept {
  return action == BreakerAction::ReduceOnly;
}
}  // namespace

const Breakers::Entry* Breakers::find(BreakerKind kind, const KillScope& scope) const noexcept {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& each) {
    return each.last.kind == kind && scope_of(each.last) == scope;
  });
  return found == entries_.end() ? nullptr : &*found;
}
Breakers::Entry* Breakers::entry(BreakerKind kind, const KillScope& scope) noexcept {
  return const_cast<Entry*>(find(kind, scope));
}

void Breakers::apply(const BreakerChanged& change, WallTime at) noexcept {
  Entry* const known = entry(change.kind, scope_of(change));
  if (change.to == BreakerState::Closed) {
    if (known == nullptr) return;
    *known = entries_.back();
    entries_.pop_back();
    return;
  }
  if (known != nullptr) {
    *known = {change, at, {}, false};
  } else if (entries_.size() < entries_.capacity()) {
    entries_.push_back({change, at, {}, false});
  } else {
    full_ = true;
  }
}

void Breakers::on_sent(OrderId id, VenueId venue, AccountId account, StrategyId strategy,
                       InstrumentId instrument) noexcept {
  for (Entry& each : entries_)
    if (each.last.to == BreakerState::HalfOpen && each.probe == OrderId{} &&
        covers(scope_of(each.last), venue, account, strategy, instrument))
      each.probe = id;
}
void Breakers::on_ended(OrderId id) noexcept {
  for (Entry& each : entries_)
    if (each.probe == id) each.probe_ended = true;
}

Breakers::Restriction Breakers::restriction(VenueId venue, AccountId account, StrategyId strategy,
                                            InstrumentId instrument) const noexcept {
  Restriction strictest;
  if (full_) strictest.permission = Permission::None;
  for (const Entry& each : entries_) {
    if (!covers(scope_of(each.last), venue, account, strategy, instrument)) continue;
    Permission left = Permission::None;
    if (each.last.to == BreakerState::HalfOpen && each.probe == OrderId{})
      left = Permission::OneSmall;
    else if (lets_nothing_open(each.last.action))
      left = Permission::Reducing;
    if (left > strictest.permission || strictest.by == nullptr) {
      strictest.permission = std::max(left, strictest.permission);
      strictest.by = &each;
    }
  }
  return strictest;
}

void Breakers::save(StateOut& out) const {
  out.put(static_cast<std::uint8_t>(full_ ? 1 : 0));
  out.put_count(entries_.size());
  for (const Entry& each : entries_) {
    out.put(each.last);
    out.put(each.at.ns);
    out.put(each.probe);
    out.put(static_cast<std::uint8_t>(each.probe_ended ? 1 : 0));
  }
}
bool Breakers::restore(StateIn& in) {
  full_ = in.take<std::uint8_t>() != 0;
  const std::size_t count = in.take_count(entries_.capacity());
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    Entry each;
    each.last = in.take<BreakerChanged>();
    each.at = WallTime{in.take<std::int64_t>()};
    each.probe = in.take<OrderId>();
    each.probe_ended = in.take<std::uint8_t>() != 0;
    entries_.push_back(each);
  }
  return in.ok();
}
}  // namespace sq::risk
