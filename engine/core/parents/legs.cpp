// Orders of several legs. The first leads in steps that the bound allows, the others follow what it
// filled at once; who falls behind for too long ends it: completed, or traded back.
#include <algorithm>

#include "engine/core/parents/parent_desk.hpp"
#include "engine/core/strategy_context.hpp"

namespace sq::core {
strategy::Submitted ParentDesk::trade_legs(StrategyId strategy,
                                           const strategy::LegsIntent& intent) noexcept {
  using risk::Rule;
  constexpr auto kTerms = static_cast<std::uint8_t>(oms::ParentTerm::Terms);
  std::array<strategy::HeldOrder, kLegsMax> orders{};
  std::size_t count = 0;
  while (count < kLegsMax && intent.legs[count].instrument != kNoInstrument) ++count;
  const bool good = count >= 2 && intent.units > 0 && intent.unhedged_units_max > 0 &&
                    intent.unhedged_ns_max > 0 && intent.duration_ns >= 0;
  risk::Verdict verdict;
  if (!good) verdict = {Rule::ParentTerms, kTerms, 0, 0, 0};
  for (std::size_t k = 0; k < count && verdict.accepted(); ++k) {
    const strategy::Leg& leg = intent.legs[k];
    verdict = may_open(strategy, leg.instrument, ParentWork::Take, 2 * count);
    if (!verdict.accepted()) break;
    orders[k].instrument = leg.instrument;
    orders[k].side = leg.side;
    orders[k].qty = leg.ratio;
    orders[k].limit = leg.limit != Price{} ? leg.limit : traded(leg.instrument).tick;
    orders[k].protection_bps = leg.protection_bps;
    verdict = terms(orders[k]);
    if (verdict.accepted() && !Qty::times(leg.ratio, intent.units)) verdict.rule = Rule::Overflow;
    if (leg.protection_bps < 1 || leg.protection_bps > 5'000)
      verdict = {Rule::ParentTerms, kTerms, leg.protection_bps, 5'000, 0};
    for (std::size_t other = 0; other < k; ++other)  // an own order would meet its own
      if (orders[other].instrument == leg.instrument)
        verdict = {Rule::ParentTerms, kTerms, 0, 0, 0};
    orders[k].limit = leg.limit;
  }
  if (verdict.accepted() && !core_.ledger_.legs().has_room())
    verdict = {Rule::Capacity, 0, oms::LegOrders::kCapacity, oms::LegOrders::kCapacity, 0};
  if (!verdict.accepted()) return refuse(strategy, orders[0], verdict);

  LegsChanged placed;
  placed.id = next_id();
  placed.units = intent.units;
  placed.unhedged_units_max = intent.unhedged_units_max;
  placed.unhedged_ns_max = intent.unhedged_ns_max;
  placed.strategy = strategy;
  placed.to = LegsState::Working;
  placed.unwinds = intent.unwind ? 1 : 0;
  for (std::size_t k = 0; k < count; ++k) {
    orders[k].duration_ns = k == 0 ? intent.duration_ns : 0;
    placed.ratio[k] = intent.legs[k].ratio;
    placed.orders[k] = open_taking(strategy, orders[k], Qty{}, placed.id);
  }
  auto record = make_record(RecordKind::LegsChanged, placed);
  core_.decide(record.header, orders[0].instrument);
  if (core_.journal_failed_) return {{}, Rule::Capacity};
  core_.ledger_.apply(record.header);
  if (const Legs* legs = core_.ledger_.legs().find(placed.id)) behind_since(*legs) = {};
  advance(placed.id);
  return {placed.id, Rule::None};
}

OrderId ParentDesk::open_taking(StrategyId strategy, const strategy::HeldOrder& order, Qty qty,
                                OrderId group) noexcept {
  ParentChanged parent;
  parent.id = next_id();
  parent.group = group;
  parent.limit = order.limit;
  parent.qty = qty;
  if (order.duration_ns > 0) parent.deadline = core_.wall_ + order.duration_ns;
  parent.children_max = 10'000;
  parent.protection_bps = order.protection_bps;
  parent.strategy = strategy;
  parent.side = order.side;
  parent.work = ParentWork::Take;
  return open_parent(parent, order.instrument);
}

void ParentDesk::change(const Legs& legs, LegsState to, LegsCause cause,
                        const LegsChanged& content) noexcept {
  LegsChanged changed = content;
  changed.from = legs.last.to;
  changed.to = to;
  changed.cause = cause;
  auto record = make_record(RecordKind::LegsChanged, changed);
  core_.decide(record.header, legs.instrument);
  core_.ledger_.apply(record.header);
  note(changed.id, About::Legs);
}

MonoTime& ParentDesk::behind_since(const Legs& legs) noexcept {
  return behind_since_[static_cast<std::size_t>(&legs - core_.ledger_.legs().all().data())];
}

// Units that every leg from `from` on has filled.
std::int64_t ParentDesk::whole_units(const Legs& legs, std::size_t from) noexcept {
  std::int64_t units = legs.last.units;
  for (std::size_t k = from; k < kLegsMax; ++k)
    if (const Parent* leg = parents().find(legs.last.orders[k]))
      units = std::min(units, leg->filled.raw() / legs.last.ratio[k].raw());
  return units;
}

// What a follower must have filled for what the leader has.
Qty ParentDesk::needed(const Legs& legs, std::size_t k) noexcept {
  const Parent* leader = parents().find(legs.last.orders[0]);
  const Parent* leg = parents().find(legs.last.orders[k]);
  if (leader == nullptr || leg == nullptr) return {};
  const Int128 qty =
      Int128{leader->filled.raw()} * legs.last.ratio[k].raw() / legs.last.ratio[0].raw();
  return trunc_to_lot(Qty::from_raw(static_cast<std::int64_t>(qty)), traded(leg->instrument).lot);
}

bool ParentDesk::whole(const Legs& legs) noexcept {
  for (std::size_t k = 1; k < kLegsMax; ++k)
    if (const Parent* leg = parents().find(legs.last.orders[k]))
      if (leg->filled < needed(legs, k)) return false;
  return true;
}

bool ParentDesk::nothing_at_stake(const Legs& legs) noexcept {
  for (const OrderId id : legs.last.orders)
    if (const Parent* leg = parents().find(id); leg != nullptr && leg->at_stake != Qty{})
      return false;
  return true;
}

void ParentDesk::size_legs(const Legs& legs) noexcept {
  const LegsChanged& last = legs.last;
  if (Parent* leader = parents().find(last.orders[0]); leader != nullptr && leader->open()) {
    // Begun and not whole: at most the bound. The followers alone say what is whole.
    const std::int64_t done = whole_units(legs, 1);
    const std::int64_t begin =
        last.unhedged_units_max > last.units - done ? last.units : done + last.unhedged_units_max;
    resize(*leader, last.ratio[0] * begin);
  }
  for (std::size_t k = 1; k < kLegsMax; ++k)
    if (Parent* leg = parents().find(last.orders[k])) resize(*leg, needed(legs, k));
  for (const OrderId id : last.orders)
    if (Parent* leg = parents().find(id)) work(*leg);
}

void ParentDesk::advance(OrderId id) noexcept {
  const Legs* legs = core_.ledger_.legs().find(id);
  if (legs == nullptr || !legs->live()) return;
  if (legs->last.to == LegsState::Unwinding) return unwind(*legs);
  size_legs(*legs);
  const Parent* leader = parents().find(legs->last.orders[0]);
  const bool leads = leader != nullptr && leader->state != ParentState::Done;
  MonoTime& since = behind_since(*legs);
  if (whole(*legs)) {
    since = {};
    if (!nothing_at_stake(*legs)) return;
    if (whole_units(*legs, 0) >= legs->last.units) return end(*legs, LegsCause::Filled);
    if (!leads)
      return end(*legs,
                 legs->last.to == LegsState::Working ? LegsCause::LegEnded : legs->last.cause);
    return;
  }
  if (since == MonoTime{}) {
    since = core_.now_;
    core_.timers_.start(core_.now_ + legs->last.unhedged_ns_max, TimerOwner::LegsTime, 0);
  }
  if (core_.now_ - since < legs->last.unhedged_ns_max) return;
  if (legs->last.to == LegsState::Completing) return end(*legs, LegsCause::HandedOver);
  fail(*legs, LegsCause::UnhedgedTime);
}

void ParentDesk::on_legs_timer() noexcept {
  for (const Legs& each : core_.ledger_.legs().all())
    if (each.live()) advance(each.last.id);
}

// Begins nothing more. What is begun is completed, or traded back, in the same time again.
void ParentDesk::fail(const Legs& legs, LegsCause cause) noexcept {
  if (legs.last.to != LegsState::Working) return;
  if (Parent* leader = parents().find(legs.last.orders[0])) close(*leader, ParentCause::Linked);
  const bool trades_back = legs.last.unwinds != 0 && !whole(legs);
  if (trades_back)
    for (const OrderId id : legs.last.orders)
      if (Parent* leg = parents().find(id)) close(*leg, ParentCause::Linked);
  behind_since(legs) = core_.now_;
  core_.timers_.start(core_.now_ + legs.last.unhedged_ns_max, TimerOwner::LegsTime, 0);
  change(legs, trades_back ? LegsState::Unwinding : LegsState::Completing, cause, legs.last);
  advance(legs.last.id);
}

// First the proof that the legs fill no more, then what is ahead of the whole goes back.
void ParentDesk::unwind(const Legs& legs) noexcept {
  const std::int64_t units = whole_units(legs, 0);
  LegsChanged content = legs.last;
  bool opened = false;
  bool flat = nothing_at_stake(legs);
  for (std::size_t k = 0; k < kLegsMax && nothing_at_stake(legs); ++k) {
    const Parent* leg = parents().find(legs.last.orders[k]);
    if (leg == nullptr) continue;
    const Instrument& instrument = traded(leg->instrument);
    const Qty ahead = trunc_to_lot(leg->filled - legs.last.ratio[k] * units, instrument.lot);
    Parent* back = parents().find(legs.last.unwind[k]);
    if (back == nullptr && ahead >= instrument.qty_min && ahead > Qty{}) {
      strategy::HeldOrder order;
      order.instrument = leg->instrument;
      order.side = opposite(leg->side);
      order.protection_bps = leg->protection_bps;
      content.unwind[k] = open_taking(legs.last.strategy, order, ahead, legs.last.id);
      opened = true;
    } else if (back != nullptr) {
      resize(*back, ahead);  // a late fill
    }
    back = parents().find(content.unwind[k]);
    if (back != nullptr && back->filled < ahead) flat = false;
    if (back != nullptr && back->at_stake != Qty{}) flat = false;
  }
  if (opened) change(legs, LegsState::Unwinding, legs.last.cause, content);
  for (const OrderId id : legs.last.unwind)
    if (Parent* back = parents().find(id)) work(*back);
  if (flat) return end(legs, legs.last.cause);
  const MonoTime since = behind_since(legs);
  if (since == MonoTime{}) {
    behind_since(legs) = core_.now_;
    core_.timers_.start(core_.now_ + legs.last.unhedged_ns_max, TimerOwner::LegsTime, 0);
  } else if (core_.now_ - since >= legs.last.unhedged_ns_max) {
    end(legs, LegsCause::HandedOver);
  }
}

void ParentDesk::end(const Legs& legs, LegsCause cause) noexcept {
  for (const auto& list : {legs.last.orders, legs.last.unwind})
    for (const OrderId id : list)
      if (Parent* leg = parents().find(id)) close(*leg, ParentCause::Linked);
  change(legs, LegsState::Done, cause, legs.last);
}

void ParentDesk::note(OrderId id, About about) noexcept {
  if (!news_.empty() && news_.back().id == id) return;
  if (news_.size() < news_.capacity()) news_.push_back({id, about});
}

void ParentDesk::tell() noexcept {
  // What the callbacks add waits for the next input: no strategy holds up the core.
  const std::size_t count = news_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const News news = news_[i];
    StrategyId owner = kNoStrategy;
    const Parent* parent = parents().find(news.id);
    const Link* link = core_.ledger_.links().find(news.id);
    const Legs* legs = core_.ledger_.legs().find(news.id);
    if (news.about == About::Parent && parent != nullptr) owner = parent->strategy;
    if (news.about == About::Link && link != nullptr) owner = link->last.strategy;
    if (news.about == About::Legs && legs != nullptr) owner = legs->last.strategy;
    if (index_of(owner) >= core_.strategies_.size()) continue;
    auto& running = core_.strategies_[index_of(owner)];
    strategy::Strategy& strategy = *running.setup.strategy;
    switch (news.about) {
      case About::Parent:
        strategy.on_parent(view(owner, news.id), *running.context);
        break;
      case About::Link:
        strategy.on_link(
            {link->last.id, link->last.to, link->last.cause, link->last.chosen, link->last.excess},
            *running.context);
        break;
      case About::Legs:
        strategy.on_legs({legs->last.id, legs->last.to, legs->last.cause}, *running.context);
        break;
    }
  }
  news_.erase(news_.begin(), news_.begin() + static_cast<std::ptrdiff_t>(count));
}
}  // namespace sq::core
