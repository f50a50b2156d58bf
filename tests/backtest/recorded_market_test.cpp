// The simulation on really recorded messages.
#include <catch2/catch.hpp>

#include "engine/feed/raw_recording.hpp"
#include "tests/backtest/test_core.hpp"
#include "tests/support/recorded_data.hpp"
#include "venues/binance/recorded_source.hpp"

using namespace sq;

namespace {
// The first records of a recording: enough to trade on, and quick.
class FirstRecords final : public feed::Source {
 public:
  FirstRecords(std::unique_ptr<feed::Source> source, std::size_t count)
      : source_{std::move(source)}, left_{count} {}
  RecordHeader* peek() override { return left_ == 0 ? nullptr : source_->peek(); }
  void pop() override {
    source_->pop();
    --left_;
  }

 private:
  std::unique_ptr<feed::Source> source_;
  std::size_t left_;
};

std::unique_ptr<feed::Source> first_records(const std::filesystem::path& file,
                                            const Instrument& instrument) {
  const binance::SymbolEntry entry{instrument.symbol, instrument.id};
  return std::make_unique<FirstRecords>(
      std::make_unique<binance::RecordedSource>(
          feed::RawRecording{{file}}, binance::DecoderSettings{instrument.venue, {&entry, 1}},
          SourceId{static_cast<std::uint16_t>(0x100 + index_of(instrument.id))}, instrument.id),
      20'000);
}

struct Outcome {
  std::vector<std::string> reports;
  std::vector<backtest::Assumption> assumptions;
  Qty position{};
  Qty bought{};
  Qty sold{};
  Qty traded_near{};  // printed, in total
};

// Keeps one order at each touch and starts again when it is done.
Outcome trade(const std::filesystem::path& file, const Instrument& instrument) {
  backtest::SimulationSettings settings;
  settings.model.feed_latency = settings::FeedLatency::Recorded;
  settings.model.feed_latency_ns = kNsPerMs;
  settings.model.order_latency_ns = settings.model.report_latency_ns = 3 * kNsPerMs;
  settings.balances = {{instrument.venue, {instrument.quote, 1'000'000 * Amount::kScale}},
                       {instrument.venue, {instrument.base, 10 * Amount::kScale}}};
  std::vector<std::unique_ptr<feed::Source>> sources;
  sources.push_back(first_records(file, instrument));
  backtest::Simulation simulation{settings, {instrument}, std::move(sources)};
  test::TestCore core;
  Outcome outcome;
  std::uint64_t next_id = 0;
  std::uint64_t working[2] = {0, 0};
  core.act = [&](const RecordHeader& input) {
    if (input.kind == RecordKind::TradePrint)
      outcome.traded_near += payload_of<TradePrint>(input).qty;
    if (input.kind == RecordKind::OrderReport) {
      const auto& report = payload_of<OrderReport>(input);
      outcome.reports.push_back(
          test::TestCore::describe(input) + " " + std::to_string(input.mono.ns) + " " +
          std::to_string(report.last_qty.raw()) + " " + std::to_string(report.last_price.raw()));
      if (report.kind == ReportKind::Accepted) return;
      for (std::uint64_t& id : working)
        if (id == report.id.value) id = 0;
      return;
    }
    if (input.kind != RecordKind::TopOfBook || input.source_sequence < 2'000) return;
    const auto& top = payload_of<TopOfBook>(input);
    for (const Side side : {Side::Buy, Side::Sell}) {
      std::uint64_t& id = working[side == Side::Sell];
      if (id != 0) continue;
      id = ++next_id;
      OrderRequest order;
      order.id = OrderId{id};
      order.side = side;
      order.limit = side == Side::Buy ? top.bid_price : top.ask_price;
      order.qty = instrument.lot * 10;
      order.tif = TimeInForce::PostOnly;
      Record<OrderRequest> record = make_record(RecordKind::OrderSent, order);
      record.header.instrument = instrument.id;
      simulation.send(record.header);
    }
  };
  simulation.connect(core);
  while (simulation.step()) {
  }
  outcome.assumptions = simulation.assumptions();
  for (const auto& position : simulation.account().positions) {
    outcome.position = position.position;
    outcome.bought = position.bought;
    outcome.sold = position.sold;
  }
  return outcome;
}

void check_session(const char* name, const Instrument& instrument) {
  const auto file = test::recorded(std::string{"data/a_binance_ws/hftbacktest/"} + name);
  if (!file) return;
  const Outcome outcome = trade(*file, instrument);
  CHECK(outcome.reports == trade(*file, instrument).reports);
  CHECK(outcome.bought > Qty{});
  CHECK(outcome.sold > Qty{});
  CHECK(outcome.bought + outcome.sold <= outcome.traded_near);
  CHECK(outcome.position == outcome.bought - outcome.sold);
  // The recording's clock was 1.27 s behind the venue's (data/INDEX.md).
  for (const auto& assumption : outcome.assumptions) {
    if (!assumption.name.starts_with("clock of")) continue;
    const std::string lead = "our clock - venue clock = ";
    REQUIRE(assumption.text.starts_with(lead));
    CHECK(std::abs(std::stod(assumption.text.substr(lead.size())) + 1'273.0) < 5.0);
  }
}
}  // namespace

TEST_CASE("quotes in recorded USD-M data fill, the same each time, and the clock offset is found",
          "[backtest]") {
  check_session("usdm_btcusdt_20240808.gz", test::perpetual());
}

TEST_CASE("quotes in recorded spot data fill, the same each time, and the clock offset is found",
          "[backtest]") {
  Instrument instrument = test::spot();
  instrument.tick = instrument.price_min = Price::from_raw(10'000'000);
  instrument.lot = instrument.qty_min = Qty::from_raw(1'000);
  check_session("spot_btcusdt_20240808.gz", instrument);
}
