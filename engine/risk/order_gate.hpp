// The last check before an order leaves the process: the one choke point to the wire.
// Thread: the core's. Cost: no lock, allocation, I/O or clock read; linear in the instruments whose
// price or exposure changed since the last check and in own orders of the instrument. An order
// touches six scopes: its instrument, strategy, account, venue, currency and the firm.
// Errors: never throws. The first failing rule, in the order of README.md, is the verdict. What
// cannot be evaluated (no limits, overflow, stale reference or rate) refuses.
// Units: quantities 1e-8 base units, money 1e-8 of the base currency, prices 1e-9.
// Source: limits from the configuration and from records; controls P01, P02, P04-P06, P08, P11,
// P13-P16, P18-P21, P26, P27, P32.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/messaging/control.hpp"
#include "engine/messaging/orders.hpp"
#include "engine/risk/approval.hpp"
#include "engine/risk/breakers.hpp"
#include "engine/risk/exposure.hpp"
#include "engine/risk/fx_rates.hpp"
#include "engine/risk/greek_exposure.hpp"
#include "engine/risk/kill_switch.hpp"
#include "engine/risk/limits.hpp"
#include "engine/risk/policies/order_policies.hpp"
#include "engine/risk/price_jump.hpp"
#include "engine/risk/rule.hpp"
#include "engine/risk/scope.hpp"
#include "engine/risk/verdict.hpp"
#include "engine/types/instrument.hpp"
#include "engine/types/state_bytes.hpp"

namespace sq::risk {
struct GateSetup {
  FirmLimits firm{};
  std::vector<Instrument> instruments;              // index: InstrumentId
  std::vector<InstrumentLimits> instrument_limits;  // same index
  std::vector<StrategyLimits> strategy_limits;      // index: StrategyId
  // [strategy][instrument]: may it trade there?
  std::vector<std::vector<bool>> permitted;
  std::vector<GreekLimit> greek_limits{};
  PolicySetup policies{};
  Currency base_currency{};             // empty: everything settles in one currency
  std::vector<ScopeLimits> accounts{};  // index: AccountId; empty: one account, without limits
  std::vector<AccountId> strategy_accounts{};  // index: StrategyId; empty: all are in the first
  std::vector<VenueLimits> venues{};
  std::vector<CurrencyLimits> currencies{};
  std::vector<HoldingLimits> holdings{};
  std::vector<FxSource> fx{};
};

// A change of an open order, as a request.
struct Amendment {
  Price limit{};
  Qty qty{};     // in all, what is filled included
  Qty filled{};  // of it when the request is made
  Qty added{};   // by how much what may still fill grows until the venue's word; >= 0
};

class OrderGate {
 public:
  explicit OrderGate(GateSetup setup);

  // Would this order be allowed now? `draft.id` need not be set. Counts nothing.
  // `confirmed`: a person has seen the soft block and wants the order all the same. One of
  // kNoStrategy is a person's: no state or permission of a strategy holds it, and it reduces when it
  // shrinks the account's position.
  [[nodiscard]] Verdict check(const OrderRequest& draft, InstrumentId instrument, MonoTime now,
                              bool confirmed = false) noexcept;
  // Would `order`, which works, be allowed to change so? Both its lives count: what is added, and
  // all of it at the higher price. Makes no approval.
  [[nodiscard]] Verdict check_amend(const OrderRequest& order, InstrumentId instrument,
                                    const Amendment& to, MonoTime now) noexcept;

