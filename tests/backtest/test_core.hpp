// A core that writes down what it gets, and short streams of market data for tests of the driver.
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engine/backtest/simulation.hpp"
#include "tests/backtest/random_market.hpp"

namespace sq::test {
constexpr MonoTime kNoTimer{std::numeric_limits<std::int64_t>::max()};

inline Price tenths(std::int64_t n) { return Price::from_raw(n * (Price::kScale / 10)); }
inline Qty whole(std::int32_t n) { return Qty::from_units(n); }

// Writes down what it gets and does what the test tells it to.
class TestCore final : public backtest::CoreInput {
 public:
  std::function<void(const RecordHeader&)> act;
  std::vector<std::string> seen;  // "<ms> <what>"
  MonoTime timer = kNoTimer;

  void on_input(RecordHeader& input) noexcept override {
    REQUIRE(input.mono.ns == input.wall.ns);
    seen.push_back(std::to_string(input.mono.ns / kNsPerMs) + " " + describe(input));
    if (input.kind == RecordKind::TimeTick) timer = kNoTimer;
    if (act) act(input);
  }
  MonoTime next_timer() const noexcept override { return timer; }

  static std::string describe(const RecordHeader& input) {
    switch (input.kind) {
      case RecordKind::TimeTick:
        return "timer";
      case RecordKind::AdminCommand:
        return "command";
      case RecordKind::OrderReport: {
        const auto& report = payload_of<OrderReport>(input);
        static const char* kinds[] = {"?",         "accepted", "rejected",        "filled",
                                      "cancelled", "expired",  "cancel-rejected", "?",
                                      "?",         "status"};
        return std::string{kinds[static_cast<int>(report.kind)]} + " " +
               std::to_string(report.id.value);
      }
      default:
        return "feed " + std::to_string(static_cast<int>(input.source) - 0x100) + " " +
               std::to_string(input.source_sequence);
    }
  }
};

struct Stream {
  std::uint16_t feed{0};
  std::uint32_t instrument{0};
  std::vector<OwnedRecord> records{};

  void add(OwnedRecord record, std::int64_t received_ms, std::int64_t venue_ms) {
    RecordHeader& header = record.header();
    header.source = SourceId{static_cast<std::uint16_t>(0x100 + feed)};
    header.source_sequence = records.size() + 1;
    header.instrument = InstrumentId{instrument};
    header.wall = WallTime{received_ms * kNsPerMs};
    header.venue_time = WallTime{venue_ms * kNsPerMs};
    records.push_back(std::move(record));
  }
  // 100.0 x 5 / 100.1 x 4, live.
  void add_book(std::int64_t received_ms, std::int64_t venue_ms) {
    DepthHeader ids;
    ids.chain = DepthChain::Linked;
    ids.first_id = ids.last_id = 10;
    add(depth_record(RecordKind::DepthSnapshot, ids, {{tenths(1000), whole(5)}},
                     {{tenths(1001), whole(4)}}),
        received_ms, venue_ms);
    ids.previous_id = 10;
    ids.first_id = ids.last_id = 11;
    add(depth_record(RecordKind::DepthUpdate, ids, {}, {}), received_ms, venue_ms);
  }
  void add_trade(Side aggressor, Price price, Qty qty, std::int64_t received_ms,
                 std::int64_t venue_ms) {
    TradePrint trade;
    trade.aggressor = aggressor;
    trade.price = price;
    trade.qty = qty;
    add(market_record(RecordKind::TradePrint, trade), received_ms, venue_ms);
  }
  [[nodiscard]] std::unique_ptr<feed::Source> source() const {
    return std::make_unique<VectorSource>(records);
  }
};

inline std::vector<std::unique_ptr<feed::Source>> sources_of(const std::vector<Stream>& streams) {
  std::vector<std::unique_ptr<feed::Source>> sources;
  for (const Stream& stream : streams) sources.push_back(stream.source());
  return sources;
}
}  // namespace sq::test
