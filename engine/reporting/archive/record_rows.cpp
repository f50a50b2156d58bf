#include "engine/reporting/archive/record_rows.hpp"

#include <chrono>
#include <cstring>

#include "engine/messaging/control.hpp"
#include "engine/types/text.hpp"
#include "engine/wal/dump.hpp"
#include "engine/wal/dump_names.hpp"

namespace sq::reporting {
namespace {
using wal::text_of;

// log_id, sequence, wall_ns: how most tables begin.
RowWriter begin(Table table, const RecordHeader& record, const Names& names) {
  RowWriter row{table};
  row.text(names.log_id).count(record.sequence).integer(record.wall.ns);
  return row;
}

Row epoch_row(const RecordHeader& record, const EpochStarted& p, const Names& names) {
  RowWriter row = begin(Table::Epochs, record, names);
  row.integer(p.epoch).text(p.instance.view()).integer(p.log_format).unsigned64(p.seed);
  return std::move(row.text(log_text(p.config_hash))).finish();
}
Row config_row(const RecordHeader& record, const Names& names) {
  const auto bytes = payload_bytes(record);
  std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  text = text.substr(0, text.find_last_not_of('\0') + 1);  // padding
  return std::move(begin(Table::Configs, record, names).text(text)).finish();
}
Row instrument_row(const RecordHeader& record, const Instrument& p, const Names& names) {
  RowWriter row{Table::Instruments};
  row.text(names.log_id)
      .text(instrument_text(p))
      .count(record.sequence)
      .integer(sq::index_of(p.id));
  row.text(sq::text_of(p.venue)).text(p.symbol.view()).text(sq::text_of(p.kind));
  row.integer(static_cast<std::uint8_t>(p.status));
  row.text(p.base.text()).text(p.quote.text()).text(p.settle.text());
  row.fixed(p.tick).fixed(p.price_min).fixed(p.price_max);
  row.fixed(p.lot).fixed(p.qty_min).fixed(p.qty_max).money(p.notional_min);
  row.fixed(p.multiplier).fixed(p.maker_fee).fixed(p.taker_fee);
  return std::move(row).finish();
}

// order_events up to and with `detail`.
RowWriter order_event(const RecordHeader& record, OrderId id, std::string_view event,
                      std::string_view detail, const Names& names) {
  RowWriter row = begin(Table::OrderEvents, record, names);
  row.text_or_null(order_text(id)).text_or_null(names.of(record.instrument)).text(event);
  row.text_or_null(detail);
  return row;
}
Row plain_event(const RecordHeader& record, OrderId id, std::string_view event,
                std::string_view detail, const Names& names) {
  RowWriter row = order_event(record, id, event, detail, names);
  return std::move(row.null().null().null().null().null()).finish();
}
std::string_view code_text(RejectCode code) {
  return code == RejectCode::None ? std::string_view{} : text_of(code);
}
Row report_row(const RecordHeader& record, const OrderReport& p, const Names& names) {
  RowWriter row = order_event(record, p.id, "report", text_of(p.kind), names);
  row.text_or_null(code_text(p.code));
  if (p.last_qty != Qty{}) {
    row.fixed(p.last_price).fixed(p.last_qty);
  } else {
    row.null().null();
  }
  row.fixed(p.cumulative_qty);
  if (record.venue_time.ns != 0) {
    row.integer(record.venue_time.ns);
  } else {
    row.null();
  }
  return std::move(row).finish();
}
Row changed_row(const RecordHeader& record, const OrderChanged& p, const Names& names) {
  RowWriter row = order_event(record, p.id, "changed", sq::text_of(p.to), names);
  row.text_or_null(code_text(p.code)).null().null().fixed(p.filled).null();
  return std::move(row).finish();
}
Row amend_row(const RecordHeader& record, const AmendRequest& p, const Names& names) {
  RowWriter row = order_event(record, p.id, "amend-sent", text_of(p.style), names);
  row.null().fixed(p.limit).fixed(p.qty).fixed(p.filled).null();
  return std::move(row).finish();
}
// What the trade is now; its fill in the archive stays as it was booked.
Row corrected_row(const RecordHeader& record, const TradeCorrected& p, const Names& names) {
  const bool busted = p.qty == Qty{};
  RowWriter row = order_event(record, p.id, busted ? "trade-busted" : "trade-corrected",
                              std::to_string(p.trade_id), names);
  row.null().fixed(p.price).fixed(p.qty).null().null();
  return std::move(row).finish();
}
Row refused_row(const RecordHeader& record, const OrderRefused& p, const Names& names) {
  RowWriter row = begin(Table::Refusals, record, names);
  row.text_or_null(names.of(record.instrument)).text(names.of(p.strategy));
  row.integer(static_cast<std::uint16_t>(p.account)).text(names.rule(p.rule)).integer(p.detail);
  row.text(sq::text_of(p.side)).fixed(p.limit).fixed(p.qty);
  return std::move(row.integer(p.observed).integer(p.allowed)).finish();
}
Row funding_row(const RecordHeader& record, const FundingBooked& p, const Names& names) {
  RowWriter row = begin(Table::Funding, record, names);
  row.text_or_null(names.of(record.instrument)).text(names.of(p.strategy));
  row.integer(static_cast<std::uint16_t>(p.account)).fixed(p.mark).fixed(p.rate);
  row.fixed(p.position).money(p.amount.raw).text(p.amount.currency.text());
  return std::move(row).finish();
}
Row strategy_row(const RecordHeader& record, const StrategyChanged& p, const Names& names) {
  RowWriter row = begin(Table::StrategyChanges, record, names);
  row.text(names.of(p.strategy)).text(sq::text_of(p.from)).text(sq::text_of(p.to));
  return std::move(row.text(text_of(p.cause))).finish();
}
Row kill_row(const RecordHeader& record, const KillChanged& p, const Names& names) {
  RowWriter row = begin(Table::KillChanges, record, names);
  row.integer(p.latched).text(text_of(p.cause)).text(p.reason.view());
  return std::move(row).finish();
}
Row command_row(const RecordHeader& record, const AdminCommand& p, const Names& names) {
  RowWriter row = begin(Table::AdminCommands, record, names);
  row.text(text_of(p.command)).text(names.of(p.strategy));
  row.text_or_null(p.command == Command::SetStrategyState ? sq::text_of(p.state)
                                                          : std::string_view{});
  row.integer(p.request).text(p.who.view()).text(p.reason.view());
  return std::move(row).finish();
}
Row dead_letter_row(const RecordHeader& record, const DeadLetter& p, const Names& names) {
  RowWriter row = begin(Table::DeadLetters, record, names);
  row.text_or_null(names.of(record.instrument)).count(p.input_sequence).text(text_of(p.reason));
  return std::move(row).finish();
}
Row day_row(const RecordHeader& record, const DayStarted& p, const Names& names) {
  RowWriter row = begin(Table::Days, record, names);
  row.text(names.of(p.strategy)).text(day_text(p.day)).money(p.pnl_base);
  return std::move(row).finish();
}

// The payload, unless a damaged or foreign record is too short for it.
template <class P>
const P* payload(const RecordHeader& record) noexcept {
  if (record.length < sizeof(RecordHeader) + kShortestPayload<P>) return nullptr;
  return &payload_of<P>(record);
}
template <class P>
void add(const RecordHeader& record, const Names& names, Batch& batch,
         Row (*row)(const RecordHeader&, const P&, const Names&)) {
  if (const P* p = payload<P>(record)) batch.add(row(record, *p, names));
}
}  // namespace

std::string Names::of(InstrumentId id) const {
  if (id == kNoInstrument) return {};
  if (sq::index_of(id) < instruments.size()) return instruments[sq::index_of(id)];
  return "#" + std::to_string(sq::index_of(id));
}
std::string Names::of(StrategyId id) const {
  if (id == kNoStrategy) return "unallocated";
  if (sq::index_of(id) < strategies.size()) return strategies[sq::index_of(id)];
  return "#" + std::to_string(sq::index_of(id));
}
std::string Names::rule(std::uint8_t number) const {
  return number < rules.size() ? rules[number] : "#" + std::to_string(number);
}

std::string instrument_text(const Instrument& instrument) {
  return std::string{sq::text_of(instrument.venue)} + ':' + std::string{instrument.symbol.view()};
}

std::string day_text(std::int64_t days) {
  // A day outside the calendar's range comes from a damaged log only.
  constexpr std::int64_t kDaysMax = 11'000'000;
  if (days < -kDaysMax || days > kDaysMax) return "day " + std::to_string(days);
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{static_cast<int>(days)}}};
  const auto two = [](unsigned n) { return (n < 10 ? "-0" : "-") + std::to_string(n); };
  std::string year = std::to_string(static_cast<int>(date.year()));
  while (year.size() < 4) year.insert(year.begin(), '0');
  return year + two(static_cast<unsigned>(date.month())) + two(static_cast<unsigned>(date.day()));
}

