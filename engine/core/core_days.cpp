// The end of a venue's day: at its cut, before anything that comes behind it, what each strategy
// holds and has earned is valued and written down. What has no price that is fresh at the cut is
// named as not valued: no price is invented. The books' day is by arrival: what a venue tells
// behind the cut counts for the next day. Source: scope 6 of the order path; controls T02
// (reconciliation at the end of the day), P08.
#include <algorithm>
#include <limits>

#include "engine/core/core.hpp"

namespace sq::core {
namespace {
std::int64_t difference(std::int64_t now, std::int64_t before) noexcept {
  std::int64_t result = 0;
  if (__builtin_sub_overflow(now, before, &result))
    return now < before ? std::numeric_limits<std::int64_t>::min()
                        : std::numeric_limits<std::int64_t>::max();
  return result;
}
// Sums beyond 64 bits are no sums: the total is then not valued.
std::int64_t fit(Int128 sum, DayClosed& total) noexcept {
  if (sum >= std::numeric_limits<std::int64_t>::min() &&
      sum <= std::numeric_limits<std::int64_t>::max())
    return static_cast<std::int64_t>(sum);
  total.valued = 0;
  return sum < 0 ? std::numeric_limits<std::int64_t>::min()
                 : std::numeric_limits<std::int64_t>::max();
}
// The day's part of sums that are in `told` already.
void count_day(DayClosed& told, const ClosedFigures& before, std::int64_t turnover,
               std::uint64_t fills) noexcept {
  told.day_realised = difference(told.realised, before.realised);
  told.day_fees = difference(told.fees, before.fees);
  told.day_funding = difference(told.funding, before.funding);
  told.day_turnover = difference(turnover, before.turnover);
  told.day_fills = fills - before.fills;
  told.net_from = before.net_from;
  if (told.valued != 0) {
    told.day_net = difference(told.net, before.net);
  } else {
    told.unrealised = told.net = 0;
  }
}
bool has_news(const DayClosed& line) noexcept {
  return line.position != Qty{} || line.day_realised != 0 || line.day_fees != 0 ||
         line.day_funding != 0 || line.day_turnover != 0 || line.day_fills != 0 ||
         line.day_net != 0;
}
}  // namespace

std::int64_t Core::open_day(const DayEnd& end) const noexcept {
  const DayBooks& days = ledger_.days();
  if (const auto closed = days.closed(end.venue)) return *closed + 1;
  return day_of(days.began() != WallTime{} ? days.began() : ready_at_, end.cut_ns);
}

void Core::watch_days() noexcept {
  days_due_ = kNoCut;
  for (const DayEnd& each : day_ends_)
    days_due_ = std::min(days_due_, cut_of(open_day(each), each.cut_ns));
}

// Which of them is fresh at the cut, in the order of the settings.
Core::DayMark Core::mark_at(std::size_t i, const DayEnd& end, WallTime cut) const noexcept {
  for (const MarkSource source : end.marks) {
    DayMark mark{{}, source, 0};
    ToldPrice seen;
    if (source == MarkSource::MarkPrice) seen = seen_prices_[i].mark;
    if (source == MarkSource::Last) seen = seen_prices_[i].last;
    if (source == MarkSource::Settlement) seen = ledger_.days().settlement(i);
    mark.price = seen.price;
    mark.age_ns = cut - seen.at;
    const book::SyncedBook& book = books_[i];
    // A cut before this start: the book of that moment is gone.
    if (source == MarkSource::Mid && cut >= ready_at_ && book.state() == BookState::Live &&
        book.bid().qty != Qty{} && book.ask().qty != Qty{}) {
      const std::int64_t bid = book.bid().price.raw();
      mark.age_ns = (now_ - book.updated_at()) - (wall_ - cut);
      // Older than that it is stale, though the timer that says so is behind this.
      if (mark.age_ns <= silence_ns_[i])
        mark.price = Price::from_raw(bid + (book.ask().price.raw() - bid) / 2);
    }
    const bool fresh = mark.age_ns <= end.mark_age_ns_max && mark.age_ns >= -end.mark_age_ns_max;
    if (mark.price > Price{} && fresh) return mark;
  }
  return {};
}

DayClosed Core::day_line(const DayClosed& close, std::size_t s, std::size_t i,
                         const DayMark& mark) const noexcept {
  const auto strategy =
      s < strategies_.size() ? StrategyId{static_cast<std::uint16_t>(s)} : kNoStrategy;
  const auto id = InstrumentId{static_cast<std::uint32_t>(i)};
  const Instrument& instrument = ledger_.portfolio().instruments()[i];
  const portfolio::StrategyLedger& held = ledger_.portfolio().ledger(strategy, id);
  DayClosed line = close;
  line.strategy = strategy;
  line.account = ledger_.days().account(s);
  line.currency = instrument.settle;
  line.position = held.position.qty();
  line.realised = held.position.realised();
  line.fees = held.fees;
  line.funding = held.funding;
  const bool flat = line.position == Qty{};  // valued whatever the price is
  if (!flat) {
    line.mark = mark.price;
    line.source = mark.source;
    line.mark_age_ns = mark.age_ns;
  }
  if (flat || mark.price > Price{}) {
    const auto unrealised = held.position.unrealised(instrument, mark.price);
    const auto net = portfolio::net_pnl(held, instrument, mark.price);
    line.valued = unrealised && net ? 1 : 0;
    line.unrealised = unrealised.value_or(0);
    line.net = net.value_or(0);
  }
  count_day(line, ledger_.days().line(s, i), held.turnover, held.fills);
  return line;
}

void Core::add_to_total(const DayClosed& line, std::size_t i) noexcept {
  const std::span<const ClosedTotal> totals = ledger_.days().totals();
  const auto id = InstrumentId{static_cast<std::uint32_t>(i)};
  const portfolio::StrategyLedger& held = ledger_.portfolio().ledger(line.strategy, id);
  for (std::size_t t = 0; t < totals.size(); ++t) {
    if (totals[t].venue != line.venue || totals[t].account != line.account ||
        totals[t].currency != line.currency)
      continue;
    DaySum& sum = day_sums_[t];
    sum.realised += line.realised;
    sum.unrealised += line.unrealised;
    sum.fees += line.fees;
    sum.funding += line.funding;
    sum.turnover += held.turnover;
    sum.fills += held.fills;
    sum.lines += has_news(line) ? 1U : 0U;
    sum.not_valued += line.valued != 0 ? 0U : 1U;
  }
}

void Core::close_totals(const DayClosed& close) noexcept {
  const std::span<const ClosedTotal> totals = ledger_.days().totals();
  std::size_t left = 0;
  for (const ClosedTotal& each : totals) left += each.venue == close.venue ? 1 : 0;
  for (std::size_t t = 0; t < totals.size(); ++t) {
    if (totals[t].venue != close.venue) continue;
    const DaySum& sum = day_sums_[t];
    DayClosed total = close;
    total.strategy = kNoStrategy;
    total.account = totals[t].account;
    total.currency = totals[t].currency;
    total.part = --left == 0 ? DayPart::End : DayPart::Total;
    total.lines = sum.lines;
    total.not_valued = sum.not_valued;
    total.valued = sum.not_valued == 0 ? 1 : 0;
    total.realised = fit(sum.realised, total);
    total.unrealised = fit(sum.unrealised, total);
    total.fees = fit(sum.fees, total);
    total.funding = fit(sum.funding, total);
    total.net = fit(sum.realised + sum.unrealised - sum.fees + sum.funding, total);
    count_day(total, totals[t].figures, fit(sum.turnover, total), sum.fills);
    auto record = make_record(RecordKind::DayClosed, total);
    decide(record.header, kNoInstrument);
    ledger_.apply(record.header);
  }
}

void Core::close_day(const DayEnd& end, std::int64_t first, std::int64_t day) noexcept {
  DayClosed close;
  close.day = day;
  close.first_day = first;
  close.cut = cut_of(day, end.cut_ns);
  close.late_ns = wall_ - close.cut;
  close.epoch = ledger_.epoch();
  close.venue = end.venue;
  std::ranges::fill(day_sums_, DaySum{});
  const std::vector<Instrument>& instruments = ledger_.portfolio().instruments();
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    if (instruments[i].venue != end.venue) continue;
    const DayMark mark = mark_at(i, end, close.cut);
    for (std::size_t s = 0; s <= strategies_.size(); ++s) {
      const DayClosed line = day_line(close, s, i, mark);
      add_to_total(line, i);
      if (!has_news(line)) continue;
      auto record = make_record(RecordKind::DayClosed, line);
      decide(record.header, instruments[i].id);
      ledger_.apply(record.header);
    }
  }
  close_totals(close);
}

void Core::close_days() noexcept {
  for (const DayEnd& each : day_ends_) {
    const std::int64_t first = open_day(each);
    const std::int64_t day = day_of(wall_, each.cut_ns) - 1;  // the last that is over
    if (day < first) continue;
    close_day(each, first, day);
    ask_account(each.venue);  // T02: compared with the venue at the end of the day
  }
  watch_days();
}
}  // namespace sq::core
