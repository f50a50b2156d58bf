// The whole engine on one core.
//   core/bytes_to_order      bytes of a market message in, bytes of an order request out: decode,
//                            log, book, strategy, gate, order life cycle, log, encode. Messages that
//                            led to a request, served back to back (service time).
//   core/open_loop_x1 ...    the same under the recorded arrival times, 1, 3 and 10 times as fast:
//                            each message keeps its schedule and waits for those before it. Waiting is
//                            computed from the measured service times, so a run of minutes takes seconds.
//   core/recorded_messages   the demo's session from decompressed bytes in memory through decoders,
//                            simulated exchange, core and log: ns a message.
//   core/replay_events       that session's log through the core again, decisions compared: ns an event.
// Input: the recordings that config/demo.toml names, else the simulated session (said in `input`).
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

#include "bench/harness.hpp"
#include "engine/app/core_setup.hpp"
#include "engine/app/engine_run.hpp"
#include "engine/app/feeds.hpp"
#include "engine/app/log_directory.hpp"
#include "engine/app/log_journal.hpp"
#include "engine/app/preamble.hpp"
#include "engine/app/replay.hpp"
#include "engine/types/wire_id.hpp"
#include "tests/support/paths.hpp"
#include "venues/binance/order_text.hpp"

namespace {
using namespace sq;

settings::Config demo_config(const std::filesystem::path& scratch) {
  settings::Config config = settings::load(test::project_dir() / "config/demo.toml");
  config.session.simulated.directory = scratch / "session";
  config.session.simulated.minutes = 1;
  config.session.speed = settings::Session::kSpeedMax;
  config.engine.decode = settings::Decode::Fused;
  config.engine.stage_sample = 1'000'000;
  config.log.dir = scratch / "log";
  config.log.feed_ring_mib = 256;
  config.admin.enabled = false;
  return config;
}

std::unique_ptr<wal::Log> scratch_log(const settings::Config& config, const std::string& name) {
  wal::LogSettings settings = app::log_settings(config);
  settings.dir = config.log.dir.string() + "-" + name;
  std::filesystem::remove_all(settings.dir);
  return wal::Log::create(settings);
}

// Turns requests into the venue's bytes and answers them, so that strategies go on.
class EncodingVenue final : public venue::OrderEntry {
 public:
  explicit EncodingVenue(const settings::Config& config)
      : instruments_{app::instruments_of(config)}, instance_{config.engine.instance} {
    answers_.reserve(64);
  }
  void send(const risk::Approved& request) noexcept override {
    const auto& order = request.payload<OrderRequest>();
    const RecordHeader& header = request.record();
    const auto wire = to_wire(instance_, order.id);
    const auto text = binance::write_place(request, instruments_[index_of(header.instrument)],
                                           wire->view(), ++requests_, {header.wall}, out_);
    ++orders;
    keep(text, order.id,
         order.tif == TimeInForce::ImmediateOrCancel ? ReportKind::Expired : ReportKind::Accepted);
  }
  void ask(const RecordHeader& request) noexcept override {
    const auto& cancel = payload_of<CancelRequest>(request);
    const auto wire = to_wire(instance_, cancel.id);
    const auto text = binance::write_cancel(instruments_[index_of(request.instrument)],
                                            {wire->view()}, ++requests_, {request.wall}, out_);
    keep(text, cancel.id, ReportKind::Cancelled);
  }
  // Untimed: the venue's answers reach the core.
  void answer(core::Core& core, const RecordHeader& now) {
    while (!answers_.empty()) {
      std::vector<Record<OrderReport>> taken;
      taken.swap(answers_);
      answers_.reserve(64);
      for (Record<OrderReport>& report : taken) {
        report.header.mono = now.mono;
        report.header.wall = now.wall;
        core.on_input(report.header);
      }
    }
    sent = false;
  }
  bool sent{false};
  std::uint64_t orders{0};
  std::uint64_t bytes{0};

 private:
  void keep(std::optional<std::string_view> text, OrderId id, ReportKind kind) noexcept {
    OrderReport answer;
    answer.id = id;
    answer.kind = kind;
    bytes += text ? text->size() : 0;
    bench::keep(out_);
    sent = true;
    answers_.push_back(make_record(RecordKind::OrderReport, answer));
  }

