// What venues hold against what the books say: asked at the start, every so often and on command.
// The rules are in oms/reconciliation.hpp and README.md.
#include <algorithm>

#include "engine/core/core.hpp"
#include "engine/core/kill_reasons.hpp"

namespace sq::core {
namespace {
constexpr std::int64_t kConfirmNs = 2 * kNsPerSecond;  // a difference is looked at again so soon
constexpr std::int64_t kUnansweredNs = 5 * kNsPerSecond;
constexpr std::int64_t kPatienceNsMax = 80 * kNsPerSecond;
constexpr FixedText<24> kBySettings{"settings"};
constexpr FixedText<24> kByOpening{"opening balance"};

bool same(const oms::Difference& a, const oms::Difference& b) noexcept {
  return oms::same_subject(a.subject, a.instrument, b.subject, b.instrument);
}
bool contains(const std::vector<oms::Difference>& list, const oms::Difference& wanted) noexcept {
  return std::any_of(list.begin(), list.end(),
                     [&](const oms::Difference& each) { return same(each, wanted); });
}
// Of one trade, which is not told again and again: somebody has to look.
bool lasts(const BreakChanged& subject) noexcept {
  return subject.trade_id != 0 && subject.kind != BreakKind::FillExtra;
}
// Money and positions go on moving; an accepted difference that has changed is a new one.
bool has_amount(BreakKind kind) noexcept {
  return kind == BreakKind::Position || kind == BreakKind::Balance || kind == BreakKind::Transfer;
}
}  // namespace

std::vector<Reconciling> reconciling_of(const CoreSetup& setup) {
  std::vector<Reconciling> made;
  if (setup.reconcile_ns == 0) return made;
  std::vector<VenueId> venues;
  for (const InstrumentSetup& each : setup.instruments)
    if (std::find(venues.begin(), venues.end(), each.instrument.venue) == venues.end())
      venues.push_back(each.instrument.venue);
  for (const VenueId venue : venues) {
    std::vector<InstrumentId> instruments;
    for (const InstrumentSetup& each : setup.instruments)
      if (each.instrument.venue == venue) instruments.push_back(each.instrument.id);
    made.emplace_back(
        oms::Reconciliation{venue, AccountId{}, std::move(instruments), setup.order_capacity});
  }
  return made;
}

Reconciling* Core::reconciling(VenueId venue) noexcept {
  for (Reconciling& each : reconciling_)
    if (each.answer.venue() == venue) return &each;
  return nullptr;
}

bool Core::reconciled(std::size_t s) const noexcept {
  return std::all_of(reconciling_.begin(), reconciling_.end(), [&](const Reconciling& venue) {
    return venue.ready ||
           std::none_of(venue.answer.instruments().begin(), venue.answer.instruments().end(),
                        [&](InstrumentId id) { return strategies_[s].subscribed[index_of(id)]; });
  });
}

void Core::start_reconciling() noexcept {
  for (std::size_t v = 0; v < reconciling_.size(); ++v) {
    reconciling_[v].ready = false;
    request_account(v);
  }
}

void Core::request_account(std::size_t v) noexcept {
  Reconciling& venue = reconciling_[v];
  const oms::VenueFacts* facts =
      ledger_.accounts().venue(venue.answer.venue(), venue.answer.account());
  AccountQuery query;
  query.request = sequence_ + 1;  // of this record: never used twice
  query.venue = venue.answer.venue();
  query.account = venue.answer.account();
  if (facts != nullptr && facts->comparisons != 0)
    query.trades_from =
        WallTime{std::max(facts->history_from.ns, facts->compared_as_of.ns - oms::kListedAgainNs)};
  else
    query.trades_from = wall_;
  auto record = make_record(RecordKind::QuerySent, query);
  decide(record.header, venue.answer.instruments().front());
  ledger_.apply(record.header);
  // A new request makes an answer that is still being put together worthless: one that takes long
  // is waited for longer each time.
  venue.patience_ns =
      venue.answer.waiting() ? std::min(2 * venue.patience_ns, kPatienceNsMax) : kUnansweredNs;
  venue.answer.start(query.request, now_, query.trades_from);
  ask_again(venue, venue.patience_ns);
  venues_.ask(record.header);
}

// Unless an answer is awaited.
void Core::ask_account(VenueId id) noexcept {
  const Reconciling* venue = reconciling(id);
  if (venue != nullptr && !venue->answer.waiting())
    request_account(static_cast<std::size_t>(venue - reconciling_.data()));
}

void Core::ask_again(Reconciling& venue, std::int64_t in_ns) noexcept {
  venue.due = now_ + in_ns;
  const auto index = static_cast<std::uint16_t>(&venue - reconciling_.data());
  timers_.start(venue.due, TimerOwner::Reconcile, index);
}

// A timer of an older plan finds another moment there.
void Core::on_reconcile_timer(std::size_t v) noexcept {
  if (reconciling_[v].due <= now_) request_account(v);
}

void Core::on_account_answer(const RecordHeader& input) noexcept {
  ledger_.apply(input);
  if (input.kind == RecordKind::VenueSnapshot || input.kind == RecordKind::VenueBalance) {
    const VenueId id = input.kind == RecordKind::VenueSnapshot
                           ? payload_of<VenueSnapshot>(input).venue
                           : payload_of<VenueBalance>(input).venue;
    Reconciling* venue = reconciling(id);
    if (venue == nullptr) return;
    if (input.kind == RecordKind::VenueBalance) return venue->answer.on_balance(input);
    if (payload_of<VenueSnapshot>(input).phase == SnapshotPhase::Begin)
      return venue->answer.on_begin(input);
    const bool asked = payload_of<VenueSnapshot>(input).request == venue->answer.request();
    if (venue->answer.on_end(input)) return compare_account(*venue);
    if (asked && venue->answer.request() == 0) ask_again(*venue, kConfirmNs);
    return;
  }
  if (index_of(input.instrument) >= books_.size())
    return dead_letter(input, DeadLetterReason::UnknownInstrument);
  Reconciling* venue =
      reconciling(ledger_.portfolio().instruments()[index_of(input.instrument)].venue);
  if (venue == nullptr) return;
  if (input.kind == RecordKind::VenueOrder)
    venue->answer.on_order(input);
  else
    venue->answer.on_position(input);
}

// From whatever source; of the venue's list also what is told again.
void Core::on_trade_told(const RecordHeader& input, const ReportEffect& effect) noexcept {
  if (index_of(input.instrument) >= books_.size()) return;
  const Instrument& instrument = ledger_.portfolio().instruments()[index_of(input.instrument)];
  Reconciling* venue = reconciling(instrument.venue);
  if (venue == nullptr) return;
  const auto& report = payload_of<OrderReport>(input);
  if (effect.booked) venue->answer.on_booked(effect.trade, instrument);
  const bool unknown = effect.outcome.fit == oms::ReportFit::UnknownOrder;
  if (report.kind == ReportKind::Trade) {
    venue->answer.on_trade();
    if (effect.differs != BreakKind::None)
      venue->answer.on_differing_trade(input, effect.trade, effect.differs);
    // Ours by its id, and the log does not have it: an older log was restored (G06).
    if (unknown && report.id != OrderId{}) {
      ledger_.accounts().on_epoch_seen(report.id.epoch());
      if (report.id.epoch() == ledger_.epoch()) orders_ = std::max(orders_, report.id.counter());
      venue->answer.on_differing_trade(input, effect.trade, BreakKind::UnknownOrder);
    }
    return;
  }
  // Somebody trades beside us: what else is there?
  if (unknown && effect.booked) ask_account(instrument.venue);
}

void Core::adopt_unknown(Reconciling& venue) noexcept {
  venue.answer.for_each_unknown(
      ledger_.orders(), ledger_.accounts(),
      [&](const VenueOrder& told, InstrumentId instrument, oms::Order* order) {
        if (order == nullptr) return adopt(venue, told, instrument);
        if (order->changed_at >= venue.answer.requested_at()) return;  // it ended just now
        oms::Difference open;
        open.subject.kind = BreakKind::OpenOrder;
        open.subject.order = order->request.id;
        open.subject.venue = venue.answer.venue();
        open.subject.account = venue.answer.account();
        open.subject.here = order->filled.raw();
        open.subject.there = told.filled.raw();
        open.instrument = instrument;
        if (!contains(venue.candidates, open) || !ledger_.orders().has_room()) return;
        OrderAdopted adopted;
        adopted.request = order->request;
        adopted.venue_order_id = told.venue_order_id;
        adopted.filled = told.filled;
        adopted.as_of = venue.answer.as_of();
        adopted.revived = 1;
        auto record = make_record(RecordKind::OrderAdopted, adopted);
        decide(record.header, instrument);
        if (oms::Order* works = ledger_.apply_adopted(record.header))
          answers_.watch(*works, ledger_.orders().pool());
        open.certain = true;
        venue.answer.note(open);
      });
}

void Core::adopt(Reconciling& venue, const VenueOrder& told, InstrumentId instrument) noexcept {
  oms::Difference found;
  found.subject.venue = venue.answer.venue();
  found.subject.account = venue.answer.account();
  found.subject.venue_order_id = told.venue_order_id;
  found.subject.there = told.qty.raw();
  found.instrument = instrument;
  found.certain = true;
  const bool sense = told.filled >= Qty{} && told.filled < told.qty && told.venue_order_id != 0 &&
                     (told.side == Side::Buy || told.side == Side::Sell);
  if (!sense || !ledger_.orders().has_room() || !ledger_.accounts().has_room()) {
    found.subject.kind = BreakKind::NoRoom;
    return venue.answer.note(found);
  }
  OrderAdopted adopted;
  const bool foreign = told.id == OrderId{} || told.id.epoch() == 0;
  adopted.request.id = foreign ? ledger_.accounts().next_external_id() : told.id;
  adopted.request.limit = told.limit;
  adopted.request.qty = told.qty;
  adopted.request.account = told.account;
  adopted.request.side = told.side;
  adopted.request.type = told.type;
  adopted.request.tif = told.tif;
  adopted.request.reduce_only = told.reduce_only;
  adopted.venue_order_id = told.venue_order_id;
  adopted.filled = told.filled;
  adopted.as_of = venue.answer.as_of();
  adopted.foreign = foreign ? 1 : 0;
  if (!foreign && told.id.epoch() == ledger_.epoch())
    orders_ = std::max(orders_, told.id.counter());
  auto record = make_record(RecordKind::OrderAdopted, adopted);
  decide(record.header, instrument);
  oms::Order* order = ledger_.apply_adopted(record.header);
  if (order == nullptr) return;
  answers_.watch(*order, ledger_.orders().pool());
  answers_.settle(ledger_.orders().pool());
  if (external_orders_ == settings::ExternalOrders::Cancel) cancel(*order, CancelReason::External);
}

void Core::compare_account(Reconciling& venue) noexcept {
  adopt_unknown(venue);
  const auto& found =
      venue.answer.compare(ledger_.orders(), ledger_.portfolio(), ledger_.accounts(), now_);
  tell_breakers(venue, found);
  venue.next.clear();
  venue.undecided = false;
  take_differences(venue, found);
  resolve_breaks(venue, found);
  venue.candidates.swap(venue.next);
  for (const OrderId id : venue.answer.to_ask())
    if (oms::Order* order = ledger_.orders().pool().find(id); order != nullptr && order->working())
      query(*order);
  const oms::BreakList& breaks = ledger_.accounts().breaks();
  const bool clean = venue.candidates.empty() && !venue.undecided && !venue.answer.overflow() &&
                     !breaks.full() && breaks.unaccepted(venue.answer.venue()) == 0;
  const oms::VenueFacts* facts =
      ledger_.accounts().venue(venue.answer.venue(), venue.answer.account());
  BreakChanged compared;
  compared.number = sequence_ + 1;
  compared.here = static_cast<std::int64_t>(found.size());
  compared.there = static_cast<std::int64_t>(venue.answer.compared());
  compared.since = facts->comparisons == 0 ? venue.answer.as_of() : facts->history_from;
  compared.as_of = venue.answer.as_of();
  compared.venue = venue.answer.venue();
  compared.account = venue.answer.account();
  compared.state = BreakState::Compared;
  compared.clean = clean ? 1 : 0;
  auto record = make_record(RecordKind::BreakChanged, compared);
  decide(record.header, kNoInstrument);
  ledger_.apply(record.header);
  if (clean && !venue.ready) venue.ready = states_dirty_ = true;
  const bool soon = !venue.candidates.empty() || venue.undecided || !venue.ready;
  ask_again(venue, soon ? std::min(kConfirmNs, reconcile_ns_) : reconcile_ns_);
}

void Core::take_differences(Reconciling& venue,
                            const std::vector<oms::Difference>& found) noexcept {
  for (const oms::Difference& each : found) {
    venue.undecided = venue.undecided || each.undecided;
    if (each.subject.kind == BreakKind::Balance && !each.undecided) {
      const oms::CashLine* line =
          ledger_.accounts().cash(each.subject.venue, each.subject.account, each.subject.currency);
      if (line != nullptr && !line->opened) {
        oms::Break opening;
        opening.told = each.subject;
        opening.told.as_of = venue.answer.as_of();
        opening.instrument = kNoInstrument;
        change_break(opening, BreakState::Accepted, kByOpening, 0);
        continue;
      }
    }
    const oms::Break* open = ledger_.accounts().breaks().find(each.subject, each.instrument);
    const bool twice = contains(venue.candidates, each);
    if (open != nullptr) {
      const bool moved =
          each.subject.there - each.subject.here != open->told.there - open->told.here;
      if (!open->accepted || each.undecided || !has_amount(each.subject.kind) || !moved) continue;
      if (twice)
        open_break(each, open->told.number);
      else if (venue.next.size() < venue.next.capacity())
        venue.next.push_back(each);
    } else if (each.undecided) {
      if (twice && venue.next.size() < venue.next.capacity()) venue.next.push_back(each);
    } else if (each.certain || twice) {
      open_break(each, ledger_.accounts().breaks().next_number());
    } else if (venue.next.size() < venue.next.capacity()) {
      venue.next.push_back(each);
    }
  }
}

void Core::resolve_breaks(Reconciling& venue, const std::vector<oms::Difference>& found) noexcept {
  const oms::BreakList& breaks = ledger_.accounts().breaks();
  for (std::size_t i = 0; i < breaks.open().size();) {
    const oms::Break open = breaks.open()[i];
    ++i;
    if (open.told.venue != venue.answer.venue()) continue;
    const bool held = std::any_of(found.begin(), found.end(), [&](const oms::Difference& each) {
      if (oms::same_subject(each.subject, each.instrument, open.told, open.instrument)) return true;
      // Undecided: of this order, instrument or currency nothing can be said now.
      return each.undecided && each.instrument == open.instrument &&
             each.subject.order == open.told.order && each.subject.currency == open.told.currency;
    });
    if (!held && (!lasts(open.told) || open.accepted)) {
      change_break(open, BreakState::Resolved, {}, open.age);
      --i;
      continue;
    }
    const std::int64_t for_ns = wall_ - open.told.since;
    const std::uint8_t age = for_ns >= 86'400 * kNsPerSecond  ? 3
                             : for_ns >= 3'600 * kNsPerSecond ? 2
                             : for_ns >= 300 * kNsPerSecond   ? 1
                                                              : 0;
    if (age > open.age) change_break(open, BreakState::Aged, {}, age);
  }
}

void Core::open_break(const oms::Difference& found, std::uint64_t number) noexcept {
  BreakChanged opened = found.subject;
  opened.number = number;
  opened.state = BreakState::Opened;
  opened.since = wall_;
  const Reconciling* venue = reconciling(opened.venue);
  opened.as_of = venue != nullptr ? venue->answer.as_of() : WallTime{};
  auto record = make_record(RecordKind::BreakChanged, opened);
  decide(record.header, found.instrument);
  ledger_.apply(record.header);
  const bool foreign = opened.order.epoch() == 0;
  switch (opened.kind) {
    case BreakKind::UnknownOrder:
      if (!foreign) return reduce_only(opened.venue, found.instrument);
      if (external_orders_ == settings::ExternalOrders::Kill) {
        latch_kill(StateCause::Reconciliation, FixedText<64>{kOutsideReason});
      } else if (const oms::Break* open = ledger_.accounts().breaks().find(number)) {
        change_break(*open, BreakState::Accepted, kBySettings, 0);
      }
      return;
    case BreakKind::Position:
    case BreakKind::OpenOrder:
    case BreakKind::FillExtra:
    case BreakKind::NoRoom:
      return reduce_only(opened.venue, found.instrument);
    default:
      return;
  }
}
}  // namespace sq::core
