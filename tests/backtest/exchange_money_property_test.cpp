// Money of a margined account: whatever happens, nothing is made and nothing is lost.
#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <random>
#include <span>

#include "engine/backtest/exchange.hpp"
#include "engine/backtest/venue_tables.hpp"
#include "tests/backtest/market_records.hpp"

using namespace sq;

namespace {
constexpr InstrumentId kBtc{0};
const Currency kUsdt = *Currency::parse("USDT");

// Adds up what the exchange tells, with arithmetic of its own.
class Told final : public backtest::ReportSink {
 public:
  void on_report(RecordHeader& record, VenueId, WallTime) noexcept override {
    if (record.kind == RecordKind::OrderReport) {
      const auto& report = payload_of<OrderReport>(record);
      if (report.kind != ReportKind::Filled) return;
      trade(buys.at(report.id.value), report.last_price, report.last_qty, report.fee.raw);
    } else if (record.kind == RecordKind::FundingSettled) {
      const auto& paid = payload_of<FundingSettled>(record);
      cash += paid.amount.raw;
      ++fundings;
      REQUIRE(paid.position.raw() == position);
    } else {
      const auto& account = payload_of<VenueAccount>(record);
      if (!closes_position(account.notice)) return;
      const bool buy = Side{account.side} == Side::Buy;
      REQUIRE(buy == (position < 0));  // a liquidation never turns a position
      trade(buy, account.price, account.qty, account.fee);
      REQUIRE(account.position.raw() == position);
      // The fund takes over at the price that leaves nothing, not less.
      if (account.notice == AccountNotice::Takeover) REQUIRE(account.margin_balance >= 0);
      ++(account.notice == AccountNotice::Takeover ? takeovers : liquidations);
    }
  }
  void trade(bool buy, Price price, Qty qty, std::int64_t fee) {
    const Int128 exact = Int128{price.raw()} * qty.raw();
    const Int128 value = (exact + (buy ? Price::kScale - 1 : 0)) / Price::kScale;
    cash += buy ? -value : value;
    cash -= fee;
    position += buy ? qty.raw() : -qty.raw();
  }
  std::map<std::uint64_t, bool> buys;
  Int128 cash{0};
  std::int64_t position{0};
  int fundings{0};
  int liquidations{0};
  int takeovers{0};
};

struct Run {
  std::mt19937_64 random;
  Told told;
  backtest::SimulationSettings settings;
  std::optional<backtest::SimulatedExchange> exchange;
  std::int64_t middle{60'000};
  std::int64_t at{1};
  std::uint64_t update{10};
  std::uint64_t orders{0};

  Run(std::uint64_t seed, MarginMode mode) : random{seed} {
    Instrument btc = test::perpetual();
    btc.id = kBtc;
    btc.symbol = Symbol{"BTCUSDT"};
    btc.tick = btc.price_min = Price::from_units(1);
    btc.maker_fee = Ratio::from_raw(200'000);
    btc.taker_fee = Ratio::from_raw(500'001);
    settings.balances.push_back({btc.venue, {kUsdt, 5'000 * Amount::kScale}});
    settings::SimulatedInstrument market;
    market.venue = btc.venue;
    market.symbol = btc.symbol;
    market.leverage = 50;
    market.mode = mode;
    settings.model.instruments.push_back(market);
    backtest::complete(settings.model, std::span{&btc, 1});
    settings.model.rate_limits = false;
    exchange.emplace(settings, std::span{&btc, 1}, told);
  }
  std::int64_t pick(std::int64_t from, std::int64_t to) {
    return from + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(to - from + 1));
  }
  void book() {
    DepthHeader ids;
    ids.chain = DepthChain::Linked;
    ids.previous_id = update;
    ids.first_id = ids.last_id = ++update;
    const auto units = [](std::int64_t n) {
      return Price::from_units(static_cast<std::int32_t>(n));
    };
    const auto size = [&] { return Qty::from_raw(pick(0, 400) * (Qty::kScale / 1'000)); };
    std::vector<Level> bids;
    std::vector<Level> asks;
    for (const std::int64_t away : {1, 40, 300}) bids.push_back({units(middle - away), size()});
    for (const std::int64_t away : {1, 40, 300}) asks.push_back({units(middle + away), size()});
    auto snapshot = test::depth_record(RecordKind::DepthSnapshot, ids, bids, asks);
    snapshot.header().instrument = kBtc;
    exchange->on_market(snapshot.header(), WallTime{at});
    DepthHeader empty = ids;
    empty.previous_id = empty.first_id = update;
    empty.last_id = ++update;
    auto bridge = test::depth_record(RecordKind::DepthUpdate, empty, {}, {});
    bridge.header().instrument = kBtc;
    exchange->on_market(bridge.header(), WallTime{at});
  }
  void mark() {
    MarkPrice mark;
    mark.mark = Price::from_raw(middle * Price::kScale + pick(-9, 9) * 12'345'678);
    mark.funding_rate = Ratio::from_raw(pick(-3'000'000, 3'000'000));
    mark.next_funding = WallTime{(at / 1'000 + 1) * 1'000};
    auto record = test::market_record(RecordKind::MarkPrice, mark);
    record.header().instrument = kBtc;
    exchange->on_market(record.header(), WallTime{at});
  }
  void order() {
    OrderRequest request;
    request.id = OrderId{++orders};
    request.side = pick(0, 1) == 0 ? Side::Buy : Side::Sell;
    request.qty = Qty::from_raw(pick(1, 900) * (Qty::kScale / 1'000));
    request.limit = Price::from_units(static_cast<std::int32_t>(middle + pick(-400, 400)));
    request.tif = pick(0, 2) == 0 ? TimeInForce::GoodTillCancel : TimeInForce::ImmediateOrCancel;
    told.buys[orders] = request.side == Side::Buy;
    auto record = make_record(RecordKind::OrderSent, request);
    record.header.instrument = kBtc;
    exchange->on_request(record.header, WallTime{at});
  }
  void check() {
    const backtest::Account account = exchange->account();
    Int128 total = 0;
    for (const auto& holding : account.holdings) total += holding.total;
    REQUIRE(total == Int128{5'000} * Amount::kScale + told.cash);
    if (!account.positions.empty()) REQUIRE(account.positions[0].position.raw() == told.position);
  }
  void step() {
    at += pick(1, 200);
    middle = std::max<std::int64_t>(20'000, middle + pick(-900, 900));
    book();
    mark();
    if (pick(0, 2) == 0) order();
    check();
  }
};
}  // namespace

TEST_CASE("funding, fees and liquidations conserve money to the last unit", "[backtest]") {
  int fundings = 0;
  int liquidations = 0;
  int takeovers = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Run run{seed, seed % 2 == 0 ? MarginMode::Cross : MarginMode::Isolated};
    for (int i = 0; i < 300; ++i) run.step();
    fundings += run.told.fundings;
    liquidations += run.told.liquidations;
    takeovers += run.told.takeovers;
  }
  CHECK(fundings > 100);
  CHECK(liquidations > 10);
  CHECK(takeovers > 10);
}
