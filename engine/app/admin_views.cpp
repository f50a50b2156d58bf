#include "engine/app/admin_views.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>

#include "engine/app/desk/order_words.hpp"
#include "engine/app/kill/kill_scope_text.hpp"
#include "engine/core/hand_over.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"
#include "engine/types/wire_id.hpp"
#include "engine/wal/dump.hpp"
#include "engine/wal/dump_names.hpp"

namespace sq::app {
namespace {
using boost::json::array;
using boost::json::object;

std::string money(std::int64_t raw) { return to_text(Int128{raw}, Amount::kDecimals); }

object to_json(const oms::Order& order, const std::string& instrument,
               const std::vector<std::string>& strategies, std::string_view engine) {
  const auto& request = order.request;
  const std::size_t s = index_of(request.strategy);
  const auto wire = to_wire(engine, request.id);
  return {{"id", order_id_text(request.id)},
          {"wire_id", wire ? std::string{wire->view()} : std::string{}},
          {"strategy", s < strategies.size() ? strategies[s] : "unallocated"},
          {"placed_by", s < strategies.size() ? "strategy" : order.adopted() ? "outside" : "desk"},
          {"instrument", instrument},
          {"side", text_of(request.side)},
          {"type", text_of(request.type)},
          {"time_in_force", text_of(request.tif)},
          {"limit", to_text(request.limit)},
          {"qty", to_text(request.qty)},
          {"filled", to_text(order.filled)},
          {"remaining", to_text(order.remaining())},
          {"state", text_of(order.state)},
          {"words", state_words(order)},
          {"reduce_only", request.reduce_only != 0},
          {"parent", request.parent == OrderId{} ? "" : order_id_text(request.parent)},
          {"venue_order_id", std::to_string(order.venue_order_id)},
          {"sent", time_text(WallTime{order.sent_at.ns})},
          {"changed", time_text(WallTime{order.changed_at.ns})},
          {"sequence", order.sent_sequence}};
}

array levels_json(const std::array<Level, book::kTopLevels>& levels, std::uint32_t count) {
  array rows;
  for (std::uint32_t i = 0; i < count; ++i)
    rows.push_back(array{to_text(levels[i].price), to_text(levels[i].qty)});
  return rows;
}

// The order that a record of the order log is about; none for others.
OrderId order_of(const RecordHeader& record) {
  switch (record.kind) {
    case RecordKind::OrderSent: return payload_of<OrderRequest>(record).id;
    case RecordKind::CancelSent: return payload_of<CancelRequest>(record).id;
    case RecordKind::AmendSent: return payload_of<AmendRequest>(record).id;
    case RecordKind::TradeCorrected: return payload_of<TradeCorrected>(record).id;
    case RecordKind::QuerySent: return payload_of<QueryRequest>(record).id;
    case RecordKind::OrderReport: return payload_of<OrderReport>(record).id;
    case RecordKind::OrderChanged: return payload_of<OrderChanged>(record).id;
    case RecordKind::FillBooked: return payload_of<FillBooked>(record).id;
    default: return {};
  }
}
}  // namespace

bool parse_order_id(std::string_view text, OrderId& id) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return false;
  std::uint32_t epoch = 0;
  std::uint64_t counter = 0;
  const char* const end = text.data() + text.size();
  const auto a = std::from_chars(text.data(), text.data() + dot, epoch);
  const auto b = std::from_chars(text.data() + dot + 1, end, counter);
  if (a.ec != std::errc{} || a.ptr != text.data() + dot || b.ec != std::errc{} || b.ptr != end)
    return false;
  if (epoch >> (64 - OrderId::kCounterBits) != 0 || counter >> OrderId::kCounterBits != 0)
    return false;
  id = OrderId::make(epoch, counter);
  return true;
}

std::string order_id_text(OrderId id) { return fmt::format("{}.{}", id.epoch(), id.counter()); }
std::string time_text(WallTime at) {
  const std::time_t seconds = at.ns / kNsPerSecond;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:09}Z", fmt::gmtime(seconds), at.ns % kNsPerSecond);
}

