// tools/wal-fold on logs whose outcome is worked out by hand.
#include <stdio.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <string>

#include "engine/messaging/control.hpp"
#include "engine/messaging/orders.hpp"
#include "engine/types/decimal.hpp"
#include "tests/support/recorded_data.hpp"
#include "tests/wal/fixture.hpp"

using namespace sq;
using namespace sq::wal;
using namespace sq::wal::test;
using Catch::Contains;

namespace {
struct Folded {
  std::string text;
  int status{-1};
};
Folded fold(const std::filesystem::path& dir) {
  const std::string command =
      (sq::test::build_dir() / "wal-fold").string() + " " + dir.string() + " --all-orders 2>&1";
  Folded result;
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  char buffer[4096];
  for (std::size_t n = 0; (n = ::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    result.text.append(buffer, n);
  result.status = WEXITSTATUS(::pclose(pipe));
  return result;
}

// Writes what a core would.
class Story {
 public:
  explicit Story(Log& log) : log_{&log} {
    Instrument instrument;
    instrument.id = InstrumentId{7};
    instrument.kind = InstrumentKind::LinearPerpetual;
    instrument.symbol = Symbol{"BTCUSDT"};
    instrument.base = *Currency::parse("BTC");
    instrument.quote = *Currency::parse("USDT");
    instrument.settle = *Currency::parse("USDT");
    write(make_record(RecordKind::InstrumentDefined, instrument));
  }
  void sent(std::uint64_t n, Side side, const char* qty) {
    OrderRequest request;
    request.id = OrderId::make(1, n);
    request.strategy = StrategyId{2};
    request.side = side;
    request.qty = *parse_fixed<Qty>(qty);
    request.limit = Price::from_units(100);
    write(make_record(RecordKind::OrderSent, request));
  }
  void report(std::uint64_t n, ReportKind kind) {
    OrderReport report;
    report.id = OrderId::make(1, n);
    report.kind = kind;
    write(make_record(RecordKind::OrderReport, report));
  }
  void filled(std::uint64_t n, std::uint64_t trade, const char* price, const char* qty,
              std::int64_t fee, const char* fee_currency = "USDT") {
    OrderReport report;
    report.id = OrderId::make(1, n);
    report.kind = ReportKind::Filled;
    report.trade_id = trade;
    report.last_price = *parse_fixed<Price>(price);
    report.last_qty = *parse_fixed<Qty>(qty);
    report.fee = {*Currency::parse(fee_currency), fee};
    write(make_record(RecordKind::OrderReport, report));
  }
  void booked(std::uint64_t n, std::uint64_t trade, const char* position, std::int64_t realised,
              std::int64_t fee) {
    FillBooked line;
    line.id = OrderId::make(1, n);
    line.trade_id = trade;
    line.position_after = *parse_fixed<Qty>(position);
    line.realised_delta = realised;
    line.fee_settle = fee;
    write(make_record(RecordKind::FillBooked, line));
  }
  void cancel_sent(std::uint64_t n) {
    CancelRequest request;
    request.id = OrderId::make(1, n);
    write(make_record(RecordKind::CancelSent, request));
  }
  void changed(std::uint64_t n, OrderState to, const char* filled) {
    OrderChanged line;
    line.id = OrderId::make(1, n);
    line.to = to;
    line.filled = *parse_fixed<Qty>(filled);
    write(make_record(RecordKind::OrderChanged, line));
  }

 private:
  template <class P>
  void write(Record<P> record) {
    record.header.sequence = ++sequence_;
    record.header.instrument = InstrumentId{7};
    REQUIRE(log_->appender().append(record.header));
  }
  Log* log_;
  std::uint64_t sequence_{0};
};
}  // namespace

TEST_CASE("the fold books average cost, a turn through zero, and fees to the last digit") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  Story story{*log};
  story.sent(1, Side::Buy, "3");
  story.report(1, ReportKind::Accepted);
  story.filled(1, 11, "100", "1", 4'000'000);  // cost 100
  story.filled(1, 12, "101", "2", 0);          // cost 302
  story.booked(1, 11, "1", 0, 4'000'000);
  story.booked(1, 12, "3", 0, 0);
  story.changed(1, OrderState::Filled, "3");
  story.sent(2, Side::Sell, "4");
  // Sells 1: cost removed 302/3 = 100.66666666 (down), realised 102 - that = 1.33333334.
  story.filled(2, 13, "102", "1", -1'000'000);
  story.booked(2, 13, "2", 133'333'334, -1'000'000);
  // Sells 3 at 99.5: closes 2 of cost 201.33333334, opens a short of 1.
  story.filled(2, 14, "99.5", "3", 0);
  story.booked(2, 14, "-1", -233'333'334, 0);
  log->close();
  const Folded result = fold(settings.dir);
  INFO(result.text);
  CHECK(result.status == 0);
  CHECK_THAT(result.text,
             Contains("\"id\":\"1.1\",\"instrument\":7,\"strategy\":2,\"side\":\"buy\"") &&
                 Contains("\"filled\":\"4\",\"state\":\"filled\""));
  // cash: -100 - 202 + 102 + 298.5 - fees 0.03 = 98.47
  CHECK_THAT(result.text,
             Contains("\"qty\":\"-1\",\"cost\":\"99.5\",\"realised\":\"-1\",\"cash\":\"98.47\","
                      "\"fees\":\"0.03\",\"funding\":\"0\",\"fills\":4"));
  CHECK_THAT(result.text, Contains("\"mismatches\":[]"));
}

TEST_CASE("the fold names a FillBooked that says something else than the reports") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  Story story{*log};
  story.sent(1, Side::Buy, "3");
  story.filled(1, 11, "100", "1", 0);
  story.booked(1, 11, "1", 1, 0);  // one hundred-millionth too much
  log->close();
  const Folded result = fold(settings.dir);
  CHECK(result.status == 3);
  CHECK_THAT(result.text, Contains("FillBooked says realised_delta 1, expected 0"));
}

