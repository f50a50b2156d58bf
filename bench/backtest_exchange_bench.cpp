// What the simulated exchange and its driver cost per market event. Input: decoded records in
// memory, of the recordings where there are any and of a made-up market with a seed otherwise.
// Whole passes take milliseconds and are timed by the thread's CPU clock, so that other programs on
// the machine do not count.
#include <time.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bench/harness.hpp"
#include "engine/backtest/simulation.hpp"
#include "engine/feed/raw_recording.hpp"
#include "tests/backtest/random_market.hpp"
#include "tests/support/paths.hpp"
#include "venues/binance/recorded_source.hpp"

namespace {
using namespace sq;

double cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

class Records {
 public:
  void add(const RecordHeader& record) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(&record);
    starts_.push_back(words_.size());
    words_.insert(words_.end(), words, words + record.length / 8);
  }
  [[nodiscard]] std::size_t size() const { return starts_.size(); }
  [[nodiscard]] RecordHeader& operator[](std::size_t i) {
    return *reinterpret_cast<RecordHeader*>(words_.data() + starts_[i]);
  }

 private:
  std::vector<std::uint64_t> words_;
  std::vector<std::size_t> starts_;
};

class MemorySource final : public feed::Source {
 public:
  explicit MemorySource(Records& records) : records_{records} {}
  RecordHeader* peek() override { return at_ < records_.size() ? &records_[at_] : nullptr; }
  void pop() override { ++at_; }

 private:
  Records& records_;
  std::size_t at_{0};
};

struct Input {
  std::string name;
  std::string text;
  std::vector<Instrument> instruments;
  std::vector<std::unique_ptr<Records>> sources;

  [[nodiscard]] std::size_t records() const {
    std::size_t count = 0;
    for (const auto& source : sources) count += source->size();
    return count;
  }
};