AdminViews::AdminViews(EngineRun& run)
    : run_{run},
      view_{run.config(), run.log().dir(), LedgerView::Limits::Folded},
      tops_(run.config().instruments.size()),
      marks_(run.config().instruments.size()) {}

// Asks the core for fresh tops and waits a moment; a book without events keeps its last view.
void AdminViews::refresh_tops() {
  std::vector<std::uint64_t> before;
  for (std::size_t i = 0; i < tops_.size(); ++i) {
    before.push_back(tops_[i].number);
    run_.core().publisher(InstrumentId{static_cast<std::uint32_t>(i)}).request();
  }
  for (int attempt = 0; attempt < 25; ++attempt) {
    bool fresh = true;
    for (std::size_t i = 0; i < tops_.size(); ++i) {
      const auto& publisher = run_.core().publisher(InstrumentId{static_cast<std::uint32_t>(i)});
      if (const std::uint64_t number = publisher.read(tops_[i].view); number != 0)
        tops_[i].number = number;
      fresh = fresh && tops_[i].number > before[i];
    }
    if (fresh || run_.progress().finished.load(std::memory_order_acquire)) break;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
}

std::vector<Price> AdminViews::marks() {
  refresh_tops();
  for (std::size_t i = 0; i < tops_.size(); ++i) {
    const book::TopView& top = tops_[i].view;
    if (top.bid.qty == Qty{} || top.ask.qty == Qty{}) continue;
    marks_[i] = Price::from_raw(top.bid.price.raw() / 2 + top.ask.price.raw() / 2);
  }
  return marks_;
}

void AdminViews::refresh_prices() {
  refresh_tops();
  for (std::size_t i = 0; i < tops_.size(); ++i) {
    const book::TopView& top = tops_[i].view;
    if (top.bid.qty == Qty{} || top.ask.qty == Qty{}) continue;
    view_.set_price(InstrumentId{static_cast<std::uint32_t>(i)}, top.bid.price, top.ask.price,
                    top.updated_at);
  }
}

object AdminViews::instruments() const {
  array rows;
  for (const Instrument& each : view_.ledger().portfolio().instruments())
    rows.push_back({{"id", index_of(each.id)},
                    {"name", instrument_name(each)},
                    {"kind", text_of(each.kind)},
                    {"base", each.base.text()},
                    {"quote", each.quote.text()},
                    {"settle", each.settle.text()},
                    {"tick", to_text(each.tick)},
                    {"lot", to_text(each.lot)},
                    {"qty_min", to_text(each.qty_min)},
                    {"qty_max", to_text(each.qty_max)},
                    {"notional_min", money(each.notional_min)},
                    {"maker_fee", to_text(each.maker_fee)},
                    {"taker_fee", to_text(each.taker_fee)}});
  return {{"instruments", rows}};
}

object AdminViews::books() {
  refresh_tops();
  array rows;
  const auto& instruments = view_.ledger().portfolio().instruments();
  for (std::size_t i = 0; i < tops_.size(); ++i) {
    const book::TopView& top = tops_[i].view;
    rows.push_back({{"instrument", instrument_name(instruments[i])},
                    {"state", text_of(top.state)},
                    {"last_id", top.last_id},
                    {"updated", time_text(WallTime{top.updated_at.ns})},
                    {"bid", array{to_text(top.bid.price), to_text(top.bid.qty)}},
                    {"ask", array{to_text(top.ask.price), to_text(top.ask.qty)}},
                    {"bids", levels_json(top.bids, top.bid_count)},
                    {"asks", levels_json(top.asks, top.ask_count)},
                    {"bid_levels", top.bid_levels},
                    {"ask_levels", top.ask_levels},
                    {"updates", top.counters.applied},
                    {"gaps", top.counters.gaps},
                    {"resyncs", top.counters.resyncs},
                    {"stale", top.counters.stale},
                    {"crossed", top.counters.crossed}});
  }
  return {{"books", rows}};
}

object AdminViews::orders(bool all, std::size_t limit) const {
  std::vector<const oms::Order*> found;
  view_.ledger().orders().pool().for_each([&](const oms::Order& order) {
    if (all || order.working()) found.push_back(&order);
  });
  std::sort(found.begin(), found.end(), [](const oms::Order* a, const oms::Order* b) {
    return a->sent_sequence > b->sent_sequence;
  });
  const std::size_t total = found.size();
  if (found.size() > limit) found.resize(limit);
  array rows;
  const auto& instruments = view_.ledger().portfolio().instruments();
  for (const oms::Order* order : found)
    rows.push_back(to_json(*order, instrument_name(instruments[index_of(order->instrument)]),
                           run_.strategy_names(), run_.config().engine.instance));
  return {{"orders", rows}, {"total", total}};
}

object AdminViews::order(std::string_view id_text) const {
  OrderId id;
  if (!parse_order_id(id_text, id)) return {};
  const oms::Order* order = view_.ledger().orders().pool().find(id);
  if (order == nullptr) return {};
  const auto& instruments = view_.ledger().portfolio().instruments();
  object shown = to_json(*order, instrument_name(instruments[index_of(order->instrument)]),
                         run_.strategy_names(), run_.config().engine.instance);
  wal::ReaderOptions options;
  options.feed = false;
  options.from_sequence = order->sent_sequence;
  wal::Reader reader{run_.log().dir(), options};
  array history;
  array stages;
  while (const RecordHeader* record = reader.next()) {
    if (order_of(*record) != id) continue;
    history.push_back(boost::json::parse(wal::json_line(*record)));
    if (object stage = stage_of(*record, order->sent_at); !stage.empty())
      stages.push_back(std::move(stage));
  }
  shown["stages"] = stages;
  shown["history"] = history;
  return shown;
}

object AdminViews::fills(std::size_t limit) const {
  array rows;
  const auto names = run_.strategy_names();
  const auto& instruments = view_.ledger().portfolio().instruments();
  const auto& fills = view_.fills();
  for (auto it = fills.rbegin(); it != fills.rend() && rows.size() < limit; ++it) {
    const FillBooked& fill = it->fill;
    const std::size_t s = index_of(fill.strategy);
    rows.push_back({{"time", time_text(it->wall)},
                    {"order", order_id_text(fill.id)},
                    {"trade_id", std::to_string(fill.trade_id)},
                    {"strategy", s < names.size() ? names[s] : "unallocated"},
                    {"instrument", instrument_name(instruments[index_of(it->instrument)])},
                    {"side", text_of(fill.side)},
                    {"price", to_text(fill.price)},
                    {"qty", to_text(fill.qty)},
                    {"maker", fill.maker != 0},
                    {"fee", to_text(fill.fee)},
                    {"realised", money(fill.realised_delta)},
                    {"position_after", to_text(fill.position_after)},
                    {"sequence", it->sequence}});
  }
  return {{"fills", rows}, {"total", view_.ledger().counters().fills}};
}

object AdminViews::positions() {
  array rows;
  for (const PositionLine& line : position_lines(view_.ledger(), run_.strategy_names(), marks()))
    rows.push_back(app::to_json(line));
  return {{"positions", rows}};
}

object AdminViews::pnl() {
  std::int64_t net = 0;
  std::int64_t fees = 0;
  std::int64_t realised = 0;
  std::int64_t unrealised = 0;
  for (const PositionLine& line : position_lines(view_.ledger(), run_.strategy_names(), marks())) {
    net += line.net;
    fees += line.fees;
    realised += line.realised;
    unrealised += line.unrealised;
  }
  return {{"currency", run_.config().risk.firm.base_currency.text()},
          {"total", money(net)},
          {"realised", money(realised)},
          {"unrealised", money(unrealised)},
          {"fees", money(fees)},
          {"as_of", time_text(view_.last_wall())}};
}

object AdminViews::strategies() const {
  array rows;
  const auto& config = run_.config();
  for (std::size_t s = 0; s < config.strategies.size(); ++s) {
    array instruments;
    for (const auto& traded : config.strategies[s].instruments)
      instruments.push_back(boost::json::string{
          instrument_name(config.instruments[index_of(traded.instrument)].instrument)});
    object parameters;
    for (const auto& parameter : config.strategies[s].parameters)
      parameters[parameter.name] = parameter.text;
    const StrategyState state =
        view_.ledger().strategy_state(StrategyId{static_cast<std::uint16_t>(s)});
    array next;
    for (int to = 0; to <= static_cast<int>(StrategyState::QuoteOnly); ++to)
      if (core::may_hand_over(core::HandOverBy::People, state, static_cast<StrategyState>(to)))
        next.push_back(boost::json::string{text_of(static_cast<StrategyState>(to))});
    rows.push_back(
        {{"name", config.strategies[s].name},
         {"kind", config.strategies[s].kind},
         {"state", text_of(state)},
         {"words", core::meaning_of(state)},
         {"may_become", next},
         {"instruments", instruments},
         {"parameters", parameters}});
  }
  return {{"strategies", rows}};
}

object AdminViews::latency() const {
  object stages;
  for (std::size_t s = 0; s < telemetry::kStageCount; ++s) {
    const auto stage = static_cast<telemetry::Stage>(s);
    for (const telemetry::StageTimers* timers : {&run_.feed_stages(), &run_.stages()}) {
      const auto ns = timers->percentiles_ns(stage);
      if (ns.count == 0) continue;
      stages[telemetry::text_of(stage)] = object{{"n", ns.count},  {"p50", ns.p50},
                                                 {"p90", ns.p90},  {"p99", ns.p99},
                                                 {"p999", ns.p999}, {"max", ns.max},
                                                 {"mean", ns.mean}};
    }
  }
  return {{"unit", "ns"}, {"sample_every", run_.config().engine.stage_sample}, {"stages", stages}};
}

object AdminViews::breakers() const {
  array rows;
  for (const risk::Breakers::Entry& each : view_.ledger().gate().breakers().entries()) {
    const BreakerChanged& last = each.last;
    rows.push_back(
        {{"kind", text_of(last.kind)},
         {"state", text_of(last.to)},
         {"scope", kill_scope_text({last.scope, last.number}, run_.config())},
         {"action", text_of(last.action)},
         {"observed", last.observed},
         {"bound", last.bound},
         {"since_ns", each.at.ns},
         {"means", last.to == BreakerState::Open
                       ? "its bound was reached: what it holds back passes when it has closed"
                       : "one order of the smallest size may leave; how it ends decides"}});
  }
  return {{"open", rows}, {"configured", run_.config().risk.breakers.size()}};
}

object AdminViews::kill() const {
  const core::Ledger& ledger = view_.ledger();
  array scopes;
  for (const risk::KillSwitch::Latched& each : ledger.kill().latched())
    scopes.push_back({{"scope", kill_scope_text(each.scope, run_.config())},
                      {"cause", wal::text_of(each.cause)},
                      {"reason", each.reason.view()},
                      {"flatten", each.flatten},
                      {"since_ns", each.at.ns},
                      {"means", "new orders in this scope are refused and its orders cancelled "
                                "until two people re-arm it"}});
  return {{"latched", ledger.kill_latched()},
          {"reason", ledger.kill_reason()},
          {"scopes", scopes}};
}

std::string AdminViews::log_tail(std::uint64_t after, std::size_t limit) const {
  wal::ReaderOptions options;
  options.from_sequence = after + 1;
  wal::Reader reader{run_.log().dir(), options};
  std::string text = "{\"records\":[";
  std::uint64_t last = after;
  for (std::size_t n = 0; n < limit; ++n) {
    const RecordHeader* record = reader.next();
    if (record == nullptr) break;
    if (n != 0) text += ",";
    text += wal::json_line(*record);
    last = record->sequence;
  }
  return text + fmt::format("],\"last\":{}}}\n", last);
}
}  // namespace sq::app
