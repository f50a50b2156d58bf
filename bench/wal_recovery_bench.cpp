// How long a start takes: the whole order log of ten million orders verified and folded, the same
// from a snapshot and a tail, and the bare scan, beside the same bytes hashed in large blocks
// without a look at what they say (the memory's own speed). The log is written through the real
// appender into SQ_BENCH_DIR, else memory if there is room, and removed at the end.
// SQ_BENCH_ORDERS: another number.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/harness.hpp"
#include "engine/app/log_fold.hpp"
#include "engine/app/threads.hpp"
#include "engine/wal/checksum.hpp"
#include "engine/wal/log.hpp"
#include "engine/wal/segment_writer.hpp"
#include "engine/wal/verify.hpp"

namespace {
using namespace sq;

constexpr std::uint32_t kInstruments = 4;
constexpr std::uint64_t kWorking = 64;        // orders in the market at a time
constexpr std::uint64_t kBytesAnOrder = 800;  // of the log, rounded up
constexpr std::uint64_t kTail = 100'000;      // records behind the snapshot

app::FoldSetup setup() {
  app::FoldSetup made;
  core::LedgerSetup& ledger = made.ledger;
  for (std::uint32_t i = 0; i < kInstruments; ++i) {
    Instrument& instrument = ledger.instruments.emplace_back();
    instrument.id = InstrumentId{i};
    instrument.base = *Currency::parse("BTC");
    instrument.quote = instrument.settle = *Currency::parse("USDT");
    instrument.kind = InstrumentKind::LinearPerpetual;
  }
  ledger.strategies = 2;
  ledger.gate.instruments = ledger.instruments;
  ledger.gate.instrument_limits.resize(kInstruments);
  for (auto& limits : ledger.gate.instrument_limits) limits.open_orders_max = 100;
  ledger.gate.strategy_limits.resize(2);
  for (auto& limits : ledger.gate.strategy_limits) limits.orders_per_second_max = 500;
  ledger.gate.firm.orders_per_second_max = 1'000;
  ledger.gate.permitted.assign(2, std::vector<bool>(kInstruments, true));
  made.identity = core::identity_of(ledger, {});
  return made;
}

// What a core logs of orders that are accepted, and later filled or cancelled: six records each.
class Orders {
 public:
  explicit Orders(wal::Appender& appender) : appender_{&appender} {}

  void trade(std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) {
      open();
      if (orders_ > kWorking) close(orders_ - kWorking);
    }
  }
  [[nodiscard]] std::uint64_t records() const noexcept { return sequence_; }
  [[nodiscard]] bool refused() const noexcept { return refused_; }