  // Would this order, which is to shrink a position that the kill switch wants gone, be allowed
  // now? All rules but the kill switch's own and the strategy's state hold. flattening(): such an
  // order, at the collar and as large as it may be; empty when there is no price or nothing to
  // send.
  [[nodiscard]] Verdict check_flatten(const OrderRequest& draft, InstrumentId instrument,
                                      MonoTime now) noexcept;
  // kNoStrategy: of what the account holds beside its strategies.
  [[nodiscard]] std::optional<OrderRequest> flattening(StrategyId strategy, InstrumentId instrument,
                                                       AccountId account = {}) const noexcept;
  [[nodiscard]] Holding holding(StrategyId strategy, AccountId account,
                                InstrumentId instrument) const noexcept;
  // Makes the approval for what check() accepted last, once. Empty: this is not that order.
  [[nodiscard]] std::optional<Approved> seal(const RecordHeader& request) noexcept {
    return mint_.seal(request);
  }
  // The number of the approval of any other request that must not leave without one.
  std::uint64_t approve(RecordKind kind, std::span<const std::byte> terms,
                        InstrumentId instrument) noexcept {
    return mint_.approve(kind, terms, instrument);
  }
  void set_approval_key(const ApprovalKey& key) noexcept { mint_ = ApprovalMint{key}; }

  // The number for an amend that passed; its request can then be sealed.
  std::uint64_t approve_amend(const AmendRequest& request, InstrumentId instrument) noexcept {
    AmendRequest terms = request;
    terms.approval = 0;
    return approve(RecordKind::AmendSent, std::as_bytes(std::span{&terms, 1}), instrument);
  }

  // Facts, pushed in the order in which they happen.
  void on_sent(const OrderRequest& order, InstrumentId instrument, MonoTime now) noexcept;
  // `released` of the order can no longer fill (filled quantity included); `done` when terminal.
  void on_released(const OrderRequest& order, InstrumentId instrument, Qty released,
                   bool done) noexcept;
  // What may still fill of a working order changes, with the limits it may fill at: when a change
  // of it is asked for, and with each answer. `before.open` is what is counted.
  void on_restaked(const OrderRequest& order, InstrumentId instrument, const Stake& before,
                   const Stake& after) noexcept;
  // A request to change an order is a message for the rates.
  void on_amend_message(const OrderRequest& order, InstrumentId instrument, MonoTime now) noexcept;
  void on_position(StrategyId strategy, InstrumentId instrument, Qty position_delta,
                   Int128 cash_delta, AccountId account = {}) noexcept;
  // A trade counts for the day's turnover.
  void on_traded(const OrderRequest& order, InstrumentId instrument, Price price, Qty qty) noexcept;
  void set_reference(InstrumentId instrument, Price bid, Price ask, MonoTime at) noexcept;
  void clear_reference(InstrumentId instrument) noexcept;
  // False: no currency that needs this rate, or not a rate.
  bool set_rate(Currency from, Currency to, Price rate, MonoTime at) noexcept;
  void set_greeks(InstrumentId instrument, const GreeksUpdate& greeks) noexcept {
    if (greeks_.limited()) greeks_.set(instrument, greeks);
  }
  void set_kill(const KillChanged& change, WallTime at) noexcept { kill_.apply(change, at); }
  // Anything but Normal refuses every order.
  void set_log(LogCondition condition) noexcept { log_ = condition; }
  void set_strategy_state(StrategyId strategy, StrategyState state) noexcept;
  void set_status(InstrumentId instrument, InstrumentStatus status) noexcept;

  // The day's loss of a strategy, or of the firm for kNoStrategy, is measured from `pnl_base`.
  void start_day(StrategyId strategy, std::int64_t pnl_base) noexcept;
  // A figure of the day, as DayStarted has it. That of the firm starts the day's turnover.
  void set_figure(ScopeKind kind, std::uint32_t number, DayFigure figure,
                  std::int64_t value) noexcept;
  // Looks at losses now, not only with the next order.
  void watch_losses() noexcept { refresh(); }
  // Moves with every change of a latch.
  [[nodiscard]] std::uint64_t latch_changes() const noexcept { return latch_changes_; }
  // A loss limit was reached: only reducing orders pass until re-armed; halted: none.
  [[nodiscard]] bool loss_latched(StrategyId strategy) const noexcept {
    return latch_of(strategy) != LossLatch::Open;
  }
  [[nodiscard]] bool loss_halted(StrategyId strategy) const noexcept {
    return latch_of(strategy) == LossLatch::Halt;
  }
  [[nodiscard]] bool any_loss_latch() const noexcept;
  void clear_loss_latches() noexcept;

