#include "engine/core/core.hpp"

#include <algorithm>

#include "engine/core/digest.hpp"
#include "engine/core/hand_over.hpp"
#include "engine/core/ledger_state.hpp"
#include "engine/core/parents/parent_desk.hpp"
#include "engine/core/strategy_context.hpp"

namespace sq::core {
LedgerSetup ledger_setup(const CoreSetup& setup) {
  LedgerSetup ledger;
  ledger.strategies = setup.strategies.size();
  ledger.order_capacity = setup.order_capacity;
  ledger.gate.firm = setup.firm;
  ledger.gate.greek_limits = setup.greek_limits;
  ledger.gate.base_currency = setup.base_currency;
  ledger.gate.accounts = setup.accounts;
  ledger.gate.venues = setup.venues;
  ledger.gate.currencies = setup.currencies;
  ledger.gate.holdings = setup.holdings;
  ledger.gate.fx = setup.fx;
  ledger.gate.policies = setup.policies;
  for (const InstrumentSetup& each : setup.instruments) {
    ledger.instruments.push_back(each.instrument);
    ledger.gate.instruments.push_back(each.instrument);
    ledger.gate.instrument_limits.push_back(each.limits);
  }
  for (const StrategySetup& each : setup.strategies) {
    ledger.gate.strategy_limits.push_back(each.limits);
    ledger.gate.strategy_accounts.push_back(each.account);
    std::vector<bool> permitted(setup.instruments.size(), false);
    for (const InstrumentId id : each.instruments) permitted[index_of(id)] = true;
    ledger.gate.permitted.push_back(std::move(permitted));
  }
  return ledger;
}

Core::Core(CoreSetup setup, Journal& journal, venue::OrderEntry& venues,
           telemetry::StageTimers* stages)
    : journal_{journal},
      venues_{venues},
      stages_{stages},
      ledger_{ledger_setup(setup)},
      greeks_(setup.instruments.size()),
      listeners_(setup.instruments.size()),
      silence_watched_(setup.instruments.size(), false),
      parents_{std::make_unique<ParentDesk>(*this, setup.instruments.size(),
                                            setup.strategies.size())},
      timers_{setup.timer_capacity},
      answers_{setup.answer_timeout_ns, setup.order_check_ns, setup.order_capacity},
      expiries_{setup.order_capacity},
      order_ttl_ns_{setup.order_ttl_ns},
      save_state_every_ns_{setup.save_state_every_ns},
      approval_key_{setup.approval_key},
      egress_{setup.egress},
      flatten_ns_max_{setup.flatten_ns_max},
      reconciling_{reconciling_of(setup)},
      reconcile_ns_{setup.reconcile_ns},
      external_orders_{setup.external_orders},
      monitor_{setup.breakers, setup.instruments.size(), setup.strategies.size()},
      venue_gone_ns_{setup.venue_gone_ns},
      state_room_(sizeof(RecordHeader) + sizeof(StrategyStateHeader) + strategy::kStateBytesMax),
      seen_latches_(ledger_.gate().scopes().size()),
      saved_peaks_(ledger_.gate().scopes().size()),
      day_ends_{std::move(setup.day_ends)},
      seen_prices_(day_ends_.empty() ? 0 : setup.instruments.size()),
      day_sums_(ledger_.days().totals().size()) {
  ledger_.gate().set_approval_key(approval_key_);
  books_.reserve(setup.instruments.size());
  for (const InstrumentSetup& each : setup.instruments) {
    books_.emplace_back(each.book);
    silence_ns_.push_back(each.book.stale_after_ns);
    publishers_.push_back(std::make_unique<book::TopPublisher>());
    measured_.push_back(each.microstructure ? std::make_unique<Measured>(*each.microstructure)
                                            : nullptr);
  }
  for (StrategySetup& each : setup.strategies) {
    const auto index = static_cast<std::uint16_t>(strategies_.size());
    std::vector<bool> subscribed(setup.instruments.size(), false);
    for (const InstrumentId id : each.instruments) {
      subscribed[index_of(id)] = true;
      listeners_[index_of(id)].push_back(index);
    }
    const StrategyState start = each.start;
    strategies_.push_back({std::move(each), std::make_unique<StrategyContext>(*this, index), start,
                           std::move(subscribed), {}, 0});
    strategies_.back().saved.reserve(strategy::kStateBytesMax);
  }
}
Core::~Core() = default;

namespace {
bool is_kill(const RecordHeader& input) noexcept {
  return input.kind == RecordKind::AdminCommand &&
         admin_command_of(input).command == Command::Kill;
}
}  // namespace

void Core::on_input(RecordHeader& input) noexcept {
  telemetry::StageStamp event{stages_, telemetry::Stage::Event};
  input_ticks_ = event.start();
  input.sequence = ++sequence_;
  if (input.mono < now_) input.mono = now_;
  if (input.wall < wall_) input.wall = wall_;
  now_ = input.mono;
  wall_ = input.wall;
  ++counters_.inputs;
  {
    telemetry::StageStamp log{stages_, telemetry::Stage::Log};
    // A refused market data record is counted by the log; anything else must stop the trading.
    if (!journal_.append(input) && !is_market_data(input.kind)) [[unlikely]]
      journal_failed_ = states_dirty_ = true;
  }
  // Before timers: nothing may leave behind the trigger.
  if (is_kill(input)) [[unlikely]] on_kill_command(input);
  if (ready_) {
    if (wall_ >= days_due_) [[unlikely]] close_days();
    if (utc_day(wall_) != ledger_.day()) [[unlikely]] roll_day();
    if (timers_.next() <= now_) fire_timers();
    if (answers_.next() <= now_) ask_venues();
    if (expiries_.due(wall_)) expire_orders();
  }
  dispatch(input);
  if (parents_->news()) parents_->tell();
  if (now_ >= losses_due_ && ready_) watch_losses();
  if (ledger_.gate().latch_changes() != latches_seen_) [[unlikely]] states_dirty_ = true;
  if (states_dirty_) [[unlikely]] settle_states();
}

void Core::dispatch(const RecordHeader& input) noexcept {
  if (is_market_data(input.kind)) {
    ++counters_.market_data;
    on_market_data(input);
    return;
  }
  switch (input.kind) {
    case RecordKind::OrderReport: on_report(input); break;
    case RecordKind::VenueOrder:
    case RecordKind::VenuePosition:
    case RecordKind::VenueBalance:
    case RecordKind::VenueSnapshot: on_account_answer(input); break;
    case RecordKind::AdminCommand: on_command(input); break;
    case RecordKind::ManualOrder: on_manual(input); break;
    case RecordKind::AlertCommand: break;  // alerts are told beside the core, from the log
    case RecordKind::FundingSettled: on_funding(input); break;
    case RecordKind::VenueAccount: on_account(input); break;
    case RecordKind::VenueState: on_venue_state(input); break;
    case RecordKind::EpochStarted: on_epoch(input); break;
    case RecordKind::RecoveryFinished: on_ready(); break;
    case RecordKind::RunEnded: on_run_ended(); break;
    case RecordKind::LogStateChanged: ledger_.apply(input); break;
    case RecordKind::FxReference:
      if (!ledger_.apply_rate(input)) dead_letter(input, DeadLetterReason::BadContent);
      break;
    case RecordKind::TimeTick:
    case RecordKind::ConfigLoaded: break;
    case RecordKind::InstrumentDefined:
      // Definitions must be the ones this core was built with.
      if (index_of(input.instrument) >= books_.size()) {
        dead_letter(input, DeadLetterReason::UnknownInstrument);
      } else {
        ledger_.apply(input);
        ledger_.gate().set_status(input.instrument, payload_of<Instrument>(input).status);
      }
      break;
    case RecordKind::LimitsChanged: on_limits_changed(input); break;
    case RecordKind::SessionEvent:
    case RecordKind::StaticData: ledger_.apply(input); break;
    default: dead_letter(input, DeadLetterReason::UnknownKind); break;
  }
}

void Core::recover(const RecordHeader& record) noexcept {
  SQ_CHECK(!ready_);
  continue_after(record.sequence);
  now_ = std::max(now_, record.mono);
  wall_ = std::max(wall_, record.wall);
  if (is_decision(record.kind)) {
    // The digest goes on where the log ends.
    digest_ = digest_of(digest_, record);
    ++counters_.decisions;
  } else {
    ++counters_.inputs;
  }
  if (record.kind == RecordKind::StrategySaved) {
    const auto& saved = payload_of<StrategyStateHeader>(record);
    if (index_of(saved.strategy) < strategies_.size()) {
      Running& running = strategies_[index_of(saved.strategy)];
      const auto bytes = payload_bytes(record).subspan(sizeof saved, saved.bytes);
      running.saved.assign(bytes.begin(), bytes.end());
      running.saved_version = saved.version;
    }
  }
  if (is_market_data(record.kind)) return recover_market(record);
  recover_wanted(record);
  ledger_.apply(record);
}

void Core::recover_market(const RecordHeader& record) noexcept {
  ++counters_.market_data;
  if (record.kind == RecordKind::GreeksUpdate) {
    static_cast<void>(take_greeks(record));
    return;
  }
  for (std::size_t i = 0; i < books_.size(); ++i) {
    const auto id = InstrumentId{static_cast<std::uint32_t>(i)};
    if (record.instrument != id && record.instrument != kNoInstrument) continue;
    book::SyncedBook& book = books_[i];
    book::SyncedBook::Effect effect;
    switch (record.kind) {
      case RecordKind::DepthUpdate: effect = book.on_depth(record); break;
      case RecordKind::DepthSnapshot: effect = book.on_snapshot(record); break;
      case RecordKind::TopOfBook: effect = book.on_top(record); break;
      case RecordKind::MarketOrder:
        if (book.orders() != nullptr) effect = book.on_order(record);
        break;
      case RecordKind::FeedDropped: effect = book.on_disconnect(); break;
      case RecordKind::FeedStatus:
        if (ends_book(payload_of<FeedStatus>(record).event)) effect = book.on_disconnect();
        break;
      case RecordKind::TradePrint:
        see_last(i, payload_of<TradePrint>(record).price);
        measure_trade(i, payload_of<TradePrint>(record));
        break;
      case RecordKind::MarkPrice: see_mark(i, payload_of<MarkPrice>(record).mark); break;
      default: break;
    }
    if (effect.traded) measure_trade(i, book.last_trade());
    measure_book(i, effect);
    refer(i);
  }
}

// What ops, the kill switch or a breaker made of a strategy holds over a restart.
void Core::recover_wanted(const RecordHeader& record) noexcept {
  const auto change = wanted_change(record);
  if (change && index_of(change->strategy) < strategies_.size())
    strategies_[index_of(change->strategy)].wanted = change->to;
}

void Core::adopt(LedgerState&& state) noexcept {
  SQ_CHECK(!ready_ && state.strategies().size() == strategies_.size());
  continue_after(state.ledger().last_sequence());
  now_ = std::max(now_, state.mono());
  wall_ = std::max(wall_, state.wall());
  digest_ = state.digest();
  counters_.inputs += state.inputs();
  counters_.decisions += state.decisions();
  for (std::size_t s = 0; s < strategies_.size(); ++s) {
    const StrategyFacts& facts = state.strategies()[s];
    Running& running = strategies_[s];
    if (facts.wanted) running.wanted = *facts.wanted;
    running.saved.assign(facts.saved.begin(), facts.saved.end());
    running.saved_version = facts.saved_version;
  }
  ledger_ = state.take_ledger();
  ledger_.gate().set_approval_key(approval_key_);
}

void Core::fire_timers() noexcept {
  Timer timer;
  while (timers_.take_due(now_, timer)) {
    ++counters_.timers_fired;
    switch (timer.owner) {
      case TimerOwner::Strategy: {
        Running& running = strategies_[timer.index];
        if (listens(running))
          running.setup.strategy->on_timer(strategy::TimerId{timer.id}, *running.context);
        break;
      }
      case TimerOwner::BookSilence: on_silence_timer(timer.index); break;
      case TimerOwner::Flatten: on_flatten_timer(); break;
      case TimerOwner::Reconcile: on_reconcile_timer(timer.index); break;
      case TimerOwner::LimitEnd:
        raise_watched_ = {};
        watch_raises();
        break;
      case TimerOwner::Breakers: on_breaker_timer(); break;
      case TimerOwner::SaveState:
        save_states();
        save_peaks();
        for (std::size_t s = 0; s < strategies_.size(); ++s) tell_refusals(s);
        timers_.start(now_ + save_state_every_ns_, TimerOwner::SaveState, 0);
        break;
      case TimerOwner::ParentDeadline: parents_->on_deadline(timer.index); break;
      case TimerOwner::WorkOrders: parents_->on_work_timer(timer.index); break;
      case TimerOwner::LegsTime: parents_->on_legs_timer(); break;
    }
  }
  states_dirty_ = true;
}

void Core::on_epoch(const RecordHeader& input) noexcept {
  ledger_.apply(input);
  orders_ = 0;
}

// The log is folded and the venues were asked: the engine may act from here.
void Core::on_ready() noexcept {
  if (ready_) return;
  ready_ = true;
  for (Running& running : strategies_) {
    if (running.saved_version == 0) continue;
    strategy::StateReader reader{running.saved};
    static_cast<void>(running.setup.strategy->restore(running.saved_version, reader));
  }
  // A restart within the day keeps the day's loss: its base was in the log.
  if (utc_day(wall_) != ledger_.day()) roll_day();
  ready_at_ = wall_;
  watch_raises();
  watch_answers();
  cancel_all(kNoStrategy, kNoInstrument, CancelReason::Recovery, true);
  restore_kill();
  watch_breakers();
  timers_.start(now_ + save_state_every_ns_, TimerOwner::SaveState, 0);
  start_reconciling();
  close_days();
  for (std::size_t i = 0; i < books_.size(); ++i) {
    refer(i);
    if (books_[i].state() == BookState::Live) watch_silence(i);
  }
  for (std::size_t s = 0; s < strategies_.size(); ++s) {
    Running& running = strategies_[s];
    if (ledger_.kill_latched()) running.wanted = StrategyState::Paused;
    const bool trades =
        running.wanted == StrategyState::Armed || running.wanted == StrategyState::ReduceOnly ||
        running.wanted == StrategyState::Shadow || running.wanted == StrategyState::QuoteOnly;
    set_state(s, trades ? StrategyState::Warming : running.wanted,
              ledger_.epoch() > 1 ? StateCause::Recovery : StateCause::Start);
  }
  parents_->on_ready();
  states_dirty_ = true;
}

void Core::on_run_ended() noexcept {
  save_states();
  for (std::size_t s = 0; s < strategies_.size(); ++s) {
    tell_refusals(s);
    set_state(s, StrategyState::Stopped, StateCause::Shutdown);
  }
}

void Core::on_command(const RecordHeader& input) noexcept {
  const AdminCommand command = admin_command_of(input);
  const std::size_t s = index_of(command.strategy);
  switch (command.command) {
    case Command::Kill: return;  // acted on before anything else: on_input()
    case Command::Rearm: return on_rearm(input);
    case Command::ResetBreaker: return on_reset_breaker(input);
    case Command::SetStrategyState: {
      if (s >= strategies_.size()) break;
      if (!may_ask_for(command.state)) break;
      Running& running = strategies_[s];
      running.wanted = command.state;
      const bool trades = may_trade(command.state);
      const bool wait = trades && !(running.setup.strategy->warm() && reconciled(s));
      set_state(s, wait ? StrategyState::Warming : command.state, StateCause::Command);
      states_dirty_ = true;
      return;
    }
    case Command::CancelAll:
      if (command.strategy != kNoStrategy && s >= strategies_.size()) break;
      cancel_all(command.strategy, input.instrument, CancelReason::Operator, true);
      return;
    case Command::SetLimit:
    case Command::ProposeLimit:
    case Command::ApproveProposal:
    case Command::ProposeOverride:
    case Command::AcknowledgeStrategy: break;  // of LimitsChanged
    case Command::Reconcile:
    case Command::AcceptBreak:
    case Command::AdjustPosition: return on_break_command(input);
  }
  dead_letter(input, DeadLetterReason::BadContent);
}

void Core::decide(RecordHeader& decision, InstrumentId instrument) noexcept {
  decision.sequence = ++sequence_;
  decision.mono = now_;
  decision.wall = wall_;
  decision.source = kSourceCore;
  decision.instrument = instrument;
  if (!journal_.append(decision)) [[unlikely]] journal_failed_ = states_dirty_ = true;
  digest_ = digest_of(digest_, decision);
  ++counters_.decisions;
}

void Core::dead_letter(const RecordHeader& input, DeadLetterReason reason) noexcept {
  auto record = make_record(RecordKind::DeadLetter, DeadLetter{input.sequence, reason, {}});
  decide(record.header, input.instrument);
  ledger_.apply(record.header);
}

bool Core::listens(const Running& running) const noexcept {
  const auto index = static_cast<std::uint16_t>(&running - strategies_.data());
  return ledger_.strategy_state(StrategyId{index}) != StrategyState::Stopped;
}
}  // namespace sq::core