 private:
  template <class P>
  void log(RecordKind kind, std::uint64_t order, const P& payload) {
    auto record = make_record(kind, payload);
    record.header.sequence = ++sequence_;
    record.header.mono = MonoTime{static_cast<std::int64_t>(sequence_ * 300'000)};
    record.header.wall = WallTime{1'700'000'000'000'000'000 + record.header.mono.ns};
    record.header.instrument = InstrumentId{static_cast<std::uint32_t>(order % kInstruments)};
    refused_ = !appender_->append(record.header) || refused_;
  }
  static Price price_of(std::uint64_t order) {
    return Price::from_raw((60'000 + static_cast<std::int64_t>(order * 7919 % 100)) *
                           Price::kScale);
  }
  void open() {
    OrderRequest request;
    request.id = OrderId::make(1, ++orders_);
    request.limit = price_of(orders_);
    request.qty = Qty::from_units(1);
    request.strategy = StrategyId{static_cast<std::uint16_t>(orders_ / 3 % 2)};
    request.side = orders_ * 2654435761U % 7 < 3 ? Side::Buy : Side::Sell;
    log(RecordKind::OrderSent, orders_, request);
    report(orders_, ReportKind::Accepted);
    change(orders_, OrderState::PendingNew, OrderState::Open);
  }
  void close(std::uint64_t order) {
    if (order * 40503 % 11 < 5) {
      report(order, ReportKind::Filled);
      FillBooked booked;
      booked.id = OrderId::make(1, order);
      booked.trade_id = order;
      log(RecordKind::FillBooked, order, booked);
      change(order, OrderState::Open, OrderState::Filled);
    } else {
      CancelRequest request;
      request.id = OrderId::make(1, order);
      log(RecordKind::CancelSent, order, request);
      report(order, ReportKind::Cancelled);
      change(order, OrderState::PendingCancel, OrderState::Cancelled);
    }
  }
  void report(std::uint64_t order, ReportKind kind) {
    OrderReport made;
    made.id = OrderId::make(1, order);
    made.venue_order_id = order + 1'000'000'000;
    made.kind = kind;
    made.fee.currency = *Currency::parse("USDT");
    if (kind == ReportKind::Filled) {
      made.trade_id = order;
      made.last_qty = made.cumulative_qty = Qty::from_units(1);
      made.last_price = price_of(order);
      made.fee.raw = 1'200'000;
    }
    log(RecordKind::OrderReport, order, made);
  }
  void change(std::uint64_t order, OrderState from, OrderState to) {
    log(RecordKind::OrderChanged, order,
        OrderChanged{OrderId::make(1, order), {}, from, to, {}, {}});
  }

  wal::Appender* appender_;
  std::uint64_t sequence_{0};
  std::uint64_t orders_{0};
  bool refused_{false};
};

std::filesystem::path base_dir(std::uint64_t bytes) {
  if (const char* chosen = std::getenv("SQ_BENCH_DIR"); chosen != nullptr) return chosen;
  std::error_code error;
  const auto room = std::filesystem::space("/dev/shm", error);
  if (!error && room.available > bytes + bytes / 2) return "/dev/shm";
  return std::filesystem::temp_directory_path();
}

struct BenchLog {
  explicit BenchLog(std::uint64_t orders) {
    settings.dir =
        base_dir(orders * kBytesAnOrder) / ("sq-recovery-bench-" + std::to_string(::getpid()));
    settings.instance = FixedText<16>{"bench"};
    const auto log = wal::Log::create(settings);
    Orders trading{log->appender()};
    trading.trade(orders);
    log->close();
    records = trading.records();
    bytes = log->bytes_appended();
    complete = !trading.refused();
  }
  BenchLog(const BenchLog&) = delete;
  BenchLog& operator=(const BenchLog&) = delete;
  ~BenchLog() {
    std::error_code ignored;
    std::filesystem::remove_all(settings.dir, ignored);
  }
  wal::LogSettings settings;
  std::uint64_t records{0};
  std::uint64_t bytes{0};
  bool complete{false};
};

// Mapped and asked for as a reader does it.
std::uint64_t hash_file(const std::filesystem::path& path) {
  constexpr std::size_t kWindow = std::size_t{4} << 20U;
  const wal::File file = wal::File::open_existing(path, O_RDONLY);
  const wal::Mapping bytes = wal::Mapping::of_file(file, file.size(), path);
  std::uint64_t hash = 0;
  for (std::size_t from = 0; from < bytes.size(); from += kWindow) {
    const std::size_t n = std::min(kWindow, bytes.size() - from);
    ::madvise(bytes.data() + from, n, MADV_POPULATE_READ);
    hash = XXH3_64bits_withSeed(bytes.data() + from, n, hash);
  }
  return hash;
}
std::uint64_t hash_files(const std::filesystem::path& dir, const wal::RunAll& run_all) {
  const auto numbers = wal::segment_numbers(dir, wal::Stream::Order);
  std::vector<std::uint64_t> hashes(numbers.size());
  run_all(numbers.size(), [&](std::size_t i) {
    hashes[i] = hash_file(wal::segment_path(dir, wal::Stream::Order, numbers[i]));
  });
  std::uint64_t all = 0;
  for (const std::uint64_t hash : hashes) all ^= hash;
  return all;
}
void one_after_the_other(std::size_t n, const std::function<void(std::size_t)>& body) {
  for (std::size_t i = 0; i < n; ++i) body(i);
}

// Whole passes, the total named in the line: the bars are seconds for everything.
template <class Fn>
void passes(bench::Session& session, std::string_view name, std::string what, std::uint64_t items,
            std::uint64_t bytes, Fn&& fn, std::string_view floor = {}) {
  if (!session.wanted(name)) return;
  std::uint64_t checksum = fn();  // warm
  std::vector<double> times;
  const std::uint64_t allocated = allocations_on_this_thread();
  for (int i = 0; i < (session.smoke() ? 1 : 3); ++i) {
    const std::uint64_t begin = bench::ticks_begin();
    checksum += fn();
    times.push_back(session.to_ns(bench::ticks_end() - begin));
  }
  const double best = *std::min_element(times.begin(), times.end());
  std::array<char, 80> total{};
  std::snprintf(total.data(), total.size(), "; best pass %.3f s, %.1f GB/s", best / 1e9,
                static_cast<double>(bytes) / best);
  what += total.data();
  session.report_rate(name, {.input = what, .floor = floor}, items, times,
                      allocations_on_this_thread() - allocated, checksum);
}

std::uint64_t fold_all(const std::filesystem::path& dir, const app::FoldSetup& with) {
  app::LogFold fold{dir, with};
  while (fold.advance(1U << 20U) != 0) {
  }
  return fold.state().digest() + fold.records();
}
std::uint64_t scan(const std::filesystem::path& dir) {
  wal::LogView view = wal::LogView::open(dir);
  wal::StreamCursor cursor{view, wal::Stream::Order, wal::StreamCursor::Start::Sequence, 0};
  std::uint64_t n = 0;
  while (cursor.advance() != nullptr) ++n;
  return n + cursor.at().chain;
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  if (!session.wanted("wal/recover") && !session.wanted("wal/recover_snapshot") &&
      !session.wanted("wal/scan") && !session.wanted("wal/verify"))
    return session.finish();
  const char* wanted = std::getenv("SQ_BENCH_ORDERS");
  const std::uint64_t orders = wanted != nullptr ? std::strtoull(wanted, nullptr, 10)
                               : session.smoke() ? 50'000
                                                 : 10'000'000;
  const BenchLog log{orders};
  if (!log.complete) {
    std::fputs("the log refused records\n", stderr);
    return 1;
  }
  const app::FoldSetup with = setup();
  const auto& dir = log.settings.dir;
  const std::string size = std::to_string(orders) + " orders, " + std::to_string(log.records) +
                           " records, " + std::to_string(log.bytes >> 20U) + " MiB";
  passes(session, "floor/log_bytes", "the bytes of wal/scan, hashed in blocks of 4 MiB",
         log.records, log.bytes, [&] { return hash_files(dir, one_after_the_other); });
  passes(
      session, "wal/scan", size + ", verified", log.records, log.bytes, [&] { return scan(dir); },
      "floor/log_bytes");
  passes(session, "floor/log_bytes_all_cpus", "the same, segments on all CPUs", log.records,
         log.bytes, [&] { return hash_files(dir, app::run_on_all_cpus); });
  passes(
      session, "wal/verify", size + ", segments on all CPUs", log.records, log.bytes,
      [&] { return wal::verify(dir, {}, app::run_on_all_cpus).records; },
      "floor/log_bytes_all_cpus");
  passes(session, "wal/recover", size + ", verified and folded", log.records, log.bytes,
         [&] { return fold_all(dir, with); });
  if (session.wanted("wal/recover_snapshot")) {
    app::LogFold fold{dir, with};
    fold.advance(log.records - std::min(kTail, log.records / 2));
    fold.write_snapshot();
    passes(session, "wal/recover_snapshot", size + ", snapshot and 100,000 records", 1, 0,
           [&] { return fold_all(dir, with); });
  }
  return session.finish();
}
