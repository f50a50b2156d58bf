// The gate's controls that are not limits on exposure, behind one object: the gate asks it last,
// and whoever learns a fact tells it. What is checked, in this order: restricted and ban lists
// (P01, P22), session phase (P23), tags (P25), clock offset (P33), age of filters (P39), freeze
// quantity (P24), holdings (P22), duplicates (P09), accumulation (P10), message rates (P11),
// repeated execution (P12), order-to-trade ratio (P36), market impact (P38, soft). Thread: the
// core's. Cost: a few compares a control that is on; no allocation after construction. Errors:
// Verdict; what cannot be evaluated refuses. The state is a function of recorded facts alone.
// Units: quantities 1e-8, prices 1e-9, money 1e-8, times ns. Source: controls P01 to P39 as named.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "engine/messaging/market_data.hpp"
#include "engine/messaging/orders.hpp"
#include "engine/messaging/reference_data.hpp"
#include "engine/risk/exposure.hpp"
#include "engine/risk/policies/accumulation.hpp"
#include "engine/risk/policies/duplicate_orders.hpp"
#include "engine/risk/policies/market_impact.hpp"
#include "engine/risk/policies/message_bucket.hpp"
#include "engine/risk/policies/order_to_trade.hpp"
#include "engine/risk/policies/policy_setup.hpp"
#include "engine/risk/policies/repeated_execution.hpp"
#include "engine/risk/verdict.hpp"
#include "engine/types/instrument.hpp"

namespace sq::risk {
class OrderPolicies {
 public:
  OrderPolicies(const PolicySetup& setup, const std::vector<Instrument>& instruments,
                std::size_t strategies);

  // `exposure`: of the instrument, the order not yet in it. `reduces`: it shrinks its strategy's
  // position. `confirmed`: a person has seen the soft block and wants the order all the same.
  [[nodiscard]] Verdict check(const OrderRequest& order, std::size_t instrument,
                              const InstrumentExposure& exposure, bool reduces, bool confirmed,
                              MonoTime now) noexcept;
  // An order that is to become `after`: what changes for it, and the rate of amends.
  [[nodiscard]] Verdict check_amend(const OrderRequest& before, const OrderRequest& after,
                                    std::size_t instrument, const InstrumentExposure& exposure,
                                    bool reduces, MonoTime now) noexcept;
  // The far side of the book for the next check of this instrument, best level first.
  [[nodiscard]] bool wants_depth(std::size_t instrument) const noexcept {
    return instruments_[instrument].impact_max >= 0;
  }
  void offer_depth(std::size_t instrument, std::span<const Level> far) noexcept;

  // Facts, in the order in which they happen.
  void on_sent(const OrderRequest& order, std::size_t instrument, MonoTime now) noexcept;
  void on_amend(StrategyId strategy, AccountId account, std::size_t instrument,
                MonoTime now) noexcept;
  void on_cancel(StrategyId strategy, AccountId account, std::size_t instrument,
                 MonoTime now) noexcept;
  void on_fill(StrategyId strategy, Side side, Qty qty, std::size_t instrument,
               MonoTime now) noexcept;
  void on_static(const StaticData& data, std::size_t instrument, MonoTime now) noexcept;
  void on_filters(std::size_t instrument, MonoTime now) noexcept;
  // kNoInstrument: the whole venue.
  void on_session(const SessionEvent& event, InstrumentId instrument) noexcept;
  // Venue time minus own time, and how wrong that may be.
  void on_clock(VenueId venue, std::int64_t offset_ns, std::int64_t uncertainty_ns,
                MonoTime now) noexcept;
  // Another process: phases, clocks and filters are to be told anew.
  void on_epoch() noexcept;
  // A person has looked at what the strategy did.
  void acknowledge(StrategyId strategy) noexcept;

  // Only a person can end it (P12).
  [[nodiscard]] bool disabled(StrategyId strategy) const noexcept {
    const std::size_t s = index_of(strategy);
    return s < strategies_.size() && strategies_[s].repeated.disabled();
  }

  // At least one of its controls could refuse something.
  [[nodiscard]] bool any_on() const noexcept { return on_; }