  // Limits at run time. Empty: off. Every change is another limits_version().
  [[nodiscard]] LimitChange set_limit(const LimitKey& key,
                                      std::optional<std::int64_t> value) noexcept;
  [[nodiscard]] std::optional<std::int64_t> limit(const LimitKey& key) const noexcept;
  // Has this scope such a control at all, on or off?
  [[nodiscard]] bool has_limit(const LimitKey& key) const noexcept;
  // How much of a limit on a sum or a count is in use, in its unit; as of the last check.
  [[nodiscard]] std::optional<std::int64_t> in_use(const LimitKey& key) const noexcept;
  // Every limit there could be; limit() is empty for those that are off. Allocates.
  [[nodiscard]] std::vector<LimitKey> limit_keys() const;
  void set_limits_version(std::uint32_t version) noexcept { limits_version_ = version; }
  // What the order is worth at its price, 1e-26 of the base currency (valuation.hpp). Empty: it
  // cannot be said.
  [[nodiscard]] std::optional<Int128> base_value(const OrderRequest& order,
                                                 InstrumentId instrument) const noexcept;

  // What the facts above add up to, without what a book says and what is computed from it: prices
  // are pushed anew. restore(): false when the bytes are not of a gate with these instruments,
  // strategies and rates; the gate is then of no use.
  void save(StateOut& out) const;
  [[nodiscard]] bool restore(StateIn& in);

  // The controls that are not limits on exposure; facts that only they need go to them directly.
  [[nodiscard]] OrderPolicies& policies() noexcept { return policies_; }
  [[nodiscard]] const OrderPolicies& policies() const noexcept { return policies_; }

  [[nodiscard]] std::size_t instruments() const noexcept { return instruments_.size(); }
  [[nodiscard]] const Breakers& breakers() const noexcept { return breakers_; }
  [[nodiscard]] Breakers& breakers() noexcept { return breakers_; }
  [[nodiscard]] const KillSwitch& kill() const noexcept { return kill_; }
  [[nodiscard]] KillSwitch& kill() noexcept { return kill_; }
  [[nodiscard]] std::uint32_t limits_version() const noexcept { return limits_version_; }
  [[nodiscard]] const InstrumentExposure& exposure(InstrumentId id) const noexcept {
    return exposures_[index_of(id)];
  }
  [[nodiscard]] const std::vector<Currency>& currencies() const noexcept {
    return rates_.currencies();
  }
  [[nodiscard]] const FxRates& rates() const noexcept { return rates_; }
  // All scopes, the firm first; their sums are as of the last check or watch_losses().
  [[nodiscard]] std::span<const Scope> scopes() const noexcept { return scopes_; }
  [[nodiscard]] const Scope* scope(ScopeKind kind, std::uint32_t number) const noexcept;
  // Worst-case gross over all instruments, base currency 1e-8. Saturates.
  [[nodiscard]] std::int64_t gross_notional() const noexcept;
  // P&L at the current reference prices, since the first start and since start_day(): one
  // strategy, or kNoStrategy for all. Base currency 1e-8, toward zero. Saturates.
  [[nodiscard]] std::int64_t total_pnl(StrategyId strategy) const noexcept;
  [[nodiscard]] std::int64_t day_pnl(StrategyId strategy) const noexcept;

