// What the core does about orders made of orders: opens and closes parents, holds conditional
// orders until they trigger, works what the engine works, and keeps links and legs consistent. Its
// state is the ledger's, so a restart goes on where the log ends; here is only what belongs to a
// run: retries, timers, news for strategies. Thread: the core's. Cost: one test an event where an
// instrument has no such orders; else linear in those of the instrument; no allocation after
// construction. Errors: what cannot be opened is refused with the gate's rules and logged; an order
// of its making that the gate refuses is tried again, ever more slowly, until its parent closes.
// Source: controls P17, P31; faults X18, X19, X24, M06.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/core/core.hpp"
#include "engine/oms/parent_orders.hpp"
#include "engine/strategy/parents.hpp"

namespace sq::core {
class ParentDesk {
 public:
  ParentDesk(Core& core, std::size_t instruments, std::size_t strategies);

  // Requests. Nothing is told to the strategy before the end of the input.
  strategy::Submitted open(StrategyId strategy, const strategy::ParentIntent& intent) noexcept;
  strategy::Submitted hold(StrategyId strategy, const strategy::HeldOrder& order) noexcept;
  strategy::Submitted link(StrategyId strategy, const strategy::LinkIntent& intent) noexcept;
  strategy::Submitted trade_legs(StrategyId strategy, const strategy::LegsIntent& intent) noexcept;
  void close(StrategyId strategy, OrderId id) noexcept;
  [[nodiscard]] strategy::ParentUpdate view(StrategyId strategy, OrderId id) const noexcept;

  // The bound, for the one path on which orders are created (P31).
  [[nodiscard]] risk::Verdict check(const OrderRequest& child,
                                    InstrumentId instrument) const noexcept;
  [[nodiscard]] risk::Verdict check_amend(const oms::Order& child, Price limit,
                                          Qty added) const noexcept;
  void on_refused(const OrderRequest& child) noexcept;
  void on_child(OrderId parent, const oms::ReportOutcome& outcome) noexcept;

  // Events of an instrument. Only where works() is true.
  [[nodiscard]] bool works(std::size_t instrument) const noexcept {
    return !core_.ledger_.parents().worked(id_of(instrument)).empty();
  }
  void on_book(std::size_t instrument) noexcept;
  void on_trade(std::size_t instrument, Price price) noexcept;
  void on_mark(std::size_t instrument, Price price) noexcept;
  void on_work_timer(std::size_t instrument) noexcept;
  void on_deadline(std::size_t slot) noexcept;
  void on_legs_timer() noexcept;

  void on_ready() noexcept;
  // Its latch is in force; cancels of what the scope covers were sent.
  void on_kill(const KillScope& scope) noexcept;
  void on_strategy_halted(StrategyId strategy, StrategyState to, StateCause cause) noexcept;
  // Its children ran away: it is to be paused. True once.
  [[nodiscard]] bool take_runaway(StrategyId strategy) noexcept;

  [[nodiscard]] bool news() const noexcept { return !news_.empty(); }
  // What happened to orders of strategies, after the input that did it.
  void tell() noexcept;

 private:
  using Parent = oms::Parent;
  using Link = oms::LinkedOrders::Group;
  using Legs = oms::LegOrders::Group;
  enum class About : std::uint8_t { Parent, Link, Legs };
  struct News {
    OrderId id{};
    About about{About::Parent};
  };
  struct Refusals {  // of children that a strategy makes
    MonoTime since{};
    std::uint32_t count{0};
    bool runaway{false};
  };

  [[nodiscard]] static InstrumentId id_of(std::size_t instrument) noexcept {
    return InstrumentId{static_cast<std::uint32_t>(instrument)};
  }
  [[nodiscard]] oms::ParentOrders& parents() noexcept { return core_.ledger_.parents(); }
  [[nodiscard]] const Instrument& traded(InstrumentId id) const noexcept {
    return core_.ledger_.portfolio().instruments()[index_of(id)];
  }
  [[nodiscard]] OrderId next_id() noexcept {
    return OrderId::make(core_.ledger_.epoch(), ++core_.orders_);
  }