  // For people and for changes while running.
  [[nodiscard]] std::size_t instruments() const noexcept { return instruments_.size(); }
  [[nodiscard]] std::size_t strategies() const noexcept { return strategies_.size(); }
  [[nodiscard]] Accumulation& firm_windows() noexcept { return firm_; }
  [[nodiscard]] const Accumulation& firm_windows() const noexcept { return firm_; }
  [[nodiscard]] Accumulation& windows(std::size_t i) noexcept { return instruments_[i].windows; }
  [[nodiscard]] const Accumulation& windows(std::size_t i) const noexcept {
    return instruments_[i].windows;
  }
  [[nodiscard]] const RepeatedExecution& repeated(std::size_t s) const noexcept {
    return strategies_[s].repeated;
  }
  [[nodiscard]] RepeatedExecution& repeated(std::size_t s) noexcept {
    return strategies_[s].repeated;
  }
  [[nodiscard]] const std::optional<OrderToTrade>& order_to_trade(std::size_t i) const noexcept {
    return instruments_[i].order_to_trade;
  }
  [[nodiscard]] std::int64_t freeze_qty(std::size_t i) const noexcept {
    return instruments_[i].freeze_qty;
  }
  void set_freeze_qty(std::size_t i, std::int64_t qty) noexcept {
    instruments_[i].freeze_qty = qty;
  }
  [[nodiscard]] bool restricted(std::size_t i) const noexcept {
    return instruments_[i].restricted || instruments_[i].restricted_now;
  }
  [[nodiscard]] bool banned(std::size_t i) const noexcept { return instruments_[i].banned; }
  [[nodiscard]] SessionPhase phase(VenueId venue) const noexcept;

  void save(StateOut& out) const;
  [[nodiscard]] bool restore(StateIn& in);

 private:
  enum class Message : std::uint8_t { Order, Amend, Cancel };
  struct Phase {
    SessionPhase phase{SessionPhase::Unknown};
    std::uint8_t permitted{0};  // meaningless while Unknown
  };
  struct OnVenue {
    VenuePolicies policies;
    MessageBucket bucket;
    Phase phase{};
    bool clock_known{false};
    std::int64_t offset_ns{0};
    std::int64_t uncertainty_ns{0};
    MonoTime clock_at{};
  };
  struct OnInstrument {
    Accumulation windows;
    std::optional<OrderToTrade> order_to_trade;
    std::size_t venue{0};         // in venues_
    std::int64_t freeze_qty{-1};  // -1: off
    std::int64_t impact_max{-1};  // 1e-9 of the touch; -1: off
    std::int64_t filter_age_ns_max{0};
    MonoTime filters_at{};
    std::int64_t holdings{-1};  // -1: not told
    std::int64_t sold{0};       // since they were told
    Phase phase{};
    bool slice{false};
    bool delivery{false};
    bool restricted{false};
    bool restricted_now{false};
    bool banned{false};
    bool filters_known{false};
  };
  struct OnStrategy {
    MessageBucket bucket;
    RepeatedExecution repeated;
    bool tagged{false};
  };
  [[nodiscard]] Verdict check_lists(const OrderRequest&, const OnInstrument&, const OnVenue&,
                                    bool reduces, MonoTime now) const noexcept;
  [[nodiscard]] Verdict check_form(const OrderRequest&, const OnInstrument&, const OnVenue&,
                                   const InstrumentExposure&) const noexcept;
  [[nodiscard]] Verdict check_sums(const OrderRequest&, std::size_t instrument,
                                   MonoTime now) const noexcept;
  [[nodiscard]] Verdict check_rates(StrategyId, AccountId, const OnInstrument&, const OnVenue&,
                                    Message, MonoTime now) const noexcept;
  [[nodiscard]] Verdict check_impact(const OrderRequest&, std::size_t instrument,
                                     bool confirmed) noexcept;
  void on_message(Message, StrategyId, AccountId, std::size_t instrument, MonoTime now) noexcept;
  // Whether any control may refuse; without one, check() is a load and a branch.
  void settle() noexcept;

  std::vector<Instrument> definitions_;
  std::vector<OnInstrument> instruments_;
  std::vector<OnVenue> venues_;
  std::vector<OnStrategy> strategies_;
  std::vector<MessageBucket> accounts_;
  DuplicateOrders duplicates_;
  Accumulation firm_;
  std::array<Level, kImpactLevels> depth_{};
  std::size_t depth_levels_{0};
  std::size_t depth_of_{0};
  bool configured_{false};
  bool on_{false};
};
}  // namespace sq::risk