 private:
  // What an order, or a change of one, adds.
  struct Draft {
    const OrderRequest& order;
    std::size_t instrument;
    std::size_t strategy;
    std::size_t account;
    Qty resting{};    // what of it can fill from now on
    Qty extra{};      // how much more of its side may fill
    Int128 value{0};  // of it, 1e-17 of the settlement currency
    Int128 extra_value{0};
    const OrderRequest* changes{nullptr};  // an amend: what the order has open by now
    bool reduces{false};
    bool confirmed{false};
    bool flattens{false};  // on behalf of the kill switch: a halt by loss does not hold it
    bool manual{false};    // a person's: held to the account, where others are to their strategy
  };
  struct Weight {  // of 1e-8 base units or contracts, 1e-26 of the base currency
    UInt128 high{0};
    UInt128 low{0};
  };
  struct Valuation {  // as of the last refresh()
    Weight weight{};
    bool unpriced{false};  // exposure that cannot be valued
  };
  struct HoldingBounds {
    std::int64_t order_qty_max{-1};  // -1: off
    std::int64_t long_max{-1};
    std::int64_t short_max{-1};
    std::uint32_t changed{0};  // a bit a LimitKind: not as configured
  };
  struct Cost {  // of an order in the base currency, 1e-26
    Int128 value;
    Int128 extra_value;
    MonoTime now;
  };
  struct Touched {
    const Scope* scope;
    const Sums* known;
    const Worst* after;
  };
  [[nodiscard]] HoldingBounds bounds_of(const Draft& draft) const noexcept {
    if (draft.manual) return {};
    return holdings_[draft.strategy * instruments_.size() + draft.instrument];
  }

  // order_gate.cpp
  // Without tables of accounts all count as one.
  [[nodiscard]] std::size_t place_of(AccountId account) const noexcept {
    return has_accounts_ ? static_cast<std::size_t>(account) : 0;
  }
  [[nodiscard]] std::size_t account_of(const OrderRequest& order) const noexcept {
    return place_of(order.account);
  }
  [[nodiscard]] LossLatch latch_of(StrategyId strategy) const noexcept;
  [[nodiscard]] static bool order_is_manual(const OrderRequest& order) noexcept {
    return order.strategy == kNoStrategy;
  }
  [[nodiscard]] const Holding& holding_of(const Draft& draft) const noexcept {
    const InstrumentExposure& exposure = exposures_[draft.instrument];
    return draft.manual ? exposure.by_account[draft.account] : exposure.by_strategy[draft.strategy];
  }
  template <class Change>
  void for_each_holding(std::size_t instrument, StrategyId strategy, AccountId account,
                        const Change& change) noexcept;
  void add_open(const OrderRequest& order, std::size_t instrument, Qty qty, Int128 value) noexcept;
  [[nodiscard]] RestingOrder* resting_of(const OrderRequest& order, std::size_t i) noexcept;
  // order_gate_check.cpp, order_gate_exposure.cpp
  [[nodiscard]] Verdict decide(Draft& draft, MonoTime now) noexcept;
  [[nodiscard]] Verdict check_permission(const Draft&, MonoTime) const noexcept;
  [[nodiscard]] Verdict check_order(const Draft&) const noexcept;
  [[nodiscard]] Verdict check_price(const Draft&) const noexcept;
  [[nodiscard]] Verdict check_exposure(const Draft&, MonoTime) noexcept;
  [[nodiscard]] Verdict check_position(const Draft&) const noexcept;
  [[nodiscard]] Verdict check_rates(const Draft&, MonoTime) const noexcept;
  [[nodiscard]] Verdict check_greeks(const Draft&, MonoTime) const noexcept;
  [[nodiscard]] bool has_room(const Draft&, const Cost&) const noexcept;
  [[nodiscard, gnu::noinline]] Verdict check_sums(const Draft&, const Cost&) const noexcept;
  // Of one scope, exactly; false: it refuses, and the verdict says why.
  [[nodiscard]] static bool check_notional(const Draft&, const Touched&, Int128 value,
                                           Verdict&) noexcept;
  [[nodiscard]] static bool check_counts(const Draft&, const Touched&, Int128 extra_value, MonoTime,
                                         Verdict&) noexcept;
  [[nodiscard]] static bool check_losses(const Draft&, const Touched&, Verdict&) noexcept;
  [[nodiscard]] static bool worsen(Worst& worst, const Holding& holding, Side side, Qty extra,
                                   const Weight& weight) noexcept;
  [[nodiscard]] Verdict check_breakers(const OrderRequest&, InstrumentId,
                                       bool reduces) const noexcept;
  // order_gate_sums.cpp: sums brought up to date with the instruments that changed.
  void refresh() const noexcept;
  void refresh(std::size_t instrument) const noexcept;
  void judge() const noexcept;
  [[nodiscard]] Weight weight_of(std::size_t instrument) const noexcept;
  [[nodiscard]] bool sums_of(std::size_t instrument, const Holding& holding,
                             Sums& sums) const noexcept;
  void touch(std::size_t instrument) noexcept {
    changed_[instrument / 64] |= std::uint64_t{1} << (instrument % 64);
  }
  void touch_currency(std::size_t place) noexcept;
  // After its positions or orders changed.
  void settle_greeks(std::size_t instrument) noexcept {
    if (greeks_.limited()) greeks_.on_exposure(instrument, exposures_[instrument]);
  }
  // order_gate_state.cpp, order_gate_limits.cpp
  void save_limits(StateOut& out) const;
  [[nodiscard]] bool restore_limits(StateIn& in);
  void list_judged() noexcept;
  LimitChange change_limit(const LimitKey& key, std::optional<std::int64_t> value) noexcept;
  LimitChange change_instrument(std::size_t i, LimitKind which,
                                std::optional<std::int64_t> value) noexcept;