  // parent_desk.cpp: parents
  strategy::Submitted refuse(StrategyId strategy, const strategy::HeldOrder& order,
                             const risk::Verdict& verdict) noexcept;
  [[nodiscard]] risk::Verdict may_open(StrategyId strategy, InstrumentId instrument,
                                       ParentWork work, std::size_t count) const noexcept;
  [[nodiscard]] risk::Verdict terms(const strategy::HeldOrder& order) const noexcept;
  OrderId open_parent(ParentChanged parent, InstrumentId instrument) noexcept;
  OrderId open_held(StrategyId strategy, const strategy::HeldOrder& order, Qty qty,
                    OrderId group) noexcept;
  void change(Parent& parent, ParentState to, ParentCause cause, Qty qty) noexcept;
  void resize(Parent& parent, Qty qty) noexcept;
  // No child from here on; what works is cancelled. Done as soon as nothing can fill.
  void close(Parent& parent, ParentCause cause) noexcept;
  void settle(Parent& parent) noexcept;
  void note(OrderId id, About about) noexcept;

  // held_orders.cpp: triggers, and children that the engine makes
  void change(Parent& parent, TriggerState to, TriggerCause cause, Price observed, Price trigger,
              Price extreme) noexcept;
  void observe(std::size_t instrument, TriggerSource source, Price price) noexcept;
  void triggered(Parent& parent, Price observed) noexcept;
  void work_all(std::size_t instrument) noexcept;
  void work(Parent& parent) noexcept;
  [[nodiscard]] Price worst_price(const Parent& parent, const strategy::Top& top) const noexcept;
  void wake(InstrumentId instrument, MonoTime at) noexcept;
  template <class Visit>
  void for_each_worked(std::size_t instrument, Visit&& visit) noexcept;

  // linked_orders.cpp
  void change(const Link& link, LinkState to, LinkCause cause, const LinkChanged& content) noexcept;
  void rebalance(OrderId link) noexcept;
  void choose(const Link& link, std::uint8_t chosen) noexcept;
  [[nodiscard]] std::uint8_t choice(const Link& link) noexcept;
  void resize_exits(const Link& link) noexcept;
  void flatten(const Link& link) noexcept;
  void finish(const Link& link) noexcept;
  [[nodiscard]] Qty entered(const Link& link) noexcept;
  void watch_race(const Link& link) noexcept;

  // legs.cpp
  void change(const Legs& legs, LegsState to, LegsCause cause, const LegsChanged& content) noexcept;
  void advance(OrderId legs) noexcept;
  OrderId open_taking(StrategyId strategy, const strategy::HeldOrder& order, Qty qty,
                      OrderId group) noexcept;
  void size_legs(const Legs& legs) noexcept;
  void fail(const Legs& legs, LegsCause cause) noexcept;
  void unwind(const Legs& legs) noexcept;
  void end(const Legs& legs, LegsCause cause) noexcept;
  [[nodiscard]] bool whole(const Legs& legs) noexcept;
  [[nodiscard]] bool nothing_at_stake(const Legs& legs) noexcept;
  [[nodiscard]] Qty needed(const Legs& legs, std::size_t leg) noexcept;
  [[nodiscard]] std::int64_t whole_units(const Legs& legs, std::size_t from) noexcept;
  [[nodiscard]] MonoTime& behind_since(const Legs& legs) noexcept;

  void on_group(OrderId group) noexcept;

  Core& core_;
  std::vector<News> news_;
  std::vector<Refusals> refusals_;      // [strategy]
  std::vector<MonoTime> wakes_;         // [instrument]: the timer that runs; 0: none
  std::vector<MonoTime> behind_since_;  // [place of the legs order]; 0: not behind
  ParentWork creating_{ParentWork::Owner};
};
}  // namespace sq::core
