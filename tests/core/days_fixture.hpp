// A core whose venue's days are closed at midnight, 345 s after the fixture's start.
#pragma once

#include "tests/core/core_fixture.hpp"

namespace sq::test {
constexpr std::int64_t kDay = 19'943;     // 2024-08-08
constexpr std::int64_t kCutMs = 345'000;  // from kStart to midnight
constexpr std::int64_t kDayMs = 86'400'000;
static_assert((kDay + 1) * kNsPerDay == kStart.ns + kCutMs * kNsPerMs);

struct Days : CoreFixture {
  Days() : Days{[](core::CoreSetup&) {}} {}
  explicit Days(const std::function<void(core::CoreSetup&)>& change)
      : CoreFixture{[&](core::CoreSetup& setup) {
          setup.day_ends.push_back({VenueId::BinanceUsdm,
                                    0,
                                    {MarkSource::MarkPrice, MarkSource::Mid, MarkSource::Last},
                                    60 * kNsPerSecond});
          setup.order_ttl_ns = 0;
          change(setup);
        }} {}

  // Time passes, in one step.
  void go(std::int64_t to_ms) {
    at_ms = to_ms;
    empty_input(RecordKind::TimeTick);
  }
  void mark(std::int64_t tenths) {
    MarkPrice told;
    told.mark = price(tenths);
    input(RecordKind::MarkPrice, told, kBtc);
  }
  void trade(std::int64_t tenths) {
    TradePrint told;
    told.price = price(tenths);
    told.qty = Qty::from_units(1);
    input(RecordKind::TradePrint, told, kBtc);
  }
  void buy_one(std::int64_t tenths) { fill(Side::Buy, tenths); }
  void sell_one(std::int64_t tenths) { fill(Side::Sell, tenths); }
  // An order of the strategy is sent and fills at once, at `tenths`, whatever its limit.
  void fill(Side side, std::int64_t tenths) {
    if (core.book(kBtc).state() != BookState::Live) open_book();
    const std::size_t before = venue.orders.size();
    script.on_top = [this, side](const strategy::Top&, strategy::Context& context) {
      if (!std::exchange(wants, false)) return;
      static_cast<void>(context.submit(
          {kBtc, side, price(10'000), Qty::from_units(1), TimeInForce::GoodTillCancel, false}));
    };
    wants = true;
    update(10'000, 10'001, 3 + static_cast<std::int32_t>(before % 2));
    wants = false;
    if (venue.orders.size() != before + 1) throw std::runtime_error("no order was sent");
    OrderReport made;
    made.id = venue.orders.back().id;
    made.kind = ReportKind::Filled;
    made.trade_id = ++trades;
    made.last_qty = Qty::from_units(1);
    made.last_price = price(tenths);
    made.fee = {*Currency::parse("USDT"), fee};
    input(RecordKind::OrderReport, made, kBtc);
  }
  // As a start behind these records of a log: what is there is folded.
  void recover(const MemoryJournal& log, std::size_t records) {
    for (std::size_t i = 0; i < records; ++i) core.recover(log.at(i));
  }
  [[nodiscard]] std::vector<const RecordHeader*> closes() const {
    return journal.of(RecordKind::DayClosed);
  }
  [[nodiscard]] const DayClosed& line(std::size_t i) const {
    return payload_of<DayClosed>(*closes().at(i));
  }

  bool wants{false};
  std::int64_t fee{0};
  std::uint64_t trades{0};
};
}  // namespace sq::test
