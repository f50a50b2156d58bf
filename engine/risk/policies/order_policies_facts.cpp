// What the policies are told, and what they keep over a restart.
#include <algorithm>

#include "engine/risk/policies/order_policies.hpp"

namespace sq::risk {
namespace {
std::uint8_t usual_in(SessionPhase phase) noexcept {
  switch (phase) {
    case SessionPhase::Unknown:
    case SessionPhase::Closed:
    case SessionPhase::Maintenance:
    case SessionPhase::Halted:
      return 0;
    case SessionPhase::PreOpen:
      return kPermitResting;
    case SessionPhase::Auction:
      return kPermitResting | kPermitMarket;
    case SessionPhase::Continuous:
      return kPermitResting | kPermitImmediate | kPermitFillOrKill | kPermitPostOnly |
             kPermitMarket;
  }
  return 0;  // a phase of a newer writer
}
std::uint8_t bit(bool value) noexcept { return value ? 1 : 0; }
}  // namespace

void OrderPolicies::offer_depth(std::size_t instrument, std::span<const Level> far) noexcept {
  depth_of_ = instrument;
  depth_levels_ = std::min(far.size(), depth_.size());
  std::copy_n(far.begin(), depth_levels_, depth_.begin());
}

void OrderPolicies::on_message(Message message, StrategyId strategy, AccountId account,
                               std::size_t instrument, MonoTime now) noexcept {
  OnInstrument& at = instruments_[instrument];
  OnVenue& venue = venues_[at.venue];
  const std::size_t s = index_of(strategy);
  if (s < strategies_.size() && strategies_[s].bucket.limits().on())
    strategies_[s].bucket.take(now, 1);
  const auto a = static_cast<std::size_t>(account);
  if (a < accounts_.size() && accounts_[a].limits().on()) accounts_[a].take(now, 1);
  if (venue.bucket.limits().on()) {
    const MessageWeights& weights = venue.policies.weights;
    venue.bucket.take(now, message == Message::Order   ? weights.order
                           : message == Message::Amend ? weights.amend
                                                       : weights.cancel);
  }
  if (at.order_to_trade) at.order_to_trade->on_message(now);
}

void OrderPolicies::on_sent(const OrderRequest& order, std::size_t instrument,
                            MonoTime now) noexcept {
  const std::size_t s = index_of(order.strategy);
  if (s < strategies_.size()) strategies_[s].repeated.on_sent();
  if (!configured_) return;
  if (duplicates_.on()) duplicates_.on_sent(order, instrument, now);
  OnInstrument& at = instruments_[instrument];
  if (at.windows.on() || firm_.on()) {
    const auto value = definitions_[instrument].fine_notional(order.limit, order.qty);
    // Larger than 2^120: what is counted then refuses whatever comes next.
    const Int128 notional = value ? *value : Int128{1} << 120;
    at.windows.on_sent(order.qty.raw(), notional, now);
    firm_.on_sent(order.qty.raw(), notional, now);
  }
  on_message(Message::Order, order.strategy, order.account, instrument, now);
}

void OrderPolicies::on_amend(StrategyId strategy, AccountId account, std::size_t instrument,
                             MonoTime now) noexcept {
  if (configured_) on_message(Message::Amend, strategy, account, instrument, now);
}
void OrderPolicies::on_cancel(StrategyId strategy, AccountId account, std::size_t instrument,
                              MonoTime now) noexcept {
  if (configured_) on_message(Message::Cancel, strategy, account, instrument, now);
}

void OrderPolicies::on_fill(StrategyId strategy, Side side, Qty qty, std::size_t instrument,
                            MonoTime now) noexcept {
  OnInstrument& at = instruments_[instrument];
  if (side == Side::Sell) at.sold += qty.raw();
  const std::size_t s = index_of(strategy);
  if (s < strategies_.size()) strategies_[s].repeated.on_fill();
  if (at.order_to_trade) at.order_to_trade->on_trade(now);
}

void OrderPolicies::on_static(const StaticData& data, std::size_t instrument,
                              MonoTime now) noexcept {
  if (instrument >= instruments_.size()) return;
  OnInstrument& at = instruments_[instrument];
  switch (data.fact) {
    case StaticFact::FiltersConfirmed:
      on_filters(instrument, now);
      return;
    case StaticFact::Holdings:
      at.holdings = std::max<std::int64_t>(data.value, 0);
      at.sold = 0;
      return;
    case StaticFact::Banned:
      at.banned = data.value != 0;
      break;
    case StaticFact::Restricted:
      at.restricted_now = data.value != 0;
      break;
    case StaticFact::SettlementPrice:  // of the books, not of the gate
      return;
  }
  settle();
}

void OrderPolicies::on_filters(std::size_t instrument, MonoTime now) noexcept {
  if (instrument >= instruments_.size()) return;
  instruments_[instrument].filters_at = now;
  instruments_[instrument].filters_known = true;
}

void OrderPolicies::on_session(const SessionEvent& event, InstrumentId instrument) noexcept {
  const Phase phase{event.phase, event.permitted != 0 ? event.permitted : usual_in(event.phase)};
  if (instrument != kNoInstrument) {
    if (index_of(instrument) < instruments_.size())
      instruments_[index_of(instrument)].phase = phase;
  } else {
    for (OnVenue& venue : venues_) {
      if (venue.policies.venue == event.venue) venue.phase = phase;
    }
  }
  settle();
}

void OrderPolicies::on_clock(VenueId venue, std::int64_t offset_ns, std::int64_t uncertainty_ns,
                             MonoTime now) noexcept {
  for (OnVenue& each : venues_) {
    if (each.policies.venue != venue) continue;
    each.offset_ns = offset_ns;
    each.uncertainty_ns = uncertainty_ns;
    each.clock_at = now;
    each.clock_known = true;
  }
}

void OrderPolicies::on_epoch() noexcept {
  for (OnVenue& venue : venues_) {
    venue.phase = {};
    venue.clock_known = false;
  }
  for (OnInstrument& at : instruments_) {
    at.phase = {};
    at.filters_known = false;
  }
  settle();
}

void OrderPolicies::acknowledge(StrategyId strategy) noexcept {
  if (index_of(strategy) < strategies_.size())
    strategies_[index_of(strategy)].repeated.acknowledge();
}

SessionPhase OrderPolicies::phase(VenueId venue) const noexcept {
  for (const OnVenue& each : venues_) {
    if (each.policies.venue == venue) return each.phase.phase;
  }
  return SessionPhase::Unknown;
}

void OrderPolicies::save(StateOut& out) const {
  out.put(bit(duplicates_.on()));
  if (duplicates_.on()) duplicates_.save(out);
  firm_.save(out);
  out.put_count(instruments_.size());
  for (const OnInstrument& at : instruments_) {
    at.windows.save(out);
    out.put(bit(at.order_to_trade.has_value()));
    if (at.order_to_trade) at.order_to_trade->save(out);
    out.put(at.filters_at.ns);
    out.put(at.holdings);
    out.put(at.sold);
    out.put(at.phase.phase);
    out.put(at.phase.permitted);
    for (const bool flag : {at.restricted_now, at.banned, at.filters_known}) out.put(bit(flag));
  }
  out.put_count(venues_.size());
  for (const OnVenue& at : venues_) {
    at.bucket.save(out);
    out.put(at.phase.phase);
    out.put(at.phase.permitted);
    out.put(bit(at.clock_known));
    out.put(at.offset_ns);
    out.put(at.uncertainty_ns);
    out.put(at.clock_at.ns);
  }
  out.put_count(strategies_.size());
  for (const OnStrategy& at : strategies_) {
    at.bucket.save(out);
    at.repeated.save(out);
  }
  out.put_count(accounts_.size());
  for (const MessageBucket& each : accounts_) each.save(out);
}

bool OrderPolicies::restore(StateIn& in) {
  const auto flag = [&in] { return in.take<std::uint8_t>() != 0; };
  in.expect(bit(duplicates_.on()));
  if (!in.ok() || (duplicates_.on() && !duplicates_.restore(in))) return false;
  if (!firm_.restore(in)) return false;
  in.expect(std::uint64_t{instruments_.size()});
  for (OnInstrument& at : instruments_) {
    if (!in.ok() || !at.windows.restore(in)) return false;
    in.expect(bit(at.order_to_trade.has_value()));
    if (!in.ok() || (at.order_to_trade && !at.order_to_trade->restore(in))) return false;
    at.filters_at = MonoTime{in.take<std::int64_t>()};
    at.holdings = in.take<std::int64_t>();
    at.sold = in.take<std::int64_t>();
    at.phase.phase = in.take<SessionPhase>();
    at.phase.permitted = in.take<std::uint8_t>();
    at.restricted_now = flag();
    at.banned = flag();
    at.filters_known = flag();
  }
  in.expect(std::uint64_t{venues_.size()});
  for (OnVenue& at : venues_) {
    at.bucket.restore(in);
    at.phase.phase = in.take<SessionPhase>();
    at.phase.permitted = in.take<std::uint8_t>();
    at.clock_known = flag();
    at.offset_ns = in.take<std::int64_t>();
    at.uncertainty_ns = in.take<std::int64_t>();
    at.clock_at = MonoTime{in.take<std::int64_t>()};
  }
  in.expect(std::uint64_t{strategies_.size()});
  for (OnStrategy& at : strategies_) {
    at.bucket.restore(in);
    at.repeated.restore(in);
  }
  in.expect(std::uint64_t{accounts_.size()});
  for (MessageBucket& each : accounts_) each.restore(in);
  settle();
  return in.ok();
}
}  // namespace sq::risk
