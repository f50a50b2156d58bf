#include "engine/app/alerts/alert_book.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/app/days/day_facts.hpp"
#include "engine/app/kill/kill_scope_text.hpp"
#include "engine/messaging/alerts.hpp"
#include "engine/messaging/manual_order.hpp"
#include "engine/messaging/orders.hpp"
#include "engine/types/text.hpp"
#include "engine/wal/dump_names.hpp"

namespace sq::app {
namespace {
std::uint64_t subject_of(KillScopeKind kind, std::uint32_t number) noexcept {
  return (static_cast<std::uint64_t>(kind) << 32U) | number;
}
// A guard did it, not a person and not the kill switch, which is an alert of its own.
bool by_guard(StateCause cause) noexcept {
  switch (cause) {
    case StateCause::LossLimit:
    case StateCause::Breaker:
    case StateCause::RepeatedExecution:
    case StateCause::Reconciliation:
    case StateCause::Runaway:
      return true;
    case StateCause::Start:
    case StateCause::Command:
    case StateCause::Warm:
    case StateCause::Kill:
    case StateCause::Shutdown:
    case StateCause::Recovery:
    case StateCause::Flatten:
      return false;
  }
  return false;
}
std::string_view words_of(BreakKind kind) noexcept {
  switch (kind) {
    case BreakKind::None:
      return "a comparison";
    case BreakKind::UnknownOrder:
      return "an order that the log does not know";
    case BreakKind::MissingOrder:
      return "an order that the venue does not know";
    case BreakKind::OpenOrder:
      return "an order that ended by the log and works there";
    case BreakKind::Quantity:
      return "a quantity";
    case BreakKind::WrongPrice:
      return "a price";
    case BreakKind::FillMissing:
      return "a fill that was not booked";
    case BreakKind::FillExtra:
      return "a fill that the venue does not have";
    case BreakKind::Position:
      return "a position";
    case BreakKind::Balance:
      return "a balance";
    case BreakKind::Fee:
      return "a fee";
    case BreakKind::Transfer:
      return "a deposit or withdrawal";
    case BreakKind::NoRoom:
      return "an order from outside for which there is no room";
  }
  return "something";
}
template <class P>
bool holds_whole(const RecordHeader& record) noexcept {
  return payload_bytes(record).size() >= sizeof(P);
}
}  // namespace

void AlertBook::take(const RecordHeader& record) {
  follow_people(record);
  switch (record.kind) {
    case RecordKind::KillChanged:
      on_kill(record);
      break;
    case RecordKind::BreakerChanged:
      on_breaker(record);
      break;
    case RecordKind::StrategyChanged:
      on_strategy(record);
      break;
    case RecordKind::BreakChanged:
      on_break(record);
      break;
    case RecordKind::OrderChanged:
      on_order(record);
      break;
    case RecordKind::LogStateChanged:
      on_log(record);
      break;
    case RecordKind::DayClosed:
      on_day(record);
      break;
    case RecordKind::AlertCommand:
      on_acknowledgement(record);
      break;
    case RecordKind::DeadLetter:
      if (!holds_whole<DeadLetter>(record)) break;
      raise(Kind::DeadLetter, 0, News::More, record,
            fmt::format("record {} could not be handled: {}; GET /api/v1/dead-letters",
                        payload_of<DeadLetter>(record).input_sequence,
                        wal::text_of(payload_of<DeadLetter>(record).reason)));
      end(Kind::DeadLetter, 0, record.wall, {});  // over as soon as it happened
      break;
    default:
      break;
  }
}

// A market event between a command and a decision is in the other log, but its sequence is missing.
void AlertBook::follow_people(const RecordHeader& record) {
  if (!is_decision(record.kind) || record.sequence != next_) who_.clear();
  next_ = record.sequence + 1;
  if (record.kind == RecordKind::AdminCommand)
    who_ = std::string{admin_command_of(record).who.view()};
  if (record.kind == RecordKind::ManualOrder && holds_whole<ManualOrder>(record))
    who_ = std::string{payload_of<ManualOrder>(record).who.view()};
}

void AlertBook::raise(Kind kind, std::uint64_t subject, News news, const RecordHeader& record,
                      std::string text) {
  if (config_.alerts.rule(kind) == nullptr) return;
  auto same = std::ranges::find_if(
      open_, [&](const Alert& each) { return each.kind == kind && each.subject == subject; });
  if (same != open_.end() && same->in_hand() && news == News::Other) {
    // Nobody acknowledged this: an alert of its own, which stands for the old one, too.
    move_to_done(*same);
    open_.erase(same);
    same = open_.end();
  }
  if (same == open_.end()) {
    Alert alert;
    alert.kind = kind;
    alert.subject = subject;
    alert.number = record.sequence;
    alert.text = std::move(text);
    alert.since = alert.latest = record.wall;
    open_.push_back(std::move(alert));
    return;
  }
  same->text = std::move(text);
  same->latest = record.wall;
  same->over = {};
  ++same->times;
}

void AlertBook::end(Kind kind, std::uint64_t subject, WallTime at, std::string_view who) {
  for (Alert& each : open_) {
    if (each.kind != kind || each.subject != subject || each.over.ns != 0) continue;
    each.over = at;
    if (who.empty() || each.in_hand()) continue;
    each.acknowledged = at;
    each.who = std::string{who};
    each.reason = "ended it";
  }
  drop_done();
}

void AlertBook::move_to_done(const Alert& alert) {
  if (done_.size() == kDoneMax) done_.pop_front();
  done_.push_back(alert);
}

void AlertBook::drop_done() {
  for (const Alert& each : open_)
    if (each.in_hand() && each.over.ns != 0) move_to_done(each);
  std::erase_if(open_, [](const Alert& each) { return each.in_hand() && each.over.ns != 0; });
}

void AlertBook::on_kill(const RecordHeader& record) {
  if (!holds_whole<KillChanged>(record)) return;
  const auto& change = payload_of<KillChanged>(record);
  const std::uint64_t subject = subject_of(change.scope, change.number);
  if (change.latched == 0) return end(Kind::Kill, subject, record.wall, who_);
  raise(Kind::Kill, subject, News::More, record,
        fmt::format("the kill switch is closed for {}: {} ({})",
                    kill_scope_text({change.scope, change.number}, config_), change.reason.view(),
                    wal::text_of(change.cause)));
}

void AlertBook::on_breaker(const RecordHeader& record) {
  if (!holds_whole<BreakerChanged>(record)) return;
  const auto& change = payload_of<BreakerChanged>(record);
  const std::uint64_t subject =
      (static_cast<std::uint64_t>(change.kind) << 48U) | subject_of(change.scope, change.number);
  if (change.to == BreakerState::Closed) return end(Kind::Breaker, subject, record.wall, who_);
  if (change.to != BreakerState::Open) return;
  raise(Kind::Breaker, subject, News::More, record,
        fmt::format("the circuit breaker {} of {} is open: {}, its bound is {}; {}",
                    text_of(change.kind), kill_scope_text({change.scope, change.number}, config_),
                    change.observed, change.bound, text_of(change.action)));
}

void AlertBook::on_strategy(const RecordHeader& record) {
  if (!holds_whole<StrategyChanged>(record)) return;
  const auto& change = payload_of<StrategyChanged>(record);
  const std::size_t s = index_of(change.strategy);
  if (by_guard(change.cause))
    raise(Kind::Strategy, s, News::Other, record,
          fmt::format("strategy {} is {}: {}",
                      s < config_.strategies.size() ? config_.strategies[s].name : "?",
                      text_of(change.to), wal::text_of(change.cause)));
  else if (change.cause == StateCause::Command)
    end(Kind::Strategy, s, record.wall, who_);
}

void AlertBook::on_break(const RecordHeader& record) {
  if (!holds_whole<BreakChanged>(record)) return;
  const auto& change = payload_of<BreakChanged>(record);
  const auto venue = static_cast<std::uint8_t>(change.venue);
  std::set<std::uint64_t>& numbers = breaks_[venue];
  switch (change.state) {
    case BreakState::Opened:
    case BreakState::Aged:
      // One that somebody took for what it is opens again when it changes.
      raise(
          Kind::Break, venue, numbers.insert(change.number).second ? News::Other : News::More,
          record,
          fmt::format("the books and {} differ in {} (break {}, {} open); GET /api/v1/breaks",
                      text_of(change.venue), words_of(change.kind), change.number, numbers.size()));
      return;
    case BreakState::Resolved:
    case BreakState::Accepted:
    case BreakState::Released:
      numbers.erase(change.number);
      if (numbers.empty()) end(Kind::Break, venue, record.wall, change.who.view());
      return;
    case BreakState::Proposed:
    case BreakState::Compared:
      return;
  }
}

void AlertBook::on_order(const RecordHeader& record) {
  if (!holds_whole<OrderChanged>(record)) return;
  const auto& change = payload_of<OrderChanged>(record);
  if (change.from == change.to) return;
  if (change.from == OrderState::Unknown && unknown_orders_.erase(change.id.value) == 1 &&
      unknown_orders_.empty())
    end(Kind::Order, 0, record.wall, {});
  if (change.to != OrderState::Unknown) return;
  unknown_orders_.insert(change.id.value);
  raise(Kind::Order, 0, News::Other, record,
        fmt::format("what became of order {}.{} is not known, of {} in all; the venue is asked",
                    change.id.epoch(), change.id.counter(), unknown_orders_.size()));
}

void AlertBook::on_log(const RecordHeader& record) {
  if (!holds_whole<LogStateChanged>(record)) return;
  const auto& change = payload_of<LogStateChanged>(record);
  if (change.condition == LogCondition::Normal) return end(Kind::Log, 0, record.wall, {});
  raise(Kind::Log, 0, News::Other, record,
        fmt::format("the log is {}: {}; {} bytes are free", wal::text_of(change.condition),
                    change.reason.view(), change.free_bytes));
}

void AlertBook::on_day(const RecordHeader& record) {
  constexpr std::int64_t kLateNs = 60 * kNsPerSecond;
  if (!holds_whole<DayClosed>(record)) return;
  const auto& total = payload_of<DayClosed>(record);
  if (total.part == DayPart::Line || (total.not_valued == 0 && total.late_ns <= kLateNs)) return;
  const auto venue = static_cast<std::uint64_t>(total.venue);
  raise(Kind::Day, venue, News::Other, record,
        fmt::format("{} of {}, account {}, was closed {} s behind its cut; {} positions have no "
                    "price; GET /api/v1/days",
                    date_text(total.day), text_of(total.venue),
                    static_cast<std::uint16_t>(total.account), total.late_ns / kNsPerSecond,
                    total.not_valued));
  end(Kind::Day, venue, record.wall, {});  // over as soon as it happened
}

void AlertBook::on_acknowledgement(const RecordHeader& record) {
  if (!holds_whole<AlertCommand>(record)) return;
  const auto& asked = payload_of<AlertCommand>(record);
  if (asked.act != AlertAct::Acknowledge || asked.who.view().empty()) return;
  for (Alert& each : open_) {
    if (each.number != asked.alert || each.in_hand()) continue;
    each.acknowledged = record.wall;
    each.who = std::string{asked.who.view()};
    each.reason = std::string{asked.reason.view()};
  }
  drop_done();
}
}  // namespace sq::app
