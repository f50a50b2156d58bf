#include "engine/app/archive_fold.hpp"

#include <algorithm>

#include "engine/app/core_setup.hpp"
#include "engine/app/preamble.hpp"
#include "engine/risk/rule.hpp"
#include "engine/types/text.hpp"
#include "engine/wal/dump.hpp"
#include "engine/wal/dump_names.hpp"
#include "engine/wal/reader.hpp"

namespace sq::app {
namespace {
using reporting::RowWriter;
using reporting::Table;
using wal::text_of;

core::LedgerSetup fold_setup(const ArchiveNames& names) {
  core::LedgerSetup setup;
  setup.instruments = names.instruments;
  setup.strategies = names.strategies.size();
  // The gate only counts here; it is never asked for a verdict.
  setup.gate.instruments = setup.instruments;
  setup.gate.instrument_limits.resize(setup.instruments.size());
  setup.gate.strategy_limits.resize(setup.strategies);
  setup.gate.permitted.assign(setup.strategies, std::vector<bool>(setup.instruments.size(), true));
  return setup;
}

reporting::Names names_of(const ArchiveNames& from, std::uint64_t log_id) {
  reporting::Names names;
  names.log_id = reporting::log_text(log_id);
  for (const Instrument& each : from.instruments)
    names.instruments.push_back(reporting::instrument_text(each));
  names.strategies = from.strategies;
  for (int r = 0; r < risk::kRuleCount; ++r)
    names.rules.emplace_back(risk::text_of(static_cast<risk::Rule>(r)));
  return names;
}

std::int64_t day_of(WallTime wall) noexcept {
  constexpr std::int64_t kDayNs = 86'400 * kNsPerSecond;
  return wall.ns / kDayNs - (wall.ns % kDayNs < 0 ? 1 : 0);
}

// An older program's configuration may not pass today's checks: then strategies have numbers.
void name_strategies(const std::string& text, const std::filesystem::path& log_dir,
                     ArchiveNames& names) {
  try {
    const auto config = settings::parse(text, log_dir.string() + " (ConfigLoaded)", log_dir);
    names.strategies.clear();
    for (const auto& each : config.strategies) names.strategies.push_back(each.name);
  } catch (const settings::ConfigError&) {
    names.strategies.clear();
  }
}
}  // namespace

ArchiveNames archive_names(const settings::Config& config) {
  ArchiveNames names;
  names.instruments = instruments_of(config);
  for (const auto& each : config.strategies) names.strategies.push_back(each.name);
  return names;
}

ArchiveNames archive_names(const std::filesystem::path& log_dir) {
  constexpr std::uint32_t kInstrumentsMax = 1U << 16;  // more is damage, not a log
  ArchiveNames names;
  std::string config;
  std::size_t strategies = 0;
  wal::ReaderOptions orders_only;
  orders_only.feed = false;
  wal::Reader reader{log_dir, orders_only};
  while (const RecordHeader* record = reader.next()) {
    if (record->kind == RecordKind::ConfigLoaded) config = config_text(*record);
    if (record->kind == RecordKind::OrderSent) {
      const StrategyId strategy = payload_of<OrderRequest>(*record).strategy;
      if (strategy != kNoStrategy)
        strategies = std::max<std::size_t>(strategies, index_of(strategy) + 1U);
    }
    if (record->kind != RecordKind::InstrumentDefined) continue;
    const auto& defined = payload_of<Instrument>(*record);
    const std::uint32_t index = index_of(defined.id);
    if (index >= kInstrumentsMax) continue;
    if (index >= names.instruments.size()) names.instruments.resize(index + 1);
    names.instruments[index] = defined;
  }
  if (!config.empty()) name_strategies(config, log_dir, names);
  for (std::size_t s = names.strategies.size(); s < strategies; ++s)
    names.strategies.push_back("#" + std::to_string(s));
  return names;
}

ArchiveFold::ArchiveFold(ArchiveNames names, std::uint64_t log_id)
    : identity_{core::identity_of(fold_setup(names), names.strategies)},
      instruments_{names.instruments},
      names_{names_of(names, log_id)},
      state_{fold_setup(names)} {}

void ArchiveFold::take(const RecordHeader& record, bool wanted, reporting::Batch& batch) {
  if (!is_decision(record.kind)) count_input(record, wanted);
  if (is_market_data(record.kind)) return;
  if (wanted) reporting::add_record_rows(record, names_, batch);
  // A log of other instruments than it defines would leave the tables of the fold.
  const bool known =
      record.instrument == kNoInstrument || index_of(record.instrument) < instruments_.size();
  switch (record.kind) {
    case RecordKind::OrderSent:
      if (!known || record.instrument == kNoInstrument) return;
      static_cast<void>(state_.facts().apply_sent(record));
      remember_sent(record);
      if (wanted) add_order(record, payload_of<OrderRequest>(record).id, batch);
      return;
    case RecordKind::CancelSent:
      state_.facts().apply(record);
      if (wanted) add_order(record, payload_of<CancelRequest>(record).id, batch);
      return;
    case RecordKind::OrderChanged:
      state_.facts().apply(record);
      if (wanted) add_order(record, payload_of<OrderChanged>(record).id, batch);
      return;
    case RecordKind::OrderReport: {
      const core::ReportEffect effect = state_.facts().apply_report(record);
      if (effect.booked) book(record, *effect.booked, wanted, batch);
      if (wanted && effect.outcome.order != nullptr)
        add_order(record, payload_of<OrderReport>(record).id, batch);
      return;
    }
    default:
      state_.facts().apply(record);
      return;
  }
}

void ArchiveFold::count_input(const RecordHeader& record, bool wanted) {
  const InputKey key{static_cast<std::uint16_t>(record.kind),
                     static_cast<std::uint16_t>(record.source), index_of(record.instrument)};
  InputLine& line = inputs_[key];
  if (line.records == 0) line.first = record.wall;
  ++line.records;
  line.bytes += record.length;
  line.last = record.wall;
  line.sequence = record.sequence;
  if (wanted) dirty_inputs_.insert(key);
}

void ArchiveFold::book(const RecordHeader& report, const portfolio::Booked& booked, bool wanted,
                       reporting::Batch& batch) {
  const FillBooked& fill = booked.decision;
  // The order's instrument: a report need not name it, and the order is what was booked.
  const oms::Order* order = state_.ledger().orders().pool().find(fill.id);
  const InstrumentId instrument = order != nullptr ? order->instrument : report.instrument;
  const Held held{fill.strategy, instrument};
  changed_at_[held] = report.sequence;
  const DayKey key{day_of(report.wall), fill.strategy, instrument};
  DayLine& day = days_[key];
  day.realised += fill.realised_delta;
  day.fees += fill.fee_settle;
  ++day.fills;
  day.position = fill.position_after;
  day.sequence = report.sequence;
  if (!wanted) return;
  dirty_positions_.insert(held);
  dirty_days_.insert(key);
  RowWriter row{Table::Fills};
  row.text(names_.log_id).count(report.sequence).integer(report.wall.ns);
  row.text(reporting::order_text(fill.id)).unsigned64(fill.trade_id);
  row.text_or_null(names_.of(instrument)).text(names_.of(fill.strategy));
  row.integer(static_cast<std::uint16_t>(fill.account)).text(sq::text_of(fill.side));
  row.integer(fill.maker).fixed(fill.price).fixed(fill.qty).money(fill.fee.raw);
  row.text_or_null(fill.fee.currency.text()).text(fill.settle.text()).money(fill.fee_settle);
  row.money(fill.realised_delta).money(booked.cash_delta).fixed(fill.position_after);
  batch.add(std::move(row).finish());
}

// Times of the orders that the ledger remembers; the ledger itself keeps monotonic time only, which
// says nothing across restarts.
void ArchiveFold::remember_sent(const RecordHeader& sent) {
  sent_[payload_of<OrderRequest>(sent).id.value] = sent.wall;
  if (sent_.size() <= 2 * std::size_t{core::kOrderCapacity}) return;
  std::erase_if(sent_, [&](const auto& each) {
    return state_.ledger().orders().pool().find(OrderId{each.first}) == nullptr;
  });
}

void ArchiveFold::add_order(const RecordHeader& record, OrderId id, reporting::Batch& batch) {
  const oms::Order* order = state_.ledger().orders().pool().find(id);
  if (order == nullptr) return;  // long finished; its row is there
  const OrderRequest& request = order->request;
  RowWriter row{Table::Orders};
  row.text(names_.log_id).text(reporting::order_text(id)).count(order->sent_sequence);
  row.text_or_null(names_.of(order->instrument)).text(names_.of(request.strategy));
  row.integer(static_cast<std::uint16_t>(request.account)).text(sq::text_of(request.side));
  row.text(sq::text_of(request.type)).text(sq::text_of(request.tif)).fixed(request.limit);
  row.fixed(request.qty).integer(request.reduce_only);
  row.text_or_null(reporting::order_text(request.parent)).text(sq::text_of(order->state));
  row.fixed(order->filled);
  row.text_or_null(order->code == RejectCode::None ? std::string_view{} : text_of(order->code));
  row.unsigned64(order->venue_order_id).integer(order->cancel_sent ? 1 : 0);
  row.integer(sent_.at(id.value).ns).integer(record.wall.ns).count(record.sequence);
  batch.add(std::move(row).finish());
}

void ArchiveFold::add_position(const Held& held, reporting::Batch& batch) const {
  const auto& books = state_.ledger().portfolio().ledger(held.first, held.second);
  RowWriter row{Table::Positions};
  row.text(names_.log_id).text(names_.of(held.first)).text(names_.of(held.second));
  row.count(changed_at_.at(held)).text(instruments_[index_of(held.second)].settle.text());
  row.fixed(books.position.qty()).money(books.position.cost()).money(books.position.realised());
  row.money(books.fees).money(books.funding).money(books.cash).money(books.turnover);
  batch.add(std::move(row.count(books.fills).count(books.maker_fills)).finish());
}

void ArchiveFold::add_cash(StrategyId strategy, const Currency& currency,
                           reporting::Batch& batch) const {
  Int128 cash = 0;
  Int128 realised = 0;
  Int128 fees = 0;
  Int128 funding = 0;
  std::uint64_t sequence = 0;
  for (const Instrument& each : instruments_) {
    const auto changed = changed_at_.find({strategy, each.id});
    if (each.settle != currency || changed == changed_at_.end()) continue;
    const auto& books = state_.ledger().portfolio().ledger(strategy, each.id);
    cash += books.cash;
    realised += books.position.realised();
    fees += books.fees;
    funding += books.funding;
    sequence = std::max(sequence, changed->second);
  }
  RowWriter row{Table::Cash};
  row.text(names_.log_id).text(names_.of(strategy)).text(currency.text()).count(sequence);
  for (const Int128 sum : {cash, realised, fees, funding})
    row.text(to_text(sum, Amount::kDecimals));
  batch.add(std::move(row).finish());
}

void ArchiveFold::add_day(const DayKey& key, reporting::Batch& batch) const {
  const auto& [day, strategy, instrument] = key;
  const DayLine& line = days_.at(key);
  RowWriter row{Table::Pnl};
  row.text(names_.log_id).text(reporting::day_text(day)).text(names_.of(strategy));
  row.text(names_.of(instrument)).count(line.sequence);
  row.text(instruments_[index_of(instrument)].settle.text()).money(line.realised).money(line.fees);
  row.text(to_text(Int128{line.realised} - line.fees, Amount::kDecimals)).count(line.fills);
  batch.add(std::move(row.fixed(line.position)).finish());
}

void ArchiveFold::add_input(const InputKey& key, reporting::Batch& batch) const {
  const auto& [kind, source, instrument] = key;
  const InputLine& line = inputs_.at(key);
  RowWriter row{Table::InputCounts};
  row.text(names_.log_id).text(text_of(static_cast<RecordKind>(kind))).integer(source);
  row.text(names_.of(InstrumentId{instrument})).count(line.sequence).count(line.records);
  row.count(line.bytes).integer(line.first.ns).integer(line.last.ns);
  batch.add(std::move(row).finish());
}

void ArchiveFold::finish(reporting::Batch& batch) {
  std::set<std::pair<StrategyId, std::string_view>> currencies;
  for (const Held& held : dirty_positions_) {
    add_position(held, batch);
    const Currency& settle = instruments_[index_of(held.second)].settle;
    if (currencies.emplace(held.first, settle.text()).second) add_cash(held.first, settle, batch);
  }
  for (const DayKey& key : dirty_days_) add_day(key, batch);
  for (const InputKey& key : dirty_inputs_) add_input(key, batch);
  dirty_positions_.clear();
  dirty_days_.clear();
  dirty_inputs_.clear();
}
}  // namespace sq::app
