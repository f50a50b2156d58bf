// What one strategy sees of the core. Thread: the core's.
#pragma once

#include "engine/core/core.hpp"
#include "engine/core/parents/parent_desk.hpp"

namespace sq::core {
class StrategyContext final : public strategy::Context {
 public:
  StrategyContext(Core& core, std::uint16_t index) : core_{core}, index_{index} {}

  [[nodiscard]] MonoTime now() const noexcept override { return core_.now_; }
  [[nodiscard]] const Instrument& instrument(InstrumentId id) const noexcept override {
    return core_.ledger_.portfolio().instruments()[index_of(id)];
  }
  [[nodiscard]] const book::L2Book& book(InstrumentId id) const noexcept override {
    return core_.books_[index_of(id)].depth();
  }
  [[nodiscard]] const book::OrderFeed* orders(InstrumentId id) const noexcept override {
    return core_.books_[index_of(id)].orders();
  }
  [[nodiscard]] const book::analytics::MicrostructureView* microstructure(
      InstrumentId id) const noexcept override {
    const auto& measured = core_.measured_[index_of(id)];
    return measured != nullptr ? &measured->measures.view() : nullptr;
  }
  [[nodiscard]] strategy::Top top(InstrumentId id) const noexcept override {
    return core_.top_of(index_of(id));
  }
  [[nodiscard]] strategy::AgedGreeks greeks(InstrumentId id) const noexcept override {
    return core_.greeks(id);
  }
  [[nodiscard]] Qty position(InstrumentId id) const noexcept override {
    return core_.ledger_.portfolio().ledger(StrategyId{index_}, id).position.qty();
  }
  [[nodiscard]] strategy::Submitted submit(const strategy::OrderIntent& intent) noexcept override {
    return core_.submit(index_, intent);
  }
  void submit_batch(std::span<const strategy::OrderIntent> intents,
                    std::span<strategy::Submitted> out) noexcept override {
    SQ_CHECK(intents.size() == out.size());
    for (std::size_t i = 0; i < intents.size(); ++i) out[i] = core_.submit(index_, intents[i]);
  }
  [[nodiscard]] strategy::Submitted amend(OrderId id, Price limit, Qty qty) noexcept override {
    return core_.amend(StrategyId{index_}, id, limit, qty);
  }
  void cancel_batch(std::span<const OrderId> ids) noexcept override {
    for (const OrderId id : ids) cancel(id);
  }
  void cancel(OrderId id) noexcept override {
    oms::Order* order = core_.ledger_.orders().pool().find(id);
    if (order != nullptr && order->request.strategy == StrategyId{index_})
      core_.cancel(*order, CancelReason::Strategy);
  }
  void cancel_all(InstrumentId id) noexcept override {
    core_.cancel_all(StrategyId{index_}, id, CancelReason::Strategy);
  }
  strategy::Submitted open_parent(const strategy::ParentIntent& intent) noexcept override {
    return core_.parents_->open(StrategyId{index_}, intent);
  }
  strategy::Submitted hold(const strategy::HeldOrder& order) noexcept override {
    return core_.parents_->hold(StrategyId{index_}, order);
  }
  strategy::Submitted link(const strategy::LinkIntent& intent) noexcept override {
    return core_.parents_->link(StrategyId{index_}, intent);
  }
  strategy::Submitted trade_legs(const strategy::LegsIntent& intent) noexcept override {
    return core_.parents_->trade_legs(StrategyId{index_}, intent);
  }
  void close(OrderId id) noexcept override { core_.parents_->close(StrategyId{index_}, id); }
  [[nodiscard]] strategy::ParentUpdate parent(OrderId id) const noexcept override {
    return core_.parents_->view(StrategyId{index_}, id);
  }
  strategy::TimerId start_timer(std::int64_t delay_ns) noexcept override {
    const std::int64_t delay = delay_ns > 0 ? delay_ns : 1;  // never due in the same round
    const std::uint32_t id =
        core_.timers_.start(core_.now_ + delay, TimerOwner::Strategy, index_);
    if (id == 0) ++core_.counters_.timers_refused;
    return strategy::TimerId{id};
  }

 private:
  Core& core_;
  std::uint16_t index_;
};
}  // namespace sq::core
