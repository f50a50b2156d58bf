#include "engine/risk/policies/order_policies.hpp"

#include <algorithm>
#include <limits>

namespace sq::risk {
namespace {
Verdict refuse(Rule rule, std::int64_t observed = 0, std::int64_t allowed = 0,
               std::uint8_t detail = 0) noexcept {
  Verdict verdict;
  verdict.rule = rule;
  verdict.detail = detail;
  verdict.observed = observed;
  verdict.allowed = allowed;
  return verdict;
}
std::uint8_t needed_by(const OrderRequest& order) noexcept {
  if (order.type == OrderType::Market) return kPermitMarket;
  if (order.tif == TimeInForce::ImmediateOrCancel) return kPermitImmediate;
  if (order.tif == TimeInForce::FillOrKill) return kPermitFillOrKill;
  if (order.tif == TimeInForce::PostOnly) return kPermitPostOnly;
  return kPermitResting;
}
template <class T>
T of(const std::vector<T>& all, std::size_t index) {
  return index < all.size() ? all[index] : T{};
}
}  // namespace

OrderPolicies::OrderPolicies(const PolicySetup& setup, const std::vector<Instrument>& instruments,
                             std::size_t strategies)
    : definitions_{instruments},
      duplicates_{setup.duplicate_window_ns, setup.duplicate_memory},
      firm_{setup.windows} {
  for (const VenuePolicies& each : setup.venues)
    venues_.push_back({each, MessageBucket{each.rate}, {}, false, 0, 0, {}});
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    const InstrumentPolicies policies = of(setup.instruments, i);
    OnInstrument at;
    at.windows = Accumulation{policies.windows};
    if (policies.order_to_trade.window_ns > 0) at.order_to_trade.emplace(policies.order_to_trade);
    const auto same = [&](const OnVenue& venue) {
      return venue.policies.venue == instruments[i].venue;
    };
    auto found = std::find_if(venues_.begin(), venues_.end(), same);
    if (found == venues_.end()) {
      VenuePolicies none;
      none.venue = instruments[i].venue;
      found = venues_.insert(venues_.end(), {none, MessageBucket{none.rate}, {}, false, 0, 0, {}});
    }
    at.venue = static_cast<std::size_t>(found - venues_.begin());
    at.freeze_qty = policies.freeze_qty.value_or(-1);
    at.impact_max = policies.impact_max ? policies.impact_max->raw() : -1;
    at.filter_age_ns_max = policies.filter_age_ns_max;
    at.slice = policies.slice;
    at.delivery = policies.delivery;
    at.restricted = policies.restricted;
    instruments_.push_back(std::move(at));
  }
  for (std::size_t s = 0; s < strategies; ++s) {
    const StrategyPolicies policies = of(setup.strategies, s);
    strategies_.push_back(
        {MessageBucket{policies.rate}, RepeatedExecution{policies.repeated}, policies.tagged});
  }
  for (const MessageRateLimits& each : setup.accounts) accounts_.emplace_back(each);
  const auto any = [](const auto& all, auto&& test) {
    return std::any_of(all.begin(), all.end(), test);
  };
  configured_ = duplicates_.on() || firm_.on() ||
                any(accounts_, [](const MessageBucket& each) { return each.limits().on(); }) ||
                any(instruments_,
                    [](const OnInstrument& at) {
                      return at.windows.on() || at.order_to_trade || at.freeze_qty >= 0 ||
                             at.impact_max >= 0 || at.filter_age_ns_max > 0 || at.delivery ||
                             at.restricted;
                    }) ||
                any(venues_,
                    [](const OnVenue& at) {
                      return at.policies.session || at.policies.tags ||
                             at.policies.receive_window_ns > 0 || at.policies.rate.on();
                    }) ||
                any(strategies_, [](const OnStrategy& at) {
                  return at.bucket.limits().on() || at.repeated.limits().executions_max > 0 ||
                         at.repeated.limits().cycles_max > 0;
                });
  on_ = configured_;
}

void OrderPolicies::settle() noexcept {
  on_ = configured_ ||
        std::any_of(venues_.begin(), venues_.end(),
                    [](const OnVenue& at) { return at.phase.phase != SessionPhase::Unknown; }) ||
        std::any_of(instruments_.begin(), instruments_.end(), [](const OnInstrument& at) {
          return at.restricted_now || at.banned || at.phase.phase != SessionPhase::Unknown;
        });
}

