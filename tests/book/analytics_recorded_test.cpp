// The measures on recorded sessions, where the venue says who the aggressor was.
#include <catch2/catch.hpp>
#include <cmath>
#include <deque>

#include "engine/book/analytics/microstructure.hpp"
#include "engine/book/synced_book.hpp"
#include "tests/book/recorded_market.hpp"

namespace sq::book::analytics {
namespace {
// By how much this recording shows a trade after the quotes that it caused, and how often Lee and
// Ready then agree with the venue at least. With the quote in force when the trade came they agree
// on 52 % (spot), 86, 81 and 92 % (USD-M) and 99.9 % (COIN-M) of the trades.
struct Expectation {
  std::string_view name;
  std::int64_t quote_delay_ns;
  double lee_ready_min;
  double without_delay_max;
};
constexpr Expectation kExpectations[] = {
    {"spot BTCUSDT", 20 * kNsPerMs, 0.88, 0.55},
    {"USD-M BTCUSDT", 20 * kNsPerMs, 0.95, 0.88},
    {"USD-M ETHUSDT", 20 * kNsPerMs, 0.98, 0.83},
    {"USD-M BTCUSDT in July", 3 * kNsPerMs, 0.99, 0.94},
    {"COIN-M BTCUSD_PERP", 0, 0.99, 1.0},
};

MicrostructureSettings settings_for(const RecordedMarket& market, std::int64_t quote_delay_ns) {
  return {.tick = market.tick,
          .quote_delay_ns = quote_delay_ns,
          .trades_window = 30'000,  // all of them
          .vpin_bucket = Qty::from_units(20),
          .bars = {.length_ns = 2 * kNsPerSecond},
          .microprice_memory_quotes = 10'000'000,
          .var_window = 5'000};
}

// What can be said of a whole session without the measures.
struct Session {
  std::size_t quotes{0};
  std::size_t trades{0};
  std::size_t agreed_without_delay{0};
  double spread_min{1e300};
  double spread_max{0};
  Int128 traded{0};
};

// Pairs of what the micro-price expected of the mid and what came of it 200 quotes later.
class Forecasts {
 public:
  void on_quote(double mid, Reading micro) {
    waiting_.push_back({mid, micro.known() ? micro.value - mid : 0.0});
    if (waiting_.size() <= 200) return;
    const auto [before, expected] = waiting_.front();
    waiting_.pop_front();
    if (expected == 0.0) return;
    pairs_.push(expected, mid - before);
  }
  [[nodiscard]] Reading correlation() const { return pairs_.correlation(); }

 private:
  std::deque<std::pair<double, double>> waiting_;
  RollingRegression pairs_{100'000};
};

class Player {
 public:
  Player(const RecordedMarket& market, std::int64_t quote_delay_ns)
      : book_{{.l2 = {.tick = market.tick}, .stale_after_ns = kNsPerDay, .crossed_for_ns = 0}},
        micro_{settings_for(market, quote_delay_ns)} {}

  void feed(RecordHeader& record) {
    record.mono = MonoTime{record.wall.ns};
    SyncedBook::Effect effect;
    if (record.kind == RecordKind::DepthUpdate) effect = book_.on_depth(record);
    if (record.kind == RecordKind::DepthSnapshot) effect = book_.on_snapshot(record);
    if (record.kind == RecordKind::TopOfBook) effect = book_.on_top(record);
    const bool live = book_.state() == BookState::Live;
    if (effect.state_changed && !live) micro_.on_book_lost(record.mono);
    if (live && effect.top_changed) top(record.mono);
    if (live && effect.depth_applied) micro_.on_depth(book_.depth(), record.mono);
    if (record.kind == RecordKind::TradePrint) trade(record);
  }
  [[nodiscard]] const Microstructure& micro() const { return micro_; }
  [[nodiscard]] const Session& session() const { return session_; }
  [[nodiscard]] const Forecasts& forecasts() const { return forecasts_; }

 private:
  void top(MonoTime at) {
    const Quote quote{book_.bid(), book_.ask()};
    micro_.on_top(quote.bid, quote.ask, at);
    if (!quote.usable()) return;
    quote_ = quote;
    ++session_.quotes;
    session_.spread_min = std::min(session_.spread_min, quote.spread().to_double());
    session_.spread_max = std::max(session_.spread_max, quote.spread().to_double());
    forecasts_.on_quote(quote.mid(), micro_.view()[Measure::Microprice]);
  }
  void trade(const RecordHeader& record) {
    const auto& print = payload_of<TradePrint>(record);
    micro_.on_trade(print.price, print.qty, print.aggressor, record.mono);
    ++session_.trades;
    session_.traded += print.qty.raw();
    const int by_tick = ticks_.on_price(print.price);
    const int by_quote = quote_.usable() ? quote_rule(print.price, quote_.twice_mid()) : 0;
    session_.agreed_without_delay +=
        (by_quote != 0 ? by_quote : by_tick) == sign_of(print.aggressor);
  }

  SyncedBook book_;
  Microstructure micro_;
  Session session_;
  Forecasts forecasts_;
  TickRule ticks_;
  Quote quote_{};
};

void check_signs(const Player& player, const Expectation& expected) {
  const Reading agreement = player.micro().view()[Measure::LeeReadyAgreement];
  const auto trades = static_cast<double>(player.session().trades);
  const double without = static_cast<double>(player.session().agreed_without_delay) / trades;
  CAPTURE(agreement.value, without);
  CHECK(agreement.count == player.session().trades);
  CHECK(agreement.value >= expected.lee_ready_min);
  CHECK(without <= expected.without_delay_max);
  if (expected.quote_delay_ns != 0) CHECK(agreement.value > without + 0.05);
}

void check_spreads(const Player& player) {
  const MicrostructureView& view = player.micro().view();
  const Session& session = player.session();
  CAPTURE(session.spread_min, session.spread_max);
  for (const Measure measure : {Measure::EffectiveSpread, Measure::QuotedSpreadMean}) {
    CAPTURE(name_of(measure));
    CHECK(view[measure].value >= session.spread_min);
    CHECK(view[measure].value <= session.spread_max);
  }
  CHECK(view[Measure::EffectiveSpread].count > session.trades - 10);
}

void check_volumes(const Player& player) {
  const MicrostructureView& view = player.micro().view();
  const Int128 traded = player.session().traded;
  const VolumeProfile& profile = player.micro().profile();
  CHECK(profile.total() + profile.left_behind() == traded);
  const auto buckets = static_cast<std::int64_t>(view[Measure::Vpin].count);
  const Int128 bucket = player.micro().settings().vpin_bucket.raw();
  if (view[Measure::Vpin].known()) {
    CHECK(bucket * buckets <= traded);
    CHECK(bucket * (buckets + 1) > traded);
    CHECK(view[Measure::Vpin].value > 0.0);
    CHECK(view[Measure::Vpin].value <= 1.0);
  }
  const ValueArea area = profile.value_area();
  CHECK(area.low <= area.point_of_control);
  CHECK(area.point_of_control < area.high);
  CHECK(static_cast<double>(area.volume) >= 0.7 * static_cast<double>(profile.total()));
}

// What the papers found on shares holds here: order flow and trades move the price their way.
void check_impact(const Player& player) {
  const MicrostructureView& view = player.micro().view();
  CHECK(view[Measure::OrderFlowImpact].value > 0.0);
  CHECK(view[Measure::OrderFlowImpactR2].value > 0.15);
  CHECK(view[Measure::KyleLambda].value > 2.0 * view[Measure::KyleLambdaError].value);
  CHECK(view[Measure::TradeResponsePermanent].value > 0.0);
  CHECK(view[Measure::SignAutocorrelation].value > 0.5);
  const Reading forecast = player.forecasts().correlation();
  CAPTURE(forecast.value, forecast.count);
  CHECK(forecast.count > 10'000);
  CHECK(forecast.value > 0.05);
  CHECK(player.micro().microprice().refreshes_failed() == 0);
  CHECK(player.micro().microprice().refreshes() > 5);
}
}  // namespace

TEST_CASE("recorded sessions: signs, spreads, volumes and impacts are what the market allows",
          "[analytics]") {
  for (const Expectation& expected : kExpectations) {
    const auto market = std::ranges::find(recorded_markets(), expected.name, &RecordedMarket::name);
    REQUIRE(market != recorded_markets().end());
    auto source = open(*market);
    if (!source) return;
    CAPTURE(expected.name);
    Player player{*market, expected.quote_delay_ns};
    for (RecordHeader* record = source->peek(); record != nullptr; record = source->peek()) {
      player.feed(*record);
      source->pop();
    }
    REQUIRE(player.session().trades > 5'000);
    REQUIRE(player.session().quotes > 40'000);
    CHECK(player.micro().refused() == 0);
    check_signs(player, expected);
    check_spreads(player);
    check_volumes(player);
    check_impact(player);
  }
}
}  // namespace sq::book::analytics