TEST_CASE("the fold counts a fill once, and counts it after the end of its order too") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  Story story{*log};
  story.sent(1, Side::Sell, "3");
  story.report(1, ReportKind::Accepted);
  story.filled(1, 11, "100", "1", 0);
  story.filled(1, 11, "100", "1", 0);
  story.cancel_sent(1);
  story.report(1, ReportKind::Cancelled);
  story.changed(1, OrderState::Cancelled, "1");
  story.filled(1, 12, "100", "0.5", 0);
  story.sent(2, Side::Buy, "1");
  story.cancel_sent(2);
  story.report(2, ReportKind::Accepted);
  story.changed(2, OrderState::PendingCancel, "0");
  log->close();
  const Folded result = fold(settings.dir);
  INFO(result.text);
  CHECK(result.status == 0);
  CHECK_THAT(result.text, Contains("\"filled\":\"1.5\",\"state\":\"cancelled\"") &&
                              Contains("\"state\":\"pending-cancel\"") &&
                              Contains("\"qty\":\"-1.5\"") && Contains("\"unbooked_fills\":2"));
}

TEST_CASE("a fee in the base currency is a disposal at the fill price") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  Story story{*log};
  story.sent(1, Side::Buy, "1");
  story.filled(1, 11, "100", "1", 100'000, "BTC");  // 0.001 BTC, worth 0.1 USDT
  story.booked(1, 11, "0.999", 0, 10'000'000);
  log->close();
  const Folded result = fold(settings.dir);
  INFO(result.text);
  CHECK(result.status == 0);
  CHECK_THAT(result.text, Contains("\"qty\":\"0.999\",\"cost\":\"99.9\",\"realised\":\"0\","
                                   "\"cash\":\"-100\",\"fees\":\"0.1\""));
}

TEST_CASE("the fold reads segments and then the ring of a log that is still open") {
  const TemporaryDir dir;
  auto settings = small_settings(dir);
  settings.segment_bytes = 8192;
  auto log = Log::create(settings);
  Story story{*log};
  for (std::uint64_t n = 1; n <= 100; ++n) {
    story.sent(n, Side::Buy, "2");
    story.filled(n, n, "100", "1", 0);
    if (n == 97) REQUIRE(log->flush());  // several segments; the last three orders are in the ring
  }
  const Folded result = fold(settings.dir);
  INFO(result.text);
  CHECK(result.status == 0);
  CHECK_THAT(result.text, Contains("\"closed\":false,\"ring\":true,\"records\":201,") &&
                              Contains("\"sent\":100") && Contains("\"qty\":\"100\""));
}

TEST_CASE("the fold refuses a log with a damaged record") {
  const TemporaryDir dir;
  const auto settings = small_settings(dir);
  auto log = Log::create(settings);
  Story story{*log};
  story.sent(1, Side::Buy, "2");
  story.sent(2, Side::Buy, "2");
  log->close();
  const auto path = settings.dir / "orders-000001.seg";
  auto bytes = bytes_of(path);
  bytes[bytes.size() - 200] ^= std::byte{1};
  write_bytes(path, bytes);
  const Folded result = fold(settings.dir);
  CHECK(result.status == 1);
  CHECK_THAT(result.text, Contains("the order log breaks at position"));
}
