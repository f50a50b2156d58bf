// States of strategies: what ops, breakers and the kill switch do to them.
#include <cstring>
#include <utility>

#include "engine/core/core.hpp"
#include "engine/core/hand_over.hpp"
#include "engine/core/parents/parent_desk.hpp"
#include "engine/core/strategy_context.hpp"

namespace sq::core {
void Core::set_state(std::size_t s, StrategyState to, StateCause cause) noexcept {
  const auto id = StrategyId{static_cast<std::uint16_t>(s)};
  const StrategyState from = ledger_.strategy_state(id);
  if (from == to) return;
  // What people ask for may have to warm up first: that is the engine's word.
  const bool waits = cause == StateCause::Command && to == StrategyState::Warming;
  if (!may_hand_over(waits ? HandOverBy::Engine : hand_over_by(cause), from, to)) return;
  tell_refusals(s);
  strategies_[s].refusals.rule = risk::Rule::None;
  auto record = make_record(RecordKind::StrategyChanged, StrategyChanged{id, from, to, cause, {}});
  decide(record.header, kNoInstrument);
  ledger_.apply(record.header);
  // Reduce-only starts without orders: one that rests might open.
  if (!may_trade(to) || to == StrategyState::ReduceOnly) {
    cancel_all(id, kNoInstrument,
               cause == StateCause::Kill       ? CancelReason::Kill
               : cause == StateCause::Shutdown ? CancelReason::Shutdown
                                               : CancelReason::StrategyState);
  } else if (to == StrategyState::QuoteOnly) {
    cancel_takers(id);
  }
  if (ready_ && !may_trade(to)) parents_->on_strategy_halted(id, to, cause);
  Running& running = strategies_[s];
  if (ready_) running.setup.strategy->on_state(to, *running.context);
}

// Quoting goes on with what rests as a quote; anything else of the strategy's goes.
void Core::cancel_takers(StrategyId strategy) noexcept {
  for (std::size_t i = 0; i < books_.size(); ++i) {
    ledger_.orders().pool().for_each_working(
        InstrumentId{static_cast<std::uint32_t>(i)}, [&](oms::Order& order) {
          if (order.request.strategy == strategy && order.request.tif != TimeInForce::PostOnly)
            cancel(order, CancelReason::StrategyState);
        });
  }
}

// After the callbacks of one input, so that no state changes under a strategy's feet.
void Core::settle_states() noexcept {
  states_dirty_ = false;
  if (journal_failed_ && !ledger_.kill_latched())
    latch_kill(StateCause::Kill, FixedText<64>{"the log refused a record"});
  if (std::exchange(unapproved_, false))
    latch_kill(StateCause::Kill, FixedText<64>{"an order is not what the gate approved"});
  if (ledger_.gate().latch_changes() != latches_seen_) settle_latches();
  pause_repeated();
  if (monitor_.waiting() || ledger_.gate().breakers().any()) settle_breakers();
  for (std::size_t s = 0; s < strategies_.size(); ++s) {
    const auto id = StrategyId{static_cast<std::uint16_t>(s)};
    Running& running = strategies_[s];
    if (parents_->take_runaway(id)) {
      running.wanted = StrategyState::Paused;
      set_state(s, StrategyState::Paused, StateCause::Runaway);
    }
    const StrategyState state = ledger_.strategy_state(id);
    if (state == StrategyState::Warming && running.setup.strategy->warm() && reconciled(s))
      set_state(s, running.wanted, StateCause::Warm);
    const bool opens = state == StrategyState::Armed || state == StrategyState::QuoteOnly;
    if (opens && ledger_.gate().loss_latched(id))
      set_state(s, StrategyState::ReduceOnly, StateCause::LossLimit);
    if (may_trade(ledger_.strategy_state(id)) && ledger_.gate().loss_halted(id))
      set_state(s, StrategyState::Paused, StateCause::LossLimit);
  }
}

void Core::save_states() noexcept {
  for (std::size_t s = 0; s < strategies_.size(); ++s) {
    const strategy::Strategy& strategy = *strategies_[s].setup.strategy;
    if (strategy.state_version() == 0) continue;
    const std::span<std::byte> room{state_room_};
    constexpr std::size_t kBefore = sizeof(RecordHeader) + sizeof(StrategyStateHeader);
    strategy::StateWriter writer{room.subspan(kBefore)};
    strategy.save(writer);
    if (writer.overflow()) continue;  // larger than kStateBytesMax: it will warm up from history
    RecordHeader header;
    header.kind = RecordKind::StrategySaved;
    header.length = record_length(sizeof(StrategyStateHeader) + writer.used());
    const StrategyStateHeader state{StrategyId{static_cast<std::uint16_t>(s)},
                                    strategy.state_version(),
                                    static_cast<std::uint32_t>(writer.used())};
    std::memset(room.data() + kBefore + writer.used(), 0, header.length - kBefore - writer.used());
    std::memcpy(room.data() + sizeof header, &state, sizeof state);
    std::memcpy(room.data(), &header, sizeof header);
    decide(*reinterpret_cast<RecordHeader*>(room.data()), kNoInstrument);
  }
}
}  // namespace sq::core
