// Links between orders that the engine works: one or the other (OCO), one after the other (OTO),
// an entry with a stop and a target (bracket).
#include <algorithm>

#include "engine/core/parents/parent_desk.hpp"
#include "engine/core/strategy_context.hpp"

namespace sq::core {
namespace {
constexpr std::uint32_t kFlattenBps = 100;
bool ended(const oms::Parent* parent) noexcept {
  return parent == nullptr || parent->state == ParentState::Done;
}
Qty filled_of(const oms::Parent* parent) noexcept { return parent ? parent->filled : Qty{}; }
Qty stake_of(const oms::Parent* parent) noexcept { return parent ? parent->at_stake : Qty{}; }
}  // namespace

strategy::Submitted ParentDesk::link(StrategyId strategy,
                                     const strategy::LinkIntent& intent) noexcept {
  using risk::Rule;
  const bool has_entry = intent.kind != LinkKind::Oco;
  const bool has_second = intent.kind != LinkKind::Oto;
  strategy::HeldOrder first = intent.first;
  strategy::HeldOrder second = intent.second;
  const InstrumentId instrument = has_entry ? intent.entry.instrument : first.instrument;
  if (has_entry) first.qty = second.qty = intent.entry.qty;
  risk::Verdict verdict = may_open(strategy, instrument, ParentWork::Rest, 4);
  if (verdict.accepted() && has_entry) verdict = terms(intent.entry);
  bool good = intent.race_ns >= 0 && first.instrument == instrument;
  good = good && (intent.kind == LinkKind::Oco || intent.kind == LinkKind::Oto ||
                  intent.kind == LinkKind::Bracket);
  if (has_second) good = good && second.instrument == instrument && first.qty == second.qty;
  if (intent.kind == LinkKind::Bracket)
    good = good && first.side == second.side && first.side == opposite(intent.entry.side);
  if (verdict.accepted() && !good)
    verdict = {Rule::ParentTerms, static_cast<std::uint8_t>(oms::ParentTerm::Terms), 0, 0, 0};
  if (verdict.accepted()) verdict = terms(first);
  if (verdict.accepted() && has_second) verdict = terms(second);
  if (verdict.accepted() && !core_.ledger_.links().has_room())
    verdict = {Rule::Capacity, 0, oms::LinkedOrders::kCapacity, oms::LinkedOrders::kCapacity, 0};
  if (!verdict.accepted()) return refuse(strategy, has_entry ? intent.entry : first, verdict);

  LinkChanged placed;
  placed.id = next_id();
  placed.qty = first.qty;
  placed.race_ns = intent.race_ns;
  placed.protection_bps = kFlattenBps;
  placed.strategy = strategy;
  placed.kind = intent.kind;
  placed.to = LinkState::Active;
  if (has_entry) placed.orders[0] = open_held(strategy, intent.entry, intent.entry.qty, placed.id);
  placed.orders[1] = open_held(strategy, first, has_entry ? Qty{} : first.qty, placed.id);
  if (has_second)
    placed.orders[2] = open_held(strategy, second, has_entry ? Qty{} : second.qty, placed.id);
  auto record = make_record(RecordKind::LinkChanged, placed);
  core_.decide(record.header, instrument);
  if (core_.journal_failed_) return {{}, Rule::Capacity};
  core_.ledger_.apply(record.header);
  for (const OrderId order : placed.orders)
    if (Parent* parent = parents().find(order)) work(*parent);
  return {placed.id, Rule::None};
}

void ParentDesk::change(const Link& link, LinkState to, LinkCause cause,
                        const LinkChanged& content) noexcept {
  LinkChanged changed = content;
  changed.from = link.last.to;
  changed.to = to;
  changed.cause = cause;
  auto record = make_record(RecordKind::LinkChanged, changed);
  core_.decide(record.header, link.instrument);
  core_.ledger_.apply(record.header);
  note(changed.id, About::Link);
}

// How much the two at the end are for.
Qty ParentDesk::entered(const Link& link) noexcept {
  if (link.last.kind == LinkKind::Oco) return link.last.qty;
  return filled_of(parents().find(link.last.orders[0]));
}

// Brings everything into line with what was filled and triggered.
void ParentDesk::rebalance(OrderId id) noexcept {
  const Link* link = core_.ledger_.links().find(id);
  if (link == nullptr || !link->live()) return;
  if (link->last.chosen == 0)
    if (const std::uint8_t chosen = choice(*link); chosen != 0) choose(*link, chosen);
  watch_race(*link);
  resize_exits(*link);
  flatten(*link);
  finish(*link);
  if (!link->live()) return;
  for (const OrderId order : link->last.orders)
    if (Parent* parent = parents().find(order)) work(*parent);
}

// 1 or 2 when one of the two triggered, or filled where that ends the other; else 0.
std::uint8_t ParentDesk::choice(const Link& link) noexcept {
  const Parent* a = parents().find(link.last.orders[1]);
  const Parent* b = parents().find(link.last.orders[2]);
  if (a == nullptr || b == nullptr) return 0;
  if (a->trigger.state == TriggerState::Triggered) return 1;
  if (b->trigger.state == TriggerState::Triggered) return 2;
  // One rests and one is held, on one side: what the first fills, the second no longer covers.
  const bool shares = a->side == b->side && a->trigger.holds() != b->trigger.holds();
  if (shares) return 0;
  if (a->filled > Qty{}) return 1;
  return b->filled > Qty{} ? std::uint8_t{2} : std::uint8_t{0};
}

void ParentDesk::choose(const Link& link, std::uint8_t chosen) noexcept {
  LinkChanged content = link.last;
  content.chosen = chosen;
  content.chosen_at = core_.wall_;
  change(link, LinkState::Exiting, LinkCause::Chosen, content);
  if (Parent* other = parents().find(link.last.orders[3U - chosen]))
    close(*other, ParentCause::Linked);
  if (Parent* entry = parents().find(link.last.orders[0])) close(*entry, ParentCause::Linked);
}

// The other's cancel is waited for, but not for ever: a stop that waits protects nothing.
void ParentDesk::watch_race(const Link& link) noexcept {
  if (link.last.chosen == 0 || link.last.hurried != 0) return;
  if (stake_of(parents().find(link.last.orders[3U - link.last.chosen])) == Qty{}) return;
  const std::int64_t waited = core_.wall_ - link.last.chosen_at;
  if (waited < link.last.race_ns) {
    if (link.last.race_ns != strategy::kWaitForProof)
      wake(link.instrument, core_.now_ + (link.last.race_ns - waited));
    return;
  }
  LinkChanged content = link.last;
  content.hurried = 1;
  change(link, LinkState::Exiting, LinkCause::Hurried, content);
}

void ParentDesk::resize_exits(const Link& link) noexcept {
  Parent* a = parents().find(link.last.orders[1]);
  Parent* b = parents().find(link.last.orders[2]);
  const Qty whole = entered(link);
  const auto size = [&](Parent* mine, const Parent* other, bool chosen) {
    if (mine == nullptr || !mine->open()) return;
    const bool shares = other != nullptr && other->side == mine->side;
    Qty taken = shares ? filled_of(other) : Qty{};
    // The worst case of the other counts until its end is proven, or the wait is over (X24).
    if (chosen && link.last.hurried == 0) taken += shares ? stake_of(other) : Qty{};
    const bool waits = chosen && !shares && link.last.hurried == 0 && stake_of(other) > Qty{};
    resize(*mine, waits ? Qty{} : std::max(whole - taken, Qty{}));
  };
  size(a, b, link.last.chosen == 1);
  size(b, a, link.last.chosen == 2);
}

// What both filled together beyond the whole is traded back.
void ParentDesk::flatten(const Link& link) noexcept {
  const Parent* a = parents().find(link.last.orders[1]);
  const Parent* b = parents().find(link.last.orders[2]);
  if (a == nullptr) return;
  Qty excess;
  Side side = a->side;
  if (b == nullptr || a->side == b->side) {
    excess = a->filled + filled_of(b) - entered(link);
  } else if (link.last.chosen != 0) {
    const Parent* other = link.last.chosen == 1 ? b : a;
    excess = other->filled;
    side = other->side;
  }
  if (excess <= link.last.excess) return;
  LinkChanged content = link.last;
  content.excess = excess;
  if (Parent* open = parents().find(content.orders[3]); open != nullptr && open->open()) {
    resize(*open, open->qty + (excess - link.last.excess));
  } else {
    strategy::HeldOrder back;
    back.instrument = link.instrument;
    back.side = opposite(side);
    back.protection_bps = link.last.protection_bps;
    back.keep = true;  // a strategy that is paused over this has it when it is armed again
    content.orders[3] = open_held(link.last.strategy, back, excess - link.last.excess, content.id);
  }
  change(link, LinkState::Exiting, LinkCause::Overfilled, content);
}

void ParentDesk::finish(const Link& link) noexcept {
  Parent* entry = parents().find(link.last.orders[0]);
  Parent* a = parents().find(link.last.orders[1]);
  Parent* b = parents().find(link.last.orders[2]);
  Parent* back = parents().find(link.last.orders[3]);
  if (entry != nullptr && entry->open() && entry->filled >= entry->qty)
    close(*entry, ParentCause::Filled);
  if (entry != nullptr && entry->open() && ended(a) && ended(b)) close(*entry, ParentCause::Linked);
  if (back != nullptr && back->open() && back->filled >= back->qty)
    close(*back, ParentCause::Filled);
  if (!ended(entry)) return;
  const bool shares = b == nullptr || a->side == b->side;
  const Qty lot = traded(link.instrument).qty_min;
  const auto complete = [&](const Parent* mine) {
    const Qty left =
        shares ? entered(link) - filled_of(a) - filled_of(b) : link.last.qty - mine->filled;
    // Less than the venue takes is left alone.
    return left <= Qty{} || (left < lot && stake_of(a) == Qty{} && stake_of(b) == Qty{});
  };
  if (a != nullptr && b != nullptr && !shares && link.last.chosen == 0) return;
  for (Parent* mine : {a, b})
    if (mine != nullptr && mine->open() && complete(mine)) close(*mine, ParentCause::Filled);
  if (ended(a) && ended(b) && ended(back))
    change(link, LinkState::Done, LinkCause::Ended, link.last);
}
}  // namespace sq::core
