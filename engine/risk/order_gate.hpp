// The last check before an order leaves the process: the one choke point to the wire.
// Thread: the core's. Cost: no lock, allocation, I/O or clock read; linear in the instruments whose
// price or exposure changed since the last check and in own orders of the instrument.
// Errors: never throws. The first failing rule, in enum order, is the verdict. What cannot be
// evaluated (no limits, overflow, stale reference) refuses.
// Units: quantities 1e-8 base units, money 1e-8 of the base currency, prices 1e-9.
// Source: limits from the configuration; controls P01-P06, P08, P11, P13-P15, P18-P20, P27.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/messaging/control.hpp"
#include "engine/messaging/orders.hpp"
#include "engine/risk/approval.hpp"
#include "engine/risk/exposure.hpp"
#include "engine/risk/greek_exposure.hpp"
#include "engine/risk/kill_switch.hpp"
#include "engine/risk/limits.hpp"
#include "engine/risk/policies/order_policies.hpp"
#include "engine/risk/rate_window.hpp"
#include "engine/risk/rule.hpp"
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
};

class OrderGate {
 public:
  explicit OrderGate(GateSetup setup);

  // Would this order be allowed now? `draft.id` need not be set. Counts nothing.
  // `confirmed`: a person has seen the soft block and wants the order all the same.
  [[nodiscard]] Verdict check(const OrderRequest& draft, InstrumentId instrument, MonoTime now,
                              bool confirmed = false) noexcept;

  // Would this order, which is to shrink a position that the kill switch wants gone, be allowed now?
  // All rules but the kill switch's own and the strategy's state hold. flattening(): such an order, at
  // the collar and as large as it may be; empty when there is no price or nothing to send.
  [[nodiscard]] Verdict check_flatten(const OrderRequest& draft, InstrumentId instrument,
                                      MonoTime now) noexcept;
  [[nodiscard]] std::optional<OrderRequest> flattening(StrategyId strategy,
                                                       InstrumentId instrument) const noexcept;
  // Makes the approval for what check() accepted last, once. Empty: this is not that order.
  [[nodiscard]] std::optional<Approved> seal(const RecordHeader& request) noexcept {
    return mint_.seal(request);
  }
  void set_approval_key(const ApprovalKey& key) noexcept { mint_ = ApprovalMint{key}; }

  // Facts, pushed in the order in which they happen.
  void on_sent(const OrderRequest& order, InstrumentId instrument, MonoTime now) noexcept;
  // `released` of the order can no longer fill (filled quantity included); `done` when terminal.
  void on_released(const OrderRequest& order, InstrumentId instrument, Qty released,
                   bool done) noexcept;
  void on_position(StrategyId strategy, InstrumentId instrument, Qty position_delta,
                   Int128 cash_delta) noexcept;
  void set_reference(InstrumentId instrument, Price bid, Price ask, MonoTime at) noexcept;
  void clear_reference(InstrumentId instrument) noexcept;
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
  // A loss limit was reached: only reducing orders pass until re-armed.
  [[nodiscard]] bool loss_latched(StrategyId strategy) const noexcept {
    return loss_latched_[index_of(strategy)];
  }
  void clear_loss_latches() noexcept;

  // What the facts above add up to, without what a book says and what is computed from it: prices
  // are pushed anew. restore(): false when the bytes are not of a gate with these instruments,
  // strategies and rates; the gate is then of no use.
  void save(StateOut& out) const;
  [[nodiscard]] bool restore(StateIn& in);

  // The controls that are not limits on exposure; facts that only they need go to them directly.
  [[nodiscard]] OrderPolicies& policies() noexcept { return policies_; }
  [[nodiscard]] const OrderPolicies& policies() const noexcept { return policies_; }