bool add_recording(Input& input, const Instrument& model, const char* file, const char* symbol,
                   Price tick) {
  const auto path = test::shared_dir() / "data/a_binance_ws/hftbacktest" / file;
  if (!std::filesystem::exists(path)) return false;
  Instrument instrument = model;
  instrument.symbol = Symbol{symbol};
  instrument.id = InstrumentId{static_cast<std::uint32_t>(input.instruments.size())};
  instrument.tick = tick;
  instrument.lot = Qty::from_raw(1'000);
  const binance::SymbolEntry entry{instrument.symbol, instrument.id};
  const auto number = static_cast<std::uint16_t>(static_cast<std::uint16_t>(kSourceFeedFirst) +
                                                 input.sources.size());
  binance::RecordedSource source{
      feed::RawRecording{{path}}, {instrument.venue, {&entry, 1}}, SourceId{number}, instrument.id};
  auto records = std::make_unique<Records>();
  for (RecordHeader* record = source.peek(); record != nullptr; record = source.peek()) {
    records->add(*record);
    source.pop();
  }
  if (source.failure()) return false;
  input.instruments.push_back(instrument);
  input.sources.push_back(std::move(records));
  return true;
}

Input recorded() {
  Input input{"recorded", "usdm BTCUSDT + ETHUSDT, spot BTCUSDT of 2024-08-08, decoded", {}, {}};
  constexpr Price kCent = Price::from_raw(10'000'000);
  constexpr Price kTenCents = Price::from_raw(100'000'000);
  const bool all =
      add_recording(input, test::perpetual(), "usdm_btcusdt_20240808.gz", "BTCUSDT", kTenCents) &&
      add_recording(input, test::perpetual(), "usdm_ethusdt_20240808.gz", "ETHUSDT", kCent) &&
      add_recording(input, test::spot(), "spot_btcusdt_20240808.gz", "BTCUSDT", kCent);
  if (!all) input.sources.clear();
  return input;
}

Input made_up(std::size_t events) {
  Input input{"made_up", "made-up market, seed 1", {test::perpetual()}, {}};
  test::RandomMarketSettings settings;
  settings.events = events;
  auto records = std::make_unique<Records>();
  const test::RandomMarket market{settings};
  for (const test::OwnedRecord& record : market.records()) records->add(record.header());
  input.sources.push_back(std::move(records));
  return input;
}

class NoReports final : public backtest::ReportSink {
 public:
  void on_report(RecordHeader& report, VenueId, WallTime) noexcept override {
    sum += report.source_sequence;
  }
  std::uint64_t sum{0};
};

backtest::SimulationSettings settings_for(const Input& input) {
  backtest::SimulationSettings settings;
  settings.model.feed_latency = settings::FeedLatency::Recorded;
  settings.model.feed_latency_ns = kNsPerMs / 2;
  settings.model.order_latency_ns = settings.model.report_latency_ns = 2 * kNsPerMs;
  settings.model.queue_model = settings::QueueModel::Power;
  for (const Instrument& instrument : input.instruments) {
    settings.balances.push_back({instrument.venue, {instrument.base, 1'000 * Amount::kScale}});
    settings.balances.push_back(
        {instrument.venue, {instrument.quote, 50'000'000 * Amount::kScale}});
  }
  return settings;
}

// Events of one kind through an exchange without orders of ours; the other kinds go untimed.
void run_kind(bench::Session& session, Input& input, const char* name, RecordKind kind) {
  const std::string full = std::string{"backtest/exchange_"} + name + "_" + input.name;
  if (!session.wanted(full)) return;
  NoReports sink;
  backtest::SimulatedExchange exchange{settings_for(input), input.instruments, sink};
  std::vector<double> samples;
  constexpr std::size_t kBatch = 256;
  std::uint64_t allocations = 0;
  Records& records = *input.sources.front();
  std::vector<const RecordHeader*> batch;
  for (std::size_t i = 0; i < records.size();) {
    batch.clear();
    for (; i < records.size() && batch.size() < kBatch; ++i) {
      if (records[i].kind == kind) {
        batch.push_back(&records[i]);
      } else if (kind != RecordKind::DepthUpdate || records[i].kind == RecordKind::DepthSnapshot) {
        exchange.on_market(records[i], records[i].wall);
      }
    }
    if (batch.size() < kBatch) break;
    const std::uint64_t allocated = allocations_on_this_thread();
    const std::uint64_t begin = bench::ticks_begin();
    for (const RecordHeader* record : batch) exchange.on_market(*record, record->wall);
    const std::uint64_t end = bench::ticks_end();
    allocations += allocations_on_this_thread() - allocated;
    samples.push_back(session.to_ns(end - begin) / kBatch);
  }
  session.report_samples(full, {.batch = kBatch, .input = input.text}, samples, allocations,
                         sink.sum);
}

// All records in the order of their receipt per source, no orders of ours.
void run_exchange(bench::Session& session, Input& input) {
  const std::string name = "backtest/exchange_events_" + input.name;
  if (!session.wanted(name)) return;
  NoReports sink;
  std::vector<double> passes;
  passes.reserve(32);
  std::uint64_t allocations = 0;
  for (int pass = 0; pass < (session.smoke() ? 1 : 20); ++pass) {
    backtest::SimulatedExchange exchange{settings_for(input), input.instruments, sink};
    const std::uint64_t allocated = allocations_on_this_thread();
    const double begin = cpu_ns();
    for (const auto& records : input.sources)
      for (std::size_t i = 0; i < records->size(); ++i)
        exchange.on_market((*records)[i], (*records)[i].wall);
    passes.push_back(cpu_ns() - begin);
    allocations += allocations_on_this_thread() - allocated;
  }
  session.report_rate(name, {.input = input.text}, input.records(), passes, allocations, sink.sum);
}

// Keeps an order at each touch of each instrument, without looking at its position.
class Quoter final : public backtest::CoreInput {
 public:
  Quoter(backtest::Simulation& simulation, std::size_t instruments, bool quotes)
      : simulation_{simulation}, sides_(2 * instruments), quotes_{quotes} {}

  void on_input(RecordHeader& input) noexcept override {
    if (input.kind == RecordKind::OrderReport) {
      ++reports;
      const auto& report = payload_of<OrderReport>(input);
      for (Quote& quote : sides_) {
        const bool gone = report.kind != ReportKind::Accepted &&
                          (report.kind != ReportKind::Filled || report.cumulative_qty == kSize);
        if (quote.id == report.id && gone) quote = Quote{};
      }
      return;
    }
    ++events;
    if (!quotes_ || input.kind != RecordKind::TopOfBook) return;
    const auto& top = payload_of<TopOfBook>(input);
    keep(input.instrument, Side::Buy, top.bid_price);
    keep(input.instrument, Side::Sell, top.ask_price);
  }
  MonoTime next_timer() const noexcept override {
    return MonoTime{std::numeric_limits<std::int64_t>::max()};
  }
  std::uint64_t events{0};
  std::uint64_t reports{0};

 private:
  static constexpr Qty kSize = Qty::from_raw(1'000'000);
  struct Quote {
    OrderId id{};
    Price price{};
    bool leaving{false};
  };

  void keep(InstrumentId instrument, Side side, Price price) noexcept {
    Quote& quote = sides_[2 * index_of(instrument) + (side == Side::Buy ? 0 : 1)];
    if (quote.id == OrderId{}) {
      OrderRequest request;
      request.id = quote.id = OrderId{++next_id_};
      request.side = side;
      request.limit = quote.price = price;
      request.qty = kSize;
      request.tif = TimeInForce::PostOnly;
      send(make_record(RecordKind::OrderSent, request), instrument);
    } else if (quote.price != price && !quote.leaving) {
      quote.leaving = true;
      CancelRequest request;
      request.id = quote.id;
      send(make_record(RecordKind::CancelSent, request), instrument);
    }
  }
  template <class P>
  void send(Record<P> record, InstrumentId instrument) noexcept {
    record.header.instrument = instrument;
    simulation_.send(record.header);
  }

  backtest::Simulation& simulation_;
  std::vector<Quote> sides_;
  std::uint64_t next_id_{0};
  bool quotes_;
};

void run_simulation(bench::Session& session, Input& input, bool quotes) {
  const std::string name =
      (quotes ? "backtest/simulation_quoting_" : "backtest/simulation_idle_") + input.name;
  if (!session.wanted(name)) return;
  std::vector<double> passes;
  passes.reserve(32);
  std::uint64_t allocations = 0;
  std::uint64_t checksum = 0;
  std::string text = input.text;
  const int count = session.smoke() ? 1 : 12;
  for (int pass = 0; pass < count; ++pass) {
    std::vector<std::unique_ptr<feed::Source>> sources;
    for (const auto& records : input.sources)
      sources.push_back(std::make_unique<MemorySource>(*records));
    backtest::Simulation simulation{settings_for(input), input.instruments, std::move(sources)};
    Quoter core{simulation, input.instruments.size(), quotes};
    simulation.connect(core);
    const std::uint64_t allocated = allocations_on_this_thread();
    const double begin = cpu_ns();
    while (simulation.step()) {
    }
    passes.push_back(cpu_ns() - begin);
    allocations = allocations_on_this_thread() - allocated;
    const backtest::Account account = simulation.account();
    checksum = core.reports * 31 + account.fills;
    text = input.text + ", " + std::to_string(account.orders_accepted) + " orders, " +
           std::to_string(account.fills) + " fills";
  }
  session.report_rate(name, {.input = text}, input.records(), passes, allocations, checksum);
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  std::vector<Input> inputs;
  inputs.push_back(made_up(session.smoke() ? 2'000 : 200'000));
  if (!session.smoke()) {
    Input real = recorded();
    if (!real.sources.empty()) inputs.push_back(std::move(real));
  }
  for (Input& input : inputs) {
    run_kind(session, input, "top", RecordKind::TopOfBook);
    run_kind(session, input, "trade", RecordKind::TradePrint);
    run_kind(session, input, "depth", RecordKind::DepthUpdate);
    run_exchange(session, input);
    run_simulation(session, input, false);
    run_simulation(session, input, true);
  }
  return session.finish();
}