void add_record_rows(const RecordHeader& record, const Names& names, Batch& batch) {
  switch (record.kind) {
    case RecordKind::EpochStarted:
      return add<EpochStarted>(record, names, batch, epoch_row);
    case RecordKind::ConfigLoaded:
      return batch.add(config_row(record, names));
    case RecordKind::InstrumentDefined:
      return add<Instrument>(record, names, batch, instrument_row);
    case RecordKind::OrderReport:
      return add<OrderReport>(record, names, batch, report_row);
    case RecordKind::OrderChanged:
      return add<OrderChanged>(record, names, batch, changed_row);
    case RecordKind::OrderRefused:
      return add<OrderRefused>(record, names, batch, refused_row);
    case RecordKind::FundingBooked:
      return add<FundingBooked>(record, names, batch, funding_row);
    case RecordKind::StrategyChanged:
      return add<StrategyChanged>(record, names, batch, strategy_row);
    case RecordKind::KillChanged:
      return add<KillChanged>(record, names, batch, kill_row);
    case RecordKind::AdminCommand:
      if (payload_bytes(record).size() >= kAdminCommandBytesMin)
        batch.add(command_row(record, admin_command_of(record), names));
      return;
    case RecordKind::DeadLetter:
      return add<DeadLetter>(record, names, batch, dead_letter_row);
    case RecordKind::DayStarted:
      // The bases of strategies and of the firm; other figures stay in the log.
      if (const auto* p = payload<DayStarted>(record); p != nullptr && p->scope == 0)
        batch.add(day_row(record, *p, names));
      return;
    case RecordKind::OrderSent:
      if (const auto* p = payload<OrderRequest>(record))
        batch.add(plain_event(record, p->id, "sent", {}, names));
      return;
    case RecordKind::CancelSent:
      if (const auto* p = payload<CancelRequest>(record))
        batch.add(plain_event(record, p->id, "cancel-sent", text_of(p->reason), names));
      return;
    case RecordKind::AmendSent:
      return add<AmendRequest>(record, names, batch, amend_row);
    case RecordKind::TradeCorrected:
      return add<TradeCorrected>(record, names, batch, corrected_row);
    case RecordKind::QuerySent:
      if (const auto* p = payload<QueryRequest>(record))
        batch.add(plain_event(record, p->id, "query-sent", {}, names));
      return;
    case RecordKind::RunEnded:
    case RecordKind::RecoveryFinished:
      batch.add(
          std::move(begin(Table::Markers, record, names).text(text_of(record.kind))).finish());
      return;
    default:
      return;  // market data are counted, not archived; states of strategies are their own
  }
}
}  // namespace sq::reporting