  [[nodiscard]] std::size_t instruments() const noexcept { return instruments_.size(); }
  [[nodiscard]] const KillSwitch& kill() const noexcept { return kill_; }
  [[nodiscard]] KillSwitch& kill() noexcept { return kill_; }
  [[nodiscard]] std::uint32_t limits_version() const noexcept { return limits_version_; }
  [[nodiscard]] const InstrumentExposure& exposure(InstrumentId id) const noexcept {
    return exposures_[index_of(id)];
  }
  // Worst-case gross over all instruments, base currency 1e-8. Saturates.
  [[nodiscard]] std::int64_t gross_notional() const noexcept;
  // P&L at the current reference prices, since the first start and since start_day(): one
  // strategy, or kNoStrategy for all. Base currency 1e-8, toward zero. Saturates.
  [[nodiscard]] std::int64_t total_pnl(StrategyId strategy) const noexcept;
  [[nodiscard]] std::int64_t day_pnl(StrategyId strategy) const noexcept;

 private:
  struct StrategyRisk {
    StrategyLimits limits;
    RateWindow rate;
    StrategyState state{StrategyState::Stopped};
    std::int64_t open_orders{0};
    Int128 day_start_pnl{0};  // 1e-17
    Int128 cash{0};           // 1e-8, over all instruments
    Int128 value{0};          // 1e-17, of the positions, as of the last refresh()
  };
  // What an instrument adds to the sums, as of the last refresh(). 1e-17.
  struct Valuation {
    Int128 worst{0};  // -1: exposure without a price
    Int128 value{0};
    std::vector<Int128> by_strategy;
  };
  [[nodiscard]] Verdict check_permission(const OrderRequest&, InstrumentId, bool reduces,
                                         MonoTime) const noexcept;
  [[nodiscard]] Verdict check_order(const OrderRequest&, InstrumentId) const noexcept;
  [[nodiscard]] Verdict check_exposure(const OrderRequest&, InstrumentId, bool reduces,
                                       MonoTime) noexcept;
  [[nodiscard]] Verdict check_counts(const OrderRequest&, InstrumentId, MonoTime) const noexcept;
  [[nodiscard]] Int128 value_of(std::size_t instrument, std::int64_t position) const noexcept;
  [[nodiscard]] Int128 pnl(StrategyId strategy) const noexcept;
  // Brings the sums up to date with the instruments that changed.
  void refresh() const noexcept;
  void refresh(std::size_t instrument) const noexcept;
  void touch(std::size_t instrument) noexcept {
    changed_[instrument / 64] |= std::uint64_t{1} << (instrument % 64);
  }
  // After its positions or orders changed.
  void settle_greeks(std::size_t instrument) noexcept {
    if (greeks_.limited()) greeks_.on_exposure(instrument, exposures_[instrument]);
  }
  [[nodiscard]] Int128 worst_notional(std::size_t instrument, std::int64_t extra_buy,
                                      std::int64_t extra_sell) const noexcept;

  FirmLimits firm_;
  std::vector<Instrument> instruments_;
  std::vector<InstrumentLimits> limits_;
  std::vector<InstrumentExposure> exposures_;
  GreekExposure greeks_;
  OrderPolicies policies_;
  // Sums over instruments are brought up to date when they are asked for, hence mutable.
  mutable std::vector<StrategyRisk> strategies_;
  mutable std::vector<Valuation> valuations_;  // index: InstrumentId
  mutable std::vector<std::uint64_t> changed_;  // a bit an instrument
  mutable Int128 gross_{0};      // of those with a price
  mutable Int128 value_{0};
  mutable std::int64_t unpriced_{0};  // instruments with exposure and no price
  Int128 cash_{0};               // 1e-8
  std::vector<std::vector<bool>> permitted_;
  std::vector<bool> loss_latched_;
  RateWindow firm_rate_;
  Int128 firm_day_start_pnl_{0};  // 1e-17
  std::int64_t firm_open_orders_{0};
  ApprovalMint mint_{ApprovalKey{}};
  std::uint32_t limits_version_{1};
  KillSwitch kill_;
  LogCondition log_{LogCondition::Normal};  // of this run: not part of a snapshot
};
}  // namespace sq::risk
