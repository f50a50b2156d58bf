// Microstructure analytics: everything together, an event of a mixed stream (best prices, trades,
// depth), and each measure alone. Inputs: a seeded stream with the mix of the recorded USD-M
// BTCUSDT session (70 % quotes, 23 % trades, 7 % depth), and recorded sessions where there are any.
// Depth events look at one book that stays as it is: what the book itself costs is measured in
// book_l2_bench.
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "bench/harness.hpp"
#include "engine/book/analytics/microstructure.hpp"
#include "engine/book/analytics/models/information_share.hpp"
#include "engine/book/analytics/models/pin.hpp"
#include "engine/book/l2_book.hpp"
#include "engine/feed/raw_recording.hpp"
#include "venues/binance/recorded_source.hpp"

namespace {
using namespace sq;
using namespace sq::book::analytics;

enum class Kind : std::uint8_t { Quote, Trade, Depth };
struct Event {
  Kind kind{Kind::Quote};
  Side side{Side::Buy};  // of a trade: the aggressor
  std::int64_t ns{0};    // since the first event
  Level bid{};           // of a trade: its price and quantity
  Level ask{};
};

struct Stream {
  std::string name;
  std::string input;
  Price tick{};
  Qty vpin_bucket{};
  std::vector<Event> events;
  book::L2Book book;
};

constexpr Price kTenCents = Price::from_raw(100'000'000);

// Quotes in bursts around a walking mid, trades at the touch in runs of one side.
Stream generated(std::size_t count) {
  Stream stream{"",        "generated, seed 42",
                kTenCents, Qty::from_units(20),
                {},        book::L2Book{{.tick = kTenCents}}};
  std::mt19937_64 random{42};
  const auto below = [&](std::uint64_t limit) {
    return static_cast<std::int64_t>(random() % limit);
  };
  std::int64_t mid = 600'000;
  std::int64_t ns = 0;
  Side side = Side::Buy;
  for (std::size_t i = 0; i < count; ++i) {
    ns += below(10) < 7 ? below(200'000) : below(20'000'000);
    if (below(5) == 0) mid += below(3) - 1;
    if (below(6) == 0) side = opposite(side);
    const auto price = [&](std::int64_t ticks) { return Price::from_raw(ticks * kTenCents.raw()); };
    const auto qty = [&] {
      return Qty::from_raw((1 + below(below(10) == 0 ? 20'000 : 1'000)) * 100'000);
    };
    Event event{Kind::Quote, side, ns, {price(mid), qty()}, {price(mid + 1), qty()}};
    const std::int64_t dice = below(100);
    if (dice >= 70) event.kind = dice < 93 ? Kind::Trade : Kind::Depth;
    if (event.kind == Kind::Trade && side == Side::Buy) event.bid.price = event.ask.price;
    stream.events.push_back(event);
  }
  for (std::int64_t i = 0; i < 40; ++i) {
    stream.book.set(Side::Buy, Price::from_raw((600'000 - i) * kTenCents.raw()),
                    Qty::from_units(1));
    stream.book.set(Side::Sell, Price::from_raw((600'001 + i) * kTenCents.raw()),
                    Qty::from_units(1));
  }
  return stream;
}

bool load(Stream& stream, const char* file, VenueId venue) {
  const char* setting = std::getenv("SQ_SHARED");  // NOLINT(concurrency-mt-unsafe): one thread
  const std::filesystem::path shared =
      setting != nullptr ? std::filesystem::path{setting}
                         : std::filesystem::path{SQ_PROJECT_DIR}.parent_path() / "shared";
  const auto path = shared / "data/a_binance_ws/hftbacktest" / file;
  if (!std::filesystem::exists(path)) return false;
  const binance::SymbolEntry entry{Symbol{"BTCUSDT"}, InstrumentId{0}};
  binance::RecordedSource source{
      feed::RawRecording{{path}}, {venue, {&entry, 1}}, kSourceFeedFirst, InstrumentId{0}};
  std::int64_t first = 0;
  for (RecordHeader* record = source.peek(); record != nullptr; record = source.peek()) {
    if (first == 0) first = record->wall.ns;
    Event event{.ns = record->wall.ns - first};
    if (record->kind == RecordKind::TopOfBook) {
      const auto& top = payload_of<TopOfBook>(*record);
      event.bid = {top.bid_price, top.bid_qty};
      event.ask = {top.ask_price, top.ask_qty};
      stream.events.push_back(event);
    } else if (record->kind == RecordKind::TradePrint) {
      const auto& trade = payload_of<TradePrint>(*record);
      event.kind = Kind::Trade;
      event.side = trade.aggressor;
      event.bid = {trade.price, trade.qty};
      stream.events.push_back(event);
    } else if (record->kind == RecordKind::DepthUpdate ||
               record->kind == RecordKind::DepthSnapshot) {
      static_cast<void>(stream.book.apply(bids_of(*record), asks_of(*record)));
      event.kind = Kind::Depth;
      stream.events.push_back(event);
    }
    source.pop();
  }
  return !source.failure() && !stream.events.empty();
}

MicrostructureSettings settings_of(const Stream& stream, std::int64_t quote_delay_ns) {
  return {.tick = stream.tick, .quote_delay_ns = quote_delay_ns, .vpin_bucket = stream.vpin_bucket};
}

// Walks through the stream again and again, time going on.
class Walk {
 public:
  explicit Walk(const std::vector<Event>& events) : events_{events} {}
  const Event& next() noexcept {
    const Event& event = events_[at_];
    now_ = MonoTime{begin_ + event.ns};
    if (++at_ == events_.size()) {
      at_ = 0;
      begin_ = now_.ns;
    }
    return event;
  }
  [[nodiscard]] MonoTime now() const noexcept { return now_; }

 private:
  const std::vector<Event>& events_;
  std::size_t at_{0};
  std::int64_t begin_{1};
  MonoTime now_{};
};

void apply(Microstructure& micro, const Stream& stream, const Event& event, MonoTime now) {
  if (event.kind == Kind::Quote) {
    micro.on_top(event.bid, event.ask, now);
  } else if (event.kind == Kind::Trade) {
    micro.on_trade(event.bid.price, event.bid.qty, event.side, now);
  } else {
    micro.on_depth(stream.book, now);
  }
}

// All measures; every event leaves the view current, and one value of it is read.
void run_all(bench::Session& session, const Stream& stream, std::int64_t quote_delay_ns,
             const std::string& suffix) {
  Microstructure micro{settings_of(stream, quote_delay_ns)};
  Walk walk{stream.events};
  for (std::size_t i = 0; i < stream.events.size(); ++i) {
    const Event& event = walk.next();
    apply(micro, stream, event, walk.now());
  }
  session.run_batched("book/analytics" + stream.name + suffix,
                      {.input = stream.input + ", all measures, per event"}, [&](std::size_t) {
                        const Event& event = walk.next();
                        apply(micro, stream, event, walk.now());
                        return micro.view()[Measure::Microprice].count;
                      });
}

// Only the events of one kind, by themselves.
void run_kind(bench::Session& session, const Stream& stream, Kind kind, const char* name) {
  std::vector<Event> events;
  for (const Event& event : stream.events) {
    if (event.kind == kind) events.push_back(event);
  }
  Microstructure micro{settings_of(stream, 0)};
  for (const Event& event : stream.events) apply(micro, stream, event, MonoTime{event.ns});
  Walk walk{events};
  for (std::size_t i = 0; i < events.size(); ++i) static_cast<void>(walk.next());
  session.run_batched(std::string{"book/analytics_"} + name + stream.name,
                      {.input = stream.input + ", all measures"}, [&](std::size_t) {
                        const Event& event = walk.next();
                        apply(micro, stream, event, walk.now());
                        return micro.view()[Measure::Mid].count;
                      });
}

// fn(event, quote in force, now) for each event of one kind.
template <class Fn>
void run_measure(bench::Session& session, const Stream& stream, Kind kind, const char* name,
                 Fn fn) {
  std::vector<Event> events;
  std::vector<std::int64_t> mids;
  std::int64_t twice_mid = 0;
  for (const Event& event : stream.events) {
    if (event.kind == Kind::Quote) twice_mid = Quote{event.bid, event.ask}.twice_mid();
    if (event.kind != kind || twice_mid == 0) continue;
    events.push_back(event);
    mids.push_back(twice_mid);
  }
  Walk walk{events};
  std::size_t at = 0;
  session.run_batched(std::string{"book/analytics_"} + name + stream.name, {.input = stream.input},
                      [&](std::size_t) {
                        const Event& event = walk.next();
                        fn(event, mids[at], walk.now());
                        at = at + 1 == mids.size() ? 0 : at + 1;
                        return 0;
                      });
}

void run_quote_measures(bench::Session& session, const Stream& stream) {
  const MicrostructureSettings s = settings_of(stream, 0);
  const auto quotes = [&](const char* name, auto fn) {
    run_measure(session, stream, Kind::Quote, name,
                [&](const Event& event, std::int64_t, MonoTime now) {
                  fn(Quote{event.bid, event.ask}, now);
                });
  };
  quotes("quote_values", [](const Quote& quote, MonoTime) {
    bench::keep(quote.mid());
    bench::keep(quote.weighted_mid());
    bench::keep(quote.imbalance());
  });
  QuotedSpread spread{s.time_window_ns};
  quotes("quoted_spread", [&](const Quote& quote, MonoTime now) {
    spread.on_quote(quote, now);
    bench::keep(spread.mean().value);
  });
  OrderFlowImbalance flow{s.tick, s.flow_quotes, s.flow_block_quotes, s.flow_blocks};
  quotes("order_flow", [&](const Quote& quote, MonoTime) {
    flow.on_quote(quote);
    bench::keep(flow.recent().value);
  });
  Microprice micro{{.tick = s.tick}};
  quotes("microprice", [&](const Quote& quote, MonoTime) {
    micro.on_quote(quote);
    bench::keep(micro.value().value);
  });
  QueueDepletion queue{Side::Buy, s.time_window_ns};
  quotes("queue_depletion", [&](const Quote& quote, MonoTime now) {
    queue.on_quote(quote, now);
    bench::keep(queue.depletion_time(queue.rates().leaving).value);
  });
  ArrivalRates arrivals{s.time_window_ns};
  quotes("arrival_rates", [&](const Quote&, MonoTime now) {
    arrivals.on_quote(now);
    bench::keep(arrivals.readings().quotes.value);
  });
  QuoteHistory history;
  quotes("quote_history", [&](const Quote& quote, MonoTime now) {
    history.on_quote(quote.twice_mid(), now);
    bench::keep(history.twice_mid_at(now - 5 * kNsPerMs));
  });
}

void run_trade_measures(bench::Session& session, const Stream& stream) {
  const MicrostructureSettings s = settings_of(stream, 0);
  const auto trades = [&](const char* name, auto fn) {
    run_measure(session, stream, Kind::Trade, name, fn);
  };
  TickRule rule;
  SignAgreement agreement{s.trades_window};
  trades("trade_sign", [&](const Event& event, std::int64_t twice_mid, MonoTime) {
    const int by_tick = rule.on_price(event.bid.price);
    const int by_quote = quote_rule(event.bid.price, twice_mid);
    agreement.on_sign(sign_of(event.side), by_quote != 0 ? by_quote : by_tick);
    bench::keep(agreement.share().value);
  });
  TradeCosts costs{s.trades_window, s.horizon_trades, s.horizon_ns};
  trades("trade_costs", [&](const Event& event, std::int64_t twice_mid, MonoTime now) {
    costs.settle(now, twice_mid);
    costs.on_trade(event.bid.price, twice_mid, sign_of(event.side), now);
    bench::keep(costs.by_time().realised_spread().value);
  });
  Vpin vpin{s.vpin_bucket, s.vpin_window};
  trades("vpin", [&](const Event& event, std::int64_t, MonoTime) {
    vpin.add(event.bid.qty, event.side == Side::Buy ? 1.0 : 0.0);
    bench::keep(vpin.value().value);
  });
  KyleLambda kyle{s.trades_window};
  trades("kyle_lambda", [&](const Event& event, std::int64_t, MonoTime) {
    kyle.on_price(event.bid.price, sign_of(event.side) * event.bid.qty.to_double());
    bench::keep(kyle.fit().slope);
  });
  RollSpread roll{s.trades_window};
  trades("roll_spread", [&](const Event& event, std::int64_t, MonoTime) {
    roll.on_price(event.bid.price);
    bench::keep(roll.spread().value);
  });
  HasbrouckVar var{s.var_lags, s.var_window};
  trades("hasbrouck_var", [&](const Event& event, std::int64_t twice_mid, MonoTime) {
    var.on_trade(twice_mid, sign_of(event.side));
  });
  session.run_single("book/analytics_hasbrouck_var_fit" + stream.name,
                     {.samples = 2'000, .input = "5 lags, 1,000 trades, every 1,024 trades"},
                     [&](std::size_t) { return var.fit().count; });
  VolumeProfile profile{s.tick, s.profile_bucket_ticks, s.profile_buckets};
  trades("volume_profile", [&](const Event& event, std::int64_t, MonoTime) {
    profile.add(event.bid.price, event.bid.qty);
  });
  session.run_single("book/analytics_value_area" + stream.name,
                     {.samples = 2'000, .input = "every 256 trades"},
                     [&](std::size_t) { return profile.value_area().high.raw(); });
}

void run_bar_measures(bench::Session& session, const Stream& stream) {
  std::vector<Bar> bars;
  BarBuilder builder{{.trades = 50}};
  for (const Event& event : stream.events) {
    if (event.kind == Kind::Trade &&
        builder.add(event.bid.price, event.bid.qty, sign_of(event.side), MonoTime{event.ns}))
      bars.push_back(builder.finished());
  }
  if (bars.size() < 2) return;
  const auto each = [&](const char* name, auto fn) {
    std::size_t at = 1;
    session.run_batched(std::string{"book/analytics_"} + name + stream.name,
                        {.input = "a bar of 50 trades"}, [&](std::size_t) {
                          fn(bars[at - 1], bars[at]);
                          at = at + 1 == bars.size() ? 1 : at + 1;
                          return 0;
                        });
  };
  Amihud amihud{100};
  each("amihud", [&](const Bar& a, const Bar& b) { amihud.on_bar(a, b); });
  HasbrouckLambda lambda{100};
  each("hasbrouck_lambda", [&](const Bar& a, const Bar& b) { lambda.on_bar(a, b); });
  CorwinSchultz corwin{100};
  each("corwin_schultz", [&](const Bar& a, const Bar& b) { corwin.on_bar(a, b); });
  RangeVolatility range{100};
  each("range_volatility", [&](const Bar& a, const Bar& b) { range.on_bar(a, b); });
  RealisedVariance realised{100};
  each("realised_variance", [&](const Bar& a, const Bar& b) { realised.on_bar(a, b); });
  BulkVolume bulk{100};
  each("bulk_volume", [&](const Bar&, const Bar& b) { bench::keep(bulk.on_close(b.close)); });
}

void run_models(bench::Session& session) {
  std::mt19937_64 random{7};
  std::vector<DayCounts> days(60);
  for (DayCounts& day : days) day = {500 + random() % 400, 500 + random() % 400};
  const PinParameters parameters{0.4, 0.5, 200, 600, 600};
  session.run_single("book/analytics_pin_likelihood", {.samples = 2'000, .input = "60 days"},
                     [&](std::size_t) { bench::keep(pin_log_likelihood(days, parameters)); });
  PriceDiscovery discovery{5, 1'000};
  double mid = 50'000;
  session.run_batched("book/analytics_price_discovery", {.input = "a sample"}, [&](std::size_t) {
    mid += static_cast<double>(random() % 3) - 1.0;
    discovery.sample(mid, mid + static_cast<double>(random() % 5));
    return 0;
  });
  session.run_single("book/analytics_price_discovery_estimate",
                     {.samples = 500, .input = "5 lags, 1,000 samples, cold"},
                     [&](std::size_t) { return discovery.estimate().has_value(); });
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  const Stream made = generated(session.smoke() ? 5'000 : 100'000);
  run_all(session, made, 0, "");
  constexpr Price kCent = Price::from_raw(10'000'000);
  Stream usdm{"_usdm", "usdm_btcusdt_20240808.gz",       kTenCents, Qty::from_units(20),
              {},      book::L2Book{{.tick = kTenCents}}};
  Stream spot{"_spot", "spot_btcusdt_20240808.gz",   kCent, Qty::from_units(5),
              {},      book::L2Book{{.tick = kCent}}};
  if (!session.smoke() && load(usdm, "usdm_btcusdt_20240808.gz", VenueId::BinanceUsdm)) {
    run_all(session, usdm, 0, "");
    run_all(session, usdm, 20 * kNsPerMs, "_delayed_quotes");
  }
  if (!session.smoke() && load(spot, "spot_btcusdt_20240808.gz", VenueId::BinanceSpot))
    run_all(session, spot, 0, "");
  const Stream& stream = usdm.events.empty() ? made : usdm;
  run_kind(session, stream, Kind::Quote, "on_top");
  run_kind(session, stream, Kind::Trade, "on_trade");
  run_kind(session, stream, Kind::Depth, "on_depth");
  run_quote_measures(session, stream);
  run_trade_measures(session, stream);
  run_bar_measures(session, stream);
  run_models(session);
  return session.finish();
}
