#include "venues/binance/entry/answer_reader.hpp"

#include <algorithm>

#include "engine/types/wire_id.hpp"
#include "venues/binance/entry/answer_parser.hpp"
#include "venues/binance/entry/json_text.hpp"

namespace sq::binance {
namespace {
namespace dom = simdjson::dom;

std::vector<SymbolEntry> entries_of(const std::vector<Instrument>& instruments) {
  std::vector<SymbolEntry> entries;
  for (const Instrument& each : instruments) entries.push_back({each.symbol, each.id});
  return entries;
}
// What instruments trade and settle in, and what fees may be paid in beside.
std::vector<Currency> currencies_of(const std::vector<Instrument>& instruments) {
  std::vector<Currency> all{*Currency::parse("BNB")};
  for (const Instrument& each : instruments) {
    all.push_back(each.settle);
    if (each.kind == InstrumentKind::Spot) {
      all.push_back(each.base);
      all.push_back(each.quote);
    }
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}
}  // namespace

AnswerReader::AnswerReader(VenueId venue, std::vector<Instrument> instruments, std::string instance)
    : venue_{venue},
      instruments_{std::move(instruments)},
      instance_{std::move(instance)},
      symbols_{entries_of(instruments_)},
      currencies_{currencies_of(instruments_)},
      parser_{std::make_unique<Parser>()} {}
AnswerReader::~AnswerReader() = default;

const Instrument* AnswerReader::find(InstrumentId id) const noexcept {
  const auto found = std::find_if(instruments_.begin(), instruments_.end(),
                                  [&](const Instrument& each) { return each.id == id; });
  return found != instruments_.end() ? &*found : nullptr;
}
OrderId AnswerReader::id_of(std::string_view client_id) const noexcept {
  return from_wire(instance_, client_id).value_or(OrderId{});
}

const Incoming& AnswerReader::read_frame(std::string_view text, RateGovernor& governor,
                                         WallTime now) {
  incoming_ = {};
  auto frame = parser_->object(text);
  if (!frame) return incoming_;
  if (frame->find("status")) {
    read_answer(*frame, governor, now);
  } else if (const auto event = frame->find("event")) {
    JsonFields fields{*event};
    read_event(fields);
  } else if (const auto data = frame->find("data")) {
    JsonFields fields{*data};
    read_event(fields);
  } else if (frame->find("e")) {
    read_event(*frame);
  } else {
    incoming_.kind = Incoming::Kind::Ignored;  // answers to subscriptions
  }
  return incoming_;
}

void AnswerReader::read_answer(JsonFields& frame, RateGovernor& governor, WallTime now) {
  incoming_.answer.status = static_cast<int>(frame.integer("status"));
  const auto request = frame.integer_if("id");
  incoming_.request =
      request && *request > 0 ? static_cast<std::uint64_t>(*request) : std::uint64_t{0};
  if (const auto error = frame.find("error")) {
    JsonFields fields{*error};
    incoming_.answer.code = static_cast<std::int32_t>(fields.integer("code"));
    incoming_.answer.message = fields.text_or_none("msg");
    if (const auto data = fields.find("data")) {
      JsonFields more{*data};
      const auto until = more.time_if("retryAfter");
      const auto server = more.time_if("serverTime");
      if (until && server)
        incoming_.retry_after_s =
            std::max<std::int64_t>((*until - *server + kNsPerSecond - 1) / kNsPerSecond, 0);
    }
  }
  if (const auto limits = frame.find("rateLimits")) {
    dom::array all;
    if (limits->get_array().get(all) == simdjson::SUCCESS) {
      for (const dom::element each : all) {
        JsonFields fields{each};
        const auto limit = rate_limit_of(fields);
        const auto count = fields.integer_if("count");
        if (limit && count) governor.on_used(limit->kind, limit->interval_ns, *count, now);
      }
    }
  }
  if (const auto result = frame.find("result"); result && result->is_object()) {
    JsonFields fields{*result};
    read_result(fields);
    incoming_.at = fields.time_if("serverTime").value_or(WallTime{});
  }
  if (frame.ok()) incoming_.kind = Incoming::Kind::Answer;
}

// An order, or where a request about one puts it.
void AnswerReader::read_result(JsonFields& result) {
  if (result.find("orderId")) {
    incoming_.order_told = fill_order(result, incoming_.order);
  } else if (const auto amended = result.find("amendedOrder")) {
    JsonFields order{*amended};
    incoming_.order_told = fill_order(order, incoming_.order);
  } else if (const auto placed = result.find("newOrderResponse")) {
    const auto cancelled = result.find("cancelResponse");
    if (!cancelled) return;
    JsonFields before{*cancelled};
    incoming_.replaced_filled = before.fixed<Qty>("executedQty");
    JsonFields order{*placed};
    incoming_.order_told = fill_order(order, incoming_.order) && before.ok();
  }
}

void AnswerReader::read_event(JsonFields& event) {
  const std::string_view name = event.text("e");
  using Kind = Incoming::Kind;
  if (!event.ok()) return;
  incoming_.at = event.time_if("E").value_or(WallTime{});
  if (name == "executionReport") {
    // A cancel has an id of its own: the order's is then in C.
    const std::string_view original = event.text_or_none("C");
    return read_execution(event, original.empty() ? event.text("c") : original, event.time("T"));
  }
  if (name == "ORDER_TRADE_UPDATE") {
    const auto order = event.find("o");
    if (!order) return;
    JsonFields fields{*order};
    return read_execution(fields, fields.text("c"), event.time("T"));
  }
  if (name == "ACCOUNT_UPDATE") return read_account_update(event);
  if (name == "outboundAccountPosition" || name == "balanceUpdate" ||
      name == "externalLockUpdate" || name == "MARGIN_CALL" || name == "ACCOUNT_CONFIG_UPDATE") {
    incoming_.kind = Kind::Account;
  } else if (name == "eventStreamTerminated" || name == "listenKeyExpired") {
    incoming_.kind = Kind::StreamEnded;
  } else if (name == "serverShutdown") {
    incoming_.kind = Kind::Shutdown;
  } else {
    incoming_.kind = Kind::Ignored;
  }
}

// What happened is in x, what it came to in X. What is not known here is asked for.
void AnswerReader::read_execution(JsonFields& order, std::string_view client_id, WallTime at) {
  using Kind = Incoming::Kind;
  const std::string_view happened = order.text("x");
  const OrderState state = order_state_of(order.text("X"));
  incoming_.instrument = symbols_.find(order.text("s"));
  incoming_.at = at;
  incoming_.order.state = state;
  OrderReport& report = incoming_.report;
  report.id = id_of(client_id);
  report.venue_order_id = order.id("i");
  report.cumulative_qty = order.fixed<Qty>("z");
  if (!order.ok()) return;
  incoming_.kind = Kind::Order;
  if (incoming_.instrument == kNoInstrument) {
    incoming_.kind = Kind::Ignored;
  } else if (happened == "NEW") {
    report.kind = ReportKind::Accepted;
  } else if (happened == "TRADE" || (happened == "CALCULATED" && order.fixed<Qty>("l") > Qty{})) {
    report.kind = ReportKind::Filled;
    report.trade_id = order.id("t");
    report.last_price = order.fixed<Price>("L");
    report.last_qty = order.fixed<Qty>("l");
    report.maker = order.flag("m") ? 1 : 0;
    const auto side = side_of(order.text("S"));
    if (!side) order.fail();
    report.side = static_cast<std::uint8_t>(side.value_or(Side::Buy));
    const auto fee = amount_of(order.text_or_none("N"), order.text_or_none("n"));
    if (!fee) order.fail();
    report.fee = fee.value_or(Amount{});
  } else if (happened == "CANCELED") {
    report.kind = ReportKind::Cancelled;
  } else if (happened == "EXPIRED" ||
             (happened == "TRADE_PREVENTION" && state == OrderState::Expired)) {
    report.kind = ReportKind::Expired;
  } else if ((happened == "REPLACED" || happened == "AMENDMENT") && state == OrderState::Open) {
    report.kind = ReportKind::Replaced;
    report.last_price = order.fixed<Price>("p");
    report.last_qty = order.fixed<Qty>("q");
  } else if (happened == "REJECTED") {
    report.kind = ReportKind::Rejected;
    report.code = RejectCode::Other;
  } else {
    incoming_.kind = Kind::Ask;
  }
  if (!order.ok()) incoming_.kind = Kind::Malformed;
}

// Which symbol funding was for it does not say; positions that moved it does.
void AnswerReader::read_account_update(JsonFields& event) {
  incoming_.kind = Incoming::Kind::Account;
  const auto account = event.find("a");
  if (!account) return;
  JsonFields fields{*account};
  if (fields.text_or_none("m") == "FUNDING_FEE") {
    incoming_.kind = Incoming::Kind::Funding;
    incoming_.at = event.time_if("T").value_or(incoming_.at);
  }
  dom::array list;
  const auto positions = fields.find("P");
  if (!positions || positions->get_array().get(list) != simdjson::SUCCESS) return;
  for (const dom::element each : list) {
    JsonFields row{each};
    ToldPosition moved;
    moved.instrument = symbols_.find(row.text("s"));
    moved.position = row.fixed<Qty>("pa");
    if (row.ok() && moved.instrument != kNoInstrument) incoming_.moved.push_back(moved);
  }
}
}  // namespace sq::binance
