#include "tools/chaos/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "tools/chaos/day_setup.hpp"

namespace sq::chaos {
namespace {
constexpr WallTime kBegin{1'772'409'600'000'000'000};  // 2026-03-02 00:00 UTC
constexpr std::int64_t kRestGapNs = 150 * kNsPerMs;
constexpr std::uint32_t kRestStepsMax = 20'000;
constexpr std::int64_t kStillNs = 65 * kNsPerSecond;  // twice what an open order waits for a check
}  // namespace

World::World(const Script& script)
    : script_{script},
      draws_{mixed(script.seed, 2)},
      log_{process_, *this},
      market_{mixed(script.seed, 3), day_instruments(), day_prices(), kBegin, script.steps},
      oracle_{oracle_setup(day_core(0, mood_))},
      network_{day_exchange(script.seed), day_instruments(), process_, log_, oracle_,
               mixed(script.seed, 4)},
      feed_{market_, *this},
      now_{kBegin} {
  network_.hit = [this](FaultKind kind, OrderId id) { hit(kind, id); };
  network_.advance(now_);
  for (std::size_t i = 0; i < market_.instruments(); ++i)
    network_.on_market(market_.snapshot(InstrumentId{static_cast<std::uint32_t>(i)}).header);
}
World::~World() = default;

Outcome World::run() {
  start();
  for (std::uint32_t step = 1; step <= script_.steps && oracle_.content(); ++step) one_step(step);
  if (oracle_.content() && script_.steps % script_.rest_every != 0) rest();
  outcome_.complaint = oracle_.complaint();
  outcome_.orders = oracle_.orders();
  outcome_.fills = oracle_.fills();
  outcome_.simulated_ns = now_ - kBegin;
  if (core_ != nullptr) {
    outcome_.hash = mixed(core_->hash() ^ outcome_.hash, outcome_.events);
    const auto& refusals = core_->ledger().counters().refusals;
    for (std::size_t rule = 0; rule < kRules; ++rule) {
      outcome_.refusals += refusals[rule];
      outcome_.by_rule[rule] = refusals[rule];
    }
  }
  return outcome_;
}

void World::one_step(std::uint32_t step) {
  outcome_.step = step_ = step;
  while (next_fault_ < script_.faults.size() && script_.faults[next_fault_].step < step)
    apply(script_.faults[next_fault_++]);
  if (halt_ends_at_ != 0 && step >= halt_ends_at_) {
    halt_ends_at_ = 0;
    auto record = make_record(RecordKind::FeedStatus, FeedStatus{FeedEvent::Resumed, {}});
    for (std::size_t i = 0; i < market_.instruments(); ++i) {
      record.header.instrument = InstrumentId{static_cast<std::uint32_t>(i)};
      network_.on_market(record.header);
    }
  }
  if (disk_well_at_ != 0 && step >= disk_well_at_) disk_is_well();
  operator_round(step);
  tell_rate();
  market_step();
  if (step % script_.rest_every == 0 && oracle_.content()) rest();
}

// What the other currency is worth, every few seconds; nobody says so for a while now and then.
void World::tell_rate() {
  if (core_ == nullptr || now_ < rate_at_) return;
  rate_at_ = now_ + 5 * kNsPerSecond;
  fx_ += draws_.between(-20, 20) * 10'000;
  FxReference reference;
  reference.from = *Currency::parse("EUR");
  reference.to = *Currency::parse("USDT");
  reference.rate = Price::from_raw(fx_);
  reference.age_ns = draws_.between(0, 500) * kNsPerMs;
  give(RecordKind::FxReference, reference);
}

// A scope that this engine does not have is everything.
KillScope World::meant_by(const KillScope& scope) const {
  const bool strange =
      (scope.kind == KillScopeKind::Strategy && scope.number >= 3) ||
      (scope.kind == KillScopeKind::Instrument && scope.number >= market_.instruments());
  return strange || scope.kind == KillScopeKind::All ? KillScope{} : scope;
}

void World::market_step() {
  run_until(market_.next_time());
  now_ = std::max(now_, market_.next_time());
  network_.advance(now_);
  const RecordHeader& record = market_.next();
  network_.on_market(record);
  if (core_ != nullptr) feed_.pass(record, now_);
}

// Everything that happens on the order connection and in the core before `until`.
void World::run_until(WallTime until) {
  while (oracle_.content()) {
    const bool up = core_ != nullptr;
    WallTime next = network_.next_time();
    if (up) next = std::min(next, WallTime{std::max(core_->next_timer().ns, now_.ns)});
    if (!up) next = std::min(next, WallTime{up_at_});
    if (next > until) return;
    now_ = std::max(now_, next);
    network_.advance(now_);
    if (!up) {
      network_.drop_reports();
      if (now_.ns >= up_at_) start();
      continue;
    }
    deliver_reports();
    if (core_ != nullptr && core_->next_timer().ns <= now_.ns) {
      RecordHeader tick;
      tick.kind = RecordKind::TimeTick;
      tick.length = sizeof tick;
      give(tick);
    }
  }
}

void World::deliver_reports() {
  Answer answer;
  while (core_ != nullptr && oracle_.content() && network_.take(answer)) give(answer.header());
}

void World::on_feed(RecordHeader& record) {
  if (core_ == nullptr) return;
  record.source = kSourceFeedFirst;
  give(record);
}

void World::give(RecordHeader& input) {
  if (core_ == nullptr) return;
  input.mono = MonoTime{now_.ns};
  input.wall = now_ + wall_offset_ns_;
  if (is_market_data(input.kind) || input.kind == RecordKind::FxReference) oracle_.market(input);
  ++outcome_.events;
  if (network_.trace != nullptr && !is_market_data(input.kind))
    network_.trace(now_, "-> engine", input);
  core_->on_input(input);
  if (process_.dead) return die(power_cut_, draws_.between(10, 20'000) * kNsPerMs);
  check(input);
}

void World::on_logged(const RecordHeader& record) {
  switch (record.kind) {
    case RecordKind::OrderSent:
      last_send_ = log_.size();
      return oracle_.logged(payload_of<OrderRequest>(record).id);
    case RecordKind::OrderReport:
      return oracle_.told(record);
    case RecordKind::FxReference:
      if (core_ == nullptr) oracle_.market(record);  // the next process knows what the log has
      return;
    case RecordKind::KillChanged: {
      const auto& kill = payload_of<KillChanged>(record);
      const KillScope scope{kill.scope, kill.number};
      if (kill.latched != 0) return oracle_.kill(scope, kill.flatten != 0);
      // What an operator closed only operators open.
      if (rearmed_ == scope) oracle_.open(scope);
      return;
    }
    case RecordKind::AdminCommand: {
      const AdminCommand command = admin_command_of(record);
      const KillScope scope = meant_by({command.scope, command.scope_number});
      rearmed_.reset();
      if (command.command == Command::Rearm) rearmed_ = scope;
      if (command.command == Command::Kill) oracle_.kill(scope, command.flatten != 0);
      return;
    }
    case RecordKind::DayStarted:
      return oracle_.day_figure(payload_of<DayStarted>(record), record.mono, core_ == nullptr);
    case RecordKind::StrategyChanged: {
      const auto& changed = payload_of<StrategyChanged>(record);
      return oracle_.strategy_state(changed.strategy, changed.to);
    }
    default:
      return;
  }
}

void World::check(const RecordHeader& input) {
  const core::Ledger& ledger = core_->ledger();
  for (std::size_t i = 0; i < market_.instruments(); ++i) {
    const auto id = InstrumentId{static_cast<std::uint32_t>(i)};
    const risk::InstrumentExposure& exposure = ledger.gate().exposure(id);
    oracle_.believes(id, exposure.worst_long(), exposure.worst_short());
    for (std::size_t s = 0; s < exposure.by_strategy.size(); ++s) {
      const risk::Holding& held = exposure.by_strategy[s];
      oracle_.believes(StrategyId{static_cast<std::uint16_t>(s)}, id,
                       static_cast<std::int64_t>(held.worst_long()),
                       static_cast<std::int64_t>(held.worst_short()));
    }
  }
  if (input.kind == RecordKind::AdminCommand) {
    const AdminCommand command = admin_command_of(input);
    if (command.command == Command::Kill)
      oracle_.kill_done(meant_by({command.scope, command.scope_number}), input.mono);
  }
  if (input.kind != RecordKind::OrderReport) return;
  const OrderId id = payload_of<OrderReport>(input).id;
  const oms::Order* order = ledger.orders().pool().find(id);
  if (order != nullptr && is_terminal(order->state)) oracle_.believes_ended(id);
}

// Nothing goes wrong any more, nobody begins anything: what is owed comes, and both sides agree.
void World::rest() {
  network_.mend();
  mood_.trades = false;
  if (disk_well_at_ != 0) disk_is_well();
  feed_.mend(now_);
  market_.calm(kRestGapNs);
  WallTime since = now_;
  rate_at_ = now_;
  for (std::uint32_t n = 0; oracle_.content(); ++n) {
    market_step();
    if (!resolved()) since = now_;
    if (now_ - since > kStillNs && network_.quiet()) break;
    if (n == kRestStepsMax) oracle_.complain("the engine does not come to rest");
  }
  if (oracle_.content()) compare();
  market_.calm(0);
  mood_.trades = true;
}

bool World::resolved() const {
  if (core_ == nullptr) return false;
  bool all = true;
  const oms::OrderPool& pool = core_->ledger().orders().pool();
  for (std::size_t i = 0; i < market_.instruments(); ++i)
    pool.for_each_working(InstrumentId{static_cast<std::uint32_t>(i)},
                          [&](const oms::Order& order) {
                            all = all && order.state == OrderState::Open && !order.cancel_wanted;
                          });
  return all;
}

void World::compare() {
  const core::Ledger& ledger = core_->ledger();
  const backtest::Account account = network_.account();
  const std::size_t strategies = core_->strategies();
  std::size_t working = 0;
  for (std::size_t i = 0; i < market_.instruments(); ++i) {
    const auto id = InstrumentId{static_cast<std::uint32_t>(i)};
    const risk::InstrumentExposure& exposure = ledger.gate().exposure(id);
    const auto stake_of = [](const risk::Holding& held) {
      return Stake{held.position,    held.open.buy, held.open.sell,
                   held.open.orders, held.cash,     held.open.value};
    };
    for (std::size_t s = 0; s < strategies; ++s) {
      const auto strategy = StrategyId{static_cast<std::uint16_t>(s)};
      oracle_.rests(strategy, id, stake_of(exposure.by_strategy[s]));
      const portfolio::StrategyLedger& books = ledger.portfolio().ledger(strategy, id);
      if (books.cash != exposure.by_strategy[s].cash ||
          books.position.qty().raw() != exposure.by_strategy[s].position)
        oracle_.complain(fmt::format("at rest, gate and books differ in instrument {}", i));
    }
    Stake there;
    for (const auto& each : account.positions) {
      if (each.instrument != id) continue;
      there.position += each.position.raw() - static_cast<std::int64_t>(each.fees_base);
      there.cash += each.cash_flow - each.fees_cash;
    }
    for (const auto& order : account.open_orders) {
      if (order.instrument != id) continue;
      ++there.orders;
      (order.side == Side::Buy ? there.buy : there.sell) += order.qty.raw() - order.filled.raw();
    }
    oracle_.rests(id, stake_of(exposure.total), there);
    ledger.orders().pool().for_each_working(id, [&](const oms::Order& order) {
      ++working;
      oracle_.rests_working(order.request.id, order.remaining().raw());
    });
  }
  oracle_.rests_working_in_all(working);
}
}  // namespace sq::chaos