  std::vector<Instrument> instruments_;
  std::string instance_;
  std::uint64_t requests_{0};
  char out_[binance::kOrderTextMax]{};
  std::vector<Record<OrderReport>> answers_;
};

struct Served {
  std::int64_t arrival_ns;  // recorded receive time
  double service_ns;
  bool order;
};

// Every message of the session through a fused engine, timed one by one.
std::vector<Served> serve(const settings::Config& base, const app::SessionFiles& session,
                          bench::Session& bench, std::uint64_t& allocations) {
  settings::Config config = base;
  config.risk.firm.reconcile_ns = 0;  // this venue tells nothing of accounts
  auto log = scratch_log(config, "serve");
  app::LogJournal journal{log->appender()};
  EncodingVenue venue{config};
  core::Core core{app::core_setup(config), journal, venue, nullptr};
  const auto& entry = session.entries.front();
  auto bytes = feed::RawRecording::load_all(entry.files);
  feed::RawRecording recording{*bytes, entry.files.front().string()};
  std::vector<binance::SymbolEntry> symbols;
  for (const auto& each : config.instruments)
    if (each.instrument.venue == entry.venue)
      symbols.push_back({each.instrument.symbol, each.instrument.id});
  binance::DecoderSettings settings;
  settings.venue = entry.venue;
  settings.symbols = symbols;
  binance::MarketDataDecoder decoder{settings};
  std::vector<std::uint64_t> room(binance::kRecordBytesMax / 8);
  const std::span<std::byte> out{reinterpret_cast<std::byte*>(room.data()), room.size() * 8};
  auto* record = reinterpret_cast<RecordHeader*>(room.data());
  std::vector<Served> served;
  served.reserve(400'000);
  bool started = false;
  feed::RawLine line;
  while (recording.next(line) == feed::RawRecording::Read::Line) {
    if (!started) {
      app::write_preamble(config, 1, [&](RecordHeader& opening) {
        opening.mono = MonoTime{line.received.ns};
        opening.wall = line.received;
        core.on_input(opening);
      });
      started = true;
    }
    const std::uint64_t allocated = allocations_on_this_thread();
    const std::uint64_t begin = bench::ticks_begin();
    if (decoder.decode(line.json, line.received, entry.instrument, out) !=
        binance::DecodeResult::Decoded)
      continue;
    record->mono = MonoTime{record->wall.ns};
    core.on_input(*record);
    const std::uint64_t end = bench::ticks_end();
    allocations += allocations_on_this_thread() - allocated;
    served.push_back({line.received.ns, bench.to_ns(end - begin), venue.sent});
    venue.answer(core, *record);
    if (served.size() % 1024 == 0) log->do_work();  // untimed: another core's work
  }
  log->close();
  return served;
}

void report_open_loop(bench::Session& bench, const std::vector<Served>& served, std::int64_t speed,
                      const std::string& input) {
  std::vector<double> latencies;
  double free_at = 0;
  const std::int64_t first = served.front().arrival_ns;
  for (const Served& message : served) {
    const double arrival =
        static_cast<double>(message.arrival_ns - first) / static_cast<double>(speed);
    free_at = std::max(free_at, arrival) + message.service_ns;
    if (message.order) latencies.push_back(free_at - arrival);
  }
  const std::string what = input + fmt::format(", arrivals {} times as fast", speed);
  bench.report_samples(fmt::format("core/open_loop_x{}", speed), {.input = what}, latencies, 0);
}

void bench_bytes_to_order(bench::Session& bench, const settings::Config& config,
                          const app::SessionFiles& session, const std::string& kind) {
  std::uint64_t allocations = 0;
  const std::vector<Served> served = serve(config, session, bench, allocations);
  std::vector<double> samples;
  for (const Served& message : served)
    if (message.order) samples.push_back(message.service_ns);
  if (samples.empty()) return;
  const std::string input = fmt::format("{}, {} messages, {} led to requests", kind, served.size(),
                                        samples.size());
  bench.report_samples("core/bytes_to_order", {.input = input}, samples, allocations);
  for (const std::int64_t speed : {1, 3, 10}) report_open_loop(bench, served, speed, input);
}

// The demo's session once through everything, on this thread.
std::uint64_t run_session(const settings::Config& config, const app::SessionFiles& session,
                          const std::vector<feed::RecordedBytes>& bytes, wal::Log& log,
                          std::uint64_t& messages) {
  struct CoreEnd final : backtest::CoreInput {
    explicit CoreEnd(core::Core& called) : core{called} {}
    void on_input(RecordHeader& input) noexcept override { core.on_input(input); }
    [[nodiscard]] MonoTime next_timer() const noexcept override { return core.next_timer(); }
    core::Core& core;
  };
  std::vector<std::unique_ptr<feed::Source>> sources;
  for (std::size_t i = 0; i < session.entries.size(); ++i) {
    const auto& entry = session.entries[i];
    std::vector<binance::SymbolEntry> symbols;
    for (const auto& each : config.instruments)
      if (each.instrument.venue == entry.venue)
        symbols.push_back({each.instrument.symbol, each.instrument.id});
    binance::DecoderSettings decoder;
    decoder.venue = entry.venue;
    decoder.symbols = symbols;
    sources.push_back(std::make_unique<binance::RecordedSource>(
        feed::RawRecording{bytes[i], "memory"}, decoder,
        SourceId{static_cast<std::uint16_t>(0x100 + i)}, entry.instrument));
  }
  backtest::SimulationSettings simulated;
  simulated.model = config.simulation;
  simulated.balances = config.portfolio.balances;
  simulated.seed = config.engine.seed;
  settings::Config own = config;
  backtest::Simulation simulation{simulated, app::instruments_of(config), std::move(sources)};
  app::LogJournal journal{log.appender()};
  core::Core core{app::core_setup(own), journal, simulation, nullptr};
  CoreEnd end{core};
  simulation.connect(end);
  app::write_preamble(config, 1, [&](RecordHeader& record) { simulation.inject(record); });
  while (simulation.step()) {
  }
  messages = simulation.market_inputs();
  return core.hash();
}

void bench_session(bench::Session& bench, const settings::Config& config,
                   const app::SessionFiles& session, const std::string& kind) {
  std::vector<feed::RecordedBytes> bytes;
  for (const auto& entry : session.entries)
    bytes.push_back(*feed::RawRecording::load_all(entry.files));
  std::vector<double> passes;
  std::uint64_t messages = 0;
  std::uint64_t hash = 0;
  std::uint64_t allocations = 0;
  const int count = bench.smoke() ? 1 : 7;
  for (int pass = 0; pass < count; ++pass) {
    auto log = scratch_log(config, "session");
    const std::uint64_t allocated = allocations_on_this_thread();
    const std::uint64_t begin = bench::ticks_begin();
    hash = run_session(config, session, bytes, *log, messages);
    passes.push_back(bench.to_ns(bench::ticks_end() - begin));
    allocations += allocations_on_this_thread() - allocated;
    log->close();
  }
  const std::string input = fmt::format("{}, {} messages in memory, set-up included", kind, messages);
  bench.report_rate("core/recorded_messages", {.input = input}, messages, passes, allocations, hash);

  std::vector<double> replays;
  app::ReplayResult result;
  const std::filesystem::path dir = config.log.dir.string() + "-session";
  for (int pass = 0; pass < count; ++pass) {
    result = app::replay(dir, std::nullopt, [](std::uint64_t) {});
    replays.push_back(result.seconds * 1e9);
  }
  const std::string log_input = fmt::format("{} events, {} decisions, {} differences", result.events,
                                            result.decisions, result.differences);
  bench.report_rate("core/replay_events", {.input = log_input}, result.events, replays, 0,
                    result.hash);
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session bench{argc, argv};
  const auto scratch =
      std::filesystem::temp_directory_path() / fmt::format("sq-core-bench-{}", ::getpid());
  std::filesystem::create_directories(scratch);
  int status = 1;
  try {
    const settings::Config config = demo_config(scratch);
    const app::SessionFiles session = app::find_session(config);
    const std::string kind = session.simulated ? "simulated session" : "recorded session";
    bench_bytes_to_order(bench, config, session, kind);
    bench_session(bench, config, session, kind);
    status = bench.finish();
  } catch (const std::exception& error) {
    fmt::print(stderr, "core_engine_bench: {}\n", error.what());
  }
  std::filesystem::remove_all(scratch);
  return status;
}