[[gnu::flatten]] Verdict OrderPolicies::check(const OrderRequest& order, std::size_t instrument,
                                              const InstrumentExposure& exposure, bool reduces,
                                              bool confirmed, MonoTime now) noexcept {
  if (!on_) return {};
  const OnInstrument& at = instruments_[instrument];
  const OnVenue& venue = venues_[at.venue];
  if (const Verdict v = check_lists(order, at, venue, reduces, now); !v.accepted()) return v;
  if (const Verdict v = check_form(order, at, venue, exposure); !v.accepted()) return v;
  if (duplicates_.on()) {
    const DuplicateOrders::Found found = duplicates_.find(order, instrument, now);
    if (found.answer != DuplicateOrders::Answer::New)
      return refuse(Rule::DuplicateOrder, found.age_ns, duplicates_.window_ns(),
                    static_cast<std::uint8_t>(found.answer));
  }
  if (const Verdict v = check_sums(order, instrument, now); !v.accepted()) return v;
  if (const Verdict v = check_rates(order.strategy, order.account, at, venue, Message::Order, now);
      !v.accepted())
    return v;
  if (disabled(order.strategy)) [[unlikely]] {
    const RepeatedExecution& repeated = strategies_[index_of(order.strategy)].repeated;
    const bool by_cycles =
        repeated.limits().cycles_max > 0 && repeated.cycles() >= repeated.limits().cycles_max;
    return refuse(Rule::RepeatedExecution, by_cycles ? repeated.cycles() : repeated.executions(),
                  by_cycles ? repeated.limits().cycles_max : repeated.limits().executions_max,
                  by_cycles ? 1 : 0);
  }
  if (at.impact_max >= 0) return check_impact(order, instrument, confirmed);
  return {};
}

Verdict OrderPolicies::check_amend(const OrderRequest& before, const OrderRequest& after,
                                   std::size_t instrument, const InstrumentExposure& exposure,
                                   bool reduces, MonoTime now) noexcept {
  if (!on_) return {};
  const OnInstrument& at = instruments_[instrument];
  const OnVenue& venue = venues_[at.venue];
  if (const Verdict v = check_lists(after, at, venue, reduces, now); !v.accepted()) return v;
  // What the order reserved already is in the exposure: only what comes on top needs holdings.
  if (at.freeze_qty >= 0 && after.qty.raw() > at.freeze_qty)
    return refuse(Rule::FreezeQty, after.qty.raw(), at.freeze_qty, at.slice ? 1 : 0);
  if (after.qty > before.qty) {
    OrderRequest more = after;
    more.qty = Qty::from_raw(after.qty.raw() - before.qty.raw());
    if (const Verdict v = check_form(more, at, venue, exposure); !v.accepted()) return v;
    if (const Verdict v = check_sums(more, instrument, now); !v.accepted()) return v;
  }
  if (const Verdict v = check_rates(after.strategy, after.account, at, venue, Message::Amend, now);
      !v.accepted())
    return v;
  if (disabled(after.strategy)) return refuse(Rule::RepeatedExecution);
  return {};
}

Verdict OrderPolicies::check_lists(const OrderRequest& order, const OnInstrument& at,
                                   const OnVenue& venue, bool reduces,
                                   MonoTime now) const noexcept {
  if (at.restricted || at.restricted_now) return refuse(Rule::Restricted);
  if (at.banned && !reduces) return refuse(Rule::Banned, order.qty.raw(), 0);
  // Both the venue and the instrument must permit it; a phase nobody has told forbids only where
  // one is required.
  const bool unknown =
      venue.phase.phase == SessionPhase::Unknown && at.phase.phase == SessionPhase::Unknown;
  if (unknown ? venue.policies.session : true) {
    std::uint8_t permitted = unknown ? std::uint8_t{0} : std::uint8_t{0xFF};
    if (venue.phase.phase != SessionPhase::Unknown) permitted &= venue.phase.permitted;
    if (at.phase.phase != SessionPhase::Unknown) permitted &= at.phase.permitted;
    if ((permitted & needed_by(order)) == 0) {
      const Phase& phase = at.phase.phase != SessionPhase::Unknown ? at.phase : venue.phase;
      return refuse(permitted == 0 ? Rule::SessionPhase : Rule::OrderTypeInPhase,
                    static_cast<std::int64_t>(phase.phase),
                    static_cast<std::int64_t>(SessionPhase::Continuous));
    }
  }
  if (const std::int64_t window = venue.policies.receive_window_ns; window > 0) {
    const std::int64_t age = now - venue.clock_at;
    if (!venue.clock_known || age > venue.policies.clock_age_ns_max)
      return refuse(Rule::ClockUnknown, venue.clock_known ? age : -1,
                    venue.policies.clock_age_ns_max);
    const Int128 offset = venue.offset_ns;
    const Int128 wrong = (offset < 0 ? -offset : offset) + venue.uncertainty_ns;
    if (venue.uncertainty_ns < 0 || wrong > window)
      return refuse(Rule::ClockOffset,
                    static_cast<std::int64_t>(
                        std::min<Int128>(wrong, std::numeric_limits<std::int64_t>::max())),
                    window);
  }
  if (at.filter_age_ns_max > 0) {
    const std::int64_t age = now - at.filters_at;
    if (!at.filters_known || age > at.filter_age_ns_max)
      return refuse(Rule::FiltersStale, at.filters_known ? age : -1, at.filter_age_ns_max);
  }
  return {};
}