  std::size_t strategies() const noexcept { return states_.size(); }
  std::size_t cells_at(std::size_t instrument) const noexcept { return instrument * cells_each_; }
  Scope& firm() const noexcept { return scopes_[0]; }
  Scope& account(std::size_t a) const noexcept { return scopes_[1 + a]; }
  Scope& venue_at(std::size_t i) const noexcept { return scopes_[first_venue_ + venue_of_[i]]; }
  Scope& currency_at(std::size_t i) const noexcept {
    return scopes_[first_currency_ + rates_.place_of(i)];
  }
  Scope& strategy(std::size_t s) const noexcept { return scopes_[first_strategy_ + s]; }
  Scope& instrument(std::size_t i) const noexcept { return scopes_[first_instrument_ + i]; }

  std::vector<Instrument> instruments_;
  std::vector<InstrumentLimits> limits_;
  std::vector<std::uint32_t> limits_changed_;  // [instrument]: a bit a LimitKind
  std::vector<InstrumentExposure> exposures_;
  std::vector<PriceJump> jumps_;
  std::vector<HoldingBounds> holdings_;  // [strategy][instrument], empty: no such limit
  GreekExposure greeks_;
  OrderPolicies policies_;
  FxRates rates_;
  std::vector<StrategyState> states_;
  std::vector<AccountId> strategy_accounts_;
  std::vector<std::uint16_t> venue_of_;  // [instrument]: place among the venues
  std::vector<VenueId> venues_;
  std::size_t accounts_{1};
  bool has_accounts_{false};
  std::size_t first_venue_{0};
  std::size_t first_currency_{0};
  std::size_t first_strategy_{0};
  std::size_t first_instrument_{0};
  std::size_t cells_each_{0};
  // Sums over instruments are brought up to date when they are asked for, hence mutable.
  mutable std::vector<Scope> scopes_;           // firm, accounts, venues, currencies, ...
  mutable std::vector<Valuation> valuations_;   // index: InstrumentId
  mutable std::vector<Sums> cells_;             // [instrument]: in all, by strategy, by account
  mutable std::vector<std::uint64_t> changed_;  // a bit an instrument
  mutable std::int64_t unpriced_{0};            // instruments with exposure that cannot be valued
  mutable std::uint64_t latch_changes_{0};
  mutable bool broken_{false};         // a sum left 128 bits: nothing can be evaluated from then on
  std::vector<std::uint32_t> judged_;  // scopes with a limit on loss
  std::vector<std::vector<bool>> permitted_;
  ApprovalMint mint_{ApprovalKey{}};
  std::uint32_t limits_version_{1};
  KillSwitch kill_;
  Breakers breakers_;
  LogCondition log_{LogCondition::Normal};  // of this run: not part of a snapshot
};
}  // namespace sq::risk
