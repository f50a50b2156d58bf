#include "engine/core/day_books.hpp"

#include <algorithm>

#include "engine/messaging/control.hpp"

namespace sq::core {
DayBooks::DayBooks(const std::vector<Instrument>& instruments, std::size_t strategies,
                   const std::vector<AccountId>& strategy_accounts)
    : columns_{strategies + 1},
      accounts_(strategies + 1),
      lines_(instruments.size() * (strategies + 1)),
      settlements_(instruments.size()) {
  std::copy_n(strategy_accounts.begin(), std::min(strategy_accounts.size(), strategies),
              accounts_.begin());
  for (const Instrument& each : instruments) {
    venue_of_.push_back(each.venue);
    if (std::ranges::find(venues_, each.venue, &Venue::venue) == venues_.end())
      venues_.push_back({each.venue});
    for (const AccountId account : accounts_) {
      const bool known = std::ranges::any_of(totals_, [&](const ClosedTotal& total) {
        return total.venue == each.venue && total.account == account &&
               total.currency == each.settle;
      });
      if (!known) totals_.push_back({each.venue, account, each.settle});
    }
  }
}

std::optional<std::int64_t> DayBooks::closed(VenueId venue) const noexcept {
  const auto found = std::ranges::find(venues_, venue, &Venue::venue);
  if (found == venues_.end() || found->any == 0) return std::nullopt;
  return found->day;
}

void DayBooks::apply(const RecordHeader& record) noexcept {
  switch (record.kind) {
    case RecordKind::EpochStarted:
      if (began_ == WallTime{}) began_ = record.wall;
      break;
    case RecordKind::StaticData: {
      if (payload_bytes(record).size() < sizeof(StaticData)) break;
      const auto& told = payload_of<StaticData>(record);
      const std::size_t i = index_of(record.instrument);
      if (told.fact == StaticFact::SettlementPrice && i < settlements_.size() && told.value > 0)
        settlements_[i] = {Price::from_raw(told.value), record.wall};
      break;
    }
    case RecordKind::DayClosed:
      if (payload_bytes(record).size() >= sizeof(DayClosed)) on_closed(record);
      break;
    default:
      break;
  }
}

ClosedFigures DayBooks::figures_of(const DayClosed& told, const ClosedFigures& before) noexcept {
  ClosedFigures figures = before;
  figures.realised = told.realised;
  figures.fees = told.fees;
  figures.funding = told.funding;
  // Sums that stop at the largest value in the books stop here, too.
  if (__builtin_add_overflow(before.turnover, told.day_turnover, &figures.turnover))
    figures.turnover = std::numeric_limits<std::int64_t>::max();
  figures.fills = before.fills + told.day_fills;
  if (told.valued != 0) {
    figures.net = told.net;
    figures.net_from = told.day;
  }
  return figures;
}

void DayBooks::on_closed(const RecordHeader& record) noexcept {
  const auto& told = payload_of<DayClosed>(record);
  if (told.part == DayPart::Line) {
    const std::size_t i = index_of(record.instrument);
    if (i >= venue_of_.size() || venue_of_[i] != told.venue) return;
    const std::size_t s = std::min<std::size_t>(index_of(told.strategy), columns_ - 1);
    Line& line = lines_[i * columns_ + s];
    line.pending = figures_of(told, line.closed);
    line.pending_epoch = told.epoch + std::uint64_t{1};
    return;
  }
  for (ClosedTotal& total : totals_) {
    if (total.venue != told.venue || total.account != told.account ||
        total.currency != told.currency)
      continue;
    total.last = told;
  }
  if (told.part == DayPart::End) end_close(told);
}

// What the close's own process wrote counts from here on; what one before it left does not.
void DayBooks::end_close(const DayClosed& end) noexcept {
  for (std::size_t i = 0; i < venue_of_.size(); ++i) {
    if (venue_of_[i] != end.venue) continue;
    for (std::size_t s = 0; s < columns_; ++s) {
      Line& line = lines_[i * columns_ + s];
      if (line.pending_epoch == end.epoch + std::uint64_t{1}) line.closed = line.pending;
      line.pending_epoch = 0;
    }
  }
  for (ClosedTotal& total : totals_)
    if (total.venue == end.venue && total.last.day == end.day && total.last.epoch == end.epoch)
      total.figures = figures_of(total.last, total.figures);
  for (Venue& each : venues_)
    if (each.venue == end.venue) each = {end.venue, end.day, 1};
}

void DayBooks::save(StateOut& out) const {
  out.put(began_.ns);
  out.put_count(lines_.size());
  for (const Line& line : lines_) {
    out.put(line.closed);
    out.put(line.pending);
    out.put(line.pending_epoch);
  }
  out.put_count(settlements_.size());
  for (const ToldPrice& each : settlements_) {
    out.put(each.price.raw());
    out.put(each.at.ns);
  }
  out.put_count(totals_.size());
  for (const ClosedTotal& each : totals_) {
    out.put(each.figures);
    out.put(each.last);
  }
  out.put_count(venues_.size());
  for (const Venue& each : venues_) {
    out.put(each.day);
    out.put(each.any);
  }
}

bool DayBooks::restore(StateIn& in) {
  began_ = WallTime{in.take<std::int64_t>()};
  in.expect(std::uint64_t{lines_.size()});
  for (Line& line : lines_) {
    line.closed = in.take<ClosedFigures>();
    line.pending = in.take<ClosedFigures>();
    line.pending_epoch = in.take<std::uint64_t>();
  }
  in.expect(std::uint64_t{settlements_.size()});
  for (ToldPrice& each : settlements_) {
    each.price = Price::from_raw(in.take<std::int64_t>());
    each.at = WallTime{in.take<std::int64_t>()};
  }
  in.expect(std::uint64_t{totals_.size()});
  for (ClosedTotal& each : totals_) {
    each.figures = in.take<ClosedFigures>();
    each.last = in.take<DayClosed>();
  }
  in.expect(std::uint64_t{venues_.size()});
  for (Venue& each : venues_) {
    each.day = in.take<std::int64_t>();
    each.any = in.take<std::uint64_t>();
  }
  return in.ok();
}
}  // namespace sq::core
