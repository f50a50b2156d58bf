#include "engine/wal/dump.hpp"

#include <catch2/catch.hpp>

#include "engine/messaging/control.hpp"
#include "engine/messaging/market_data.hpp"
#include "engine/messaging/orders.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"

using namespace sq;
using namespace sq::wal;
using Catch::Contains;

namespace {
constexpr RecordKind kAllKinds[] = {
    RecordKind::EpochStarted,    RecordKind::ConfigLoaded,     RecordKind::InstrumentDefined,
    RecordKind::OrderReport,     RecordKind::AdminCommand,     RecordKind::TimeTick,
    RecordKind::RunEnded,        RecordKind::RecoveryFinished, RecordKind::DepthUpdate,
    RecordKind::DepthSnapshot,   RecordKind::TradePrint,       RecordKind::TopOfBook,
    RecordKind::MarkPrice,       RecordKind::FeedStatus,       RecordKind::FeedDropped,
    RecordKind::MarketOrder,     RecordKind::Candle,           RecordKind::GreeksUpdate,
    RecordKind::OrderSent,       RecordKind::CancelSent,       RecordKind::OrderRefused,
    RecordKind::OrderChanged,    RecordKind::FillBooked,       RecordKind::BookChanged,
    RecordKind::StrategyChanged, RecordKind::StrategySaved,    RecordKind::KillChanged,
    RecordKind::DeadLetter,      RecordKind::FundingBooked,    RecordKind::QuerySent,
    RecordKind::DayStarted,      RecordKind::FundingSettled,   RecordKind::VenueAccount,
    RecordKind::FxReference,     RecordKind::ParentChanged,    RecordKind::ConditionalChanged,
    RecordKind::LinkChanged,     RecordKind::LegsChanged};
}  // namespace

TEST_CASE("an order is described in decimals and names") {
  OrderRequest request;
  request.id = OrderId::make(3, 17);
  request.limit = *parse_fixed<Price>("61800.2");
  request.qty = *parse_fixed<Qty>("0.05");
  request.side = Side::Sell;
  request.tif = TimeInForce::PostOnly;
  request.strategy = StrategyId{1};
  auto record = make_record(RecordKind::OrderSent, request);
  record.header.sequence = 42;
  record.header.instrument = InstrumentId{7};
  CHECK_THAT(describe(record.header),
             Contains("seq=42 kind=OrderSent") && Contains("instrument=7") && Contains("id=3.17") &&
                 Contains("side=" + std::string(text_of(Side::Sell))) &&
                 Contains("limit=61800.2 qty=0.05") && Contains("strategy=1"));
  CHECK_THAT(json_line(record.header),
             Contains("{\"seq\":\"42\",\"kind\":\"OrderSent\"") &&
                 Contains("\"limit\":\"61800.2\",\"qty\":\"0.05\",\"reduce_only\":false") &&
                 Contains("\"strategy\":1"));
}

TEST_CASE("a fill shows fee, currency and trade, other reports do not") {
  OrderReport report;
  report.kind = ReportKind::Filled;
  report.trade_id = 99;
  report.fee = {*Currency::parse("BNB"), -25};
  CHECK_THAT(describe(make_record(RecordKind::OrderReport, report).header),
             Contains("report=filled") && Contains("trade_id=99") && Contains("fee=-0.00000025") &&
                 Contains("fee_currency=BNB"));
  report.kind = ReportKind::Rejected;
  report.code = RejectCode::WouldTake;
  CHECK_THAT(describe(make_record(RecordKind::OrderReport, report).header),
             Contains("report=rejected") && Contains("code=would-take") && !Contains("fee="));
}

TEST_CASE("text with quotes, spaces and line ends stays one line and valid JSON") {
  KillChanged kill;
  kill.latched = 1;
  kill.reason = FixedText<64>{"loss \"limit\"\n\\ reached"};
  const auto record = make_record(RecordKind::KillChanged, kill);
  CHECK_THAT(
      json_line(record.header),
      Contains(R"("latched":true)") && Contains(R"("reason":"loss \"limit\"\u000a\\ reached")"));
  CHECK_THAT(describe(record.header), Contains(R"(reason="loss \"limit\"\u000a\\ reached")"));
  CHECK(describe(record.header).find('\n') == std::string::npos);
}

TEST_CASE("every kind has a name, and a payload that is cut short is said to be") {
  for (const RecordKind kind : kAllKinds) {
    RecordHeader header;
    header.length = sizeof header;
    header.kind = kind;
    CHECK(text_of(kind) != "?");
    const std::string text = describe(header);
    CHECK_THAT(text, Contains(std::string(text_of(kind))));
    const bool bare = kind == RecordKind::TimeTick || kind == RecordKind::RunEnded ||
                      kind == RecordKind::RecoveryFinished || kind == RecordKind::ConfigLoaded;
    CHECK((text.find("payload_too_short=true") != std::string::npos) == !bare);
  }
}

TEST_CASE("a kind from a newer program is shown by its number") {
  RecordHeader header;
  header.length = sizeof header;
  header.kind = static_cast<RecordKind>(0x7777);
  CHECK_THAT(describe(header), Contains("kind=?") && Contains("unknown_kind=30583"));
}