Verdict OrderPolicies::check_form(const OrderRequest& order, const OnInstrument& at,
                                  const OnVenue& venue,
                                  const InstrumentExposure& exposure) const noexcept {
  if (venue.policies.tags) {
    const std::size_t s = index_of(order.strategy);
    if (s >= strategies_.size() || !strategies_[s].tagged) return refuse(Rule::TagMissing);
  }
  if (at.freeze_qty >= 0 && order.qty.raw() > at.freeze_qty)
    return refuse(Rule::FreezeQty, order.qty.raw(), at.freeze_qty, at.slice ? 1 : 0);
  if (at.delivery && order.side == Side::Sell) {
    if (at.holdings < 0) return refuse(Rule::Holdings, order.qty.raw(), 0, 1);
    const Int128 sold = Int128{exposure.total.open.sell} + at.sold + order.qty.raw();
    if (sold > at.holdings)
      return refuse(Rule::Holdings,
                    static_cast<std::int64_t>(
                        std::min<Int128>(sold, std::numeric_limits<std::int64_t>::max())),
                    at.holdings);
  }
  return {};
}

Verdict OrderPolicies::check_sums(const OrderRequest& order, std::size_t instrument,
                                  MonoTime now) const noexcept {
  const OnInstrument& at = instruments_[instrument];
  if (!at.windows.on() && !firm_.on()) return {};
  const auto value = definitions_[instrument].fine_notional(order.limit, order.qty);
  const Int128 notional = value ? *value : Int128{-1};
  if (const Verdict v = at.windows.check(order.qty.raw(), notional, now); !v.accepted()) return v;
  return firm_.check(order.qty.raw(), notional, now);
}

Verdict OrderPolicies::check_rates(StrategyId strategy, AccountId account, const OnInstrument& at,
                                   const OnVenue& venue, Message message,
                                   MonoTime now) const noexcept {
  // detail: 1 strategy, 2 account, 3 venue
  const auto over = [&](const MessageBucket& bucket, std::int64_t tokens,
                        std::uint8_t scope) -> Verdict {
    if (!bucket.limits().on() || bucket.allows_news(now, tokens)) return {};
    return refuse(Rule::MessageRate, tokens, bucket.free_for_news(now), scope);
  };
  const std::size_t s = index_of(strategy);
  if (s < strategies_.size()) {
    if (const Verdict v = over(strategies_[s].bucket, 1, 1); !v.accepted()) return v;
  }
  if (!accounts_.empty()) {
    const auto a = static_cast<std::size_t>(account);
    // Where accounts have rates, one that has none may send nothing.
    if (a >= accounts_.size()) return refuse(Rule::MessageRate, 1, 0, 2);
    if (const Verdict v = over(accounts_[a], 1, 2); !v.accepted()) return v;
  }
  const MessageWeights& weights = venue.policies.weights;
  if (const Verdict v =
          over(venue.bucket, message == Message::Amend ? weights.amend : weights.order, 3);
      !v.accepted())
    return v;
  if (at.order_to_trade && !at.order_to_trade->allows_news(now))
    return refuse(Rule::OrderToTrade, at.order_to_trade->messages(now) + 1,
                  at.order_to_trade->limits().ratio_max *
                      std::max<std::int64_t>(at.order_to_trade->trades(now), 1));
  return {};
}

Verdict OrderPolicies::check_impact(const OrderRequest& order, std::size_t instrument,
                                    bool confirmed) noexcept {
  const std::size_t levels = depth_of_ == instrument ? depth_levels_ : 0;
  depth_levels_ = 0;
  const auto impact = impact_of(order, {depth_.data(), levels});
  const std::int64_t bound = instruments_[instrument].impact_max;
  if (!impact) return refuse(Rule::MarketImpact, -1, 0);  // nobody showed the book: not soft
  if (confirmed) return {};
  const std::int64_t best = depth_[0].price.raw();
  if (Int128{*impact} * Ratio::kScale <= Int128{best} * bound) return {};
  Verdict soft = refuse(Rule::MarketImpact, *impact,
                        static_cast<std::int64_t>(Int128{best} * bound / Ratio::kScale));
  soft.soft = true;
  return soft;
}
}  // namespace sq::risk
