#include "engine/app/compare/session_facts.hpp"

#include "engine/app/compare/log_plan.hpp"
#include "engine/app/core_setup.hpp"
#include "engine/messaging/orders.hpp"

namespace sq::app {
// A core that only recovers decides and sends nothing.
class SessionFold::Quiet final : public core::Journal, public venue::OrderEntry {
 public:
  [[nodiscard]] bool append(const RecordHeader&) noexcept override { return true; }
  void send(const risk::Approved&) noexcept override {}
  void ask(const RecordHeader&) noexcept override {}
};

SessionFold::SessionFold(settings::Config config)
    : config_{std::move(config)},
      quiet_{std::make_unique<Quiet>()},
      core_{core_setup(config_), *quiet_, *quiet_, nullptr},
      equity_{1U << 12} {
  facts_.instruments = instruments_of(config_);
  for (const auto& each : config_.strategies) facts_.strategies.push_back(each.name);
}
SessionFold::~SessionFold() = default;

OrderFacts* SessionFold::find(OrderId id) noexcept {
  const auto found = by_id_.find(id.value);
  return found == by_id_.end() ? nullptr : &facts_.orders[found->second];
}

// Once all that the input before led to is folded, as the run itself did it.
void SessionFold::sample() {
  if (sample_due_ && equity_.due(sampled_))
    equity_.add(sampled_, core_.ledger().gate().total_pnl(kNoStrategy));
  sample_due_ = false;
}

void SessionFold::take(const RecordHeader& record) {
  if (!is_decision(record.kind)) {
    sample();
    facts_.last_wall = record.wall;
    if (!is_given(record)) {
      if (first_wall_.ns == 0) first_wall_ = record.wall;
      sampled_ = record.wall;
      sample_due_ = true;
    }
  }
  core_.recover(record);
  if (record.kind == RecordKind::OrderReport) take_report(record);
  if (is_decision(record.kind)) take_decision(record);
}

void SessionFold::take_decision(const RecordHeader& record) {
  OrderFacts order;
  order.sequence = record.sequence;
  order.instrument = record.instrument;
  order.decided = record.wall;
  if (record.kind == RecordKind::OrderSent) {
    const auto& request = payload_of<OrderRequest>(record);
    order.id = request.id;
    order.strategy = request.strategy;
    order.side = request.side;
    order.type = request.type;
    order.tif = request.tif;
    order.limit = request.limit;
    order.qty = request.qty;
    order.sent = true;
    by_id_[request.id.value] = facts_.orders.size();
    facts_.orders.push_back(order);
  } else if (record.kind == RecordKind::OrderRefused) {
    const auto& refused = payload_of<OrderRefused>(record);
    order.strategy = refused.strategy;
    order.side = refused.side;
    order.type = refused.type;
    order.tif = refused.tif;
    order.limit = refused.limit;
    order.qty = refused.qty;
    order.rule = refused.rule;
    facts_.orders.push_back(order);
  } else if (record.kind == RecordKind::FillBooked) {
    const auto& fill = payload_of<FillBooked>(record);
    OrderFacts* found = find(fill.id);
    if (found == nullptr) return;
    if (found->fills++ == 0) found->filled_first = record.wall;
    found->filled = Qty::from_raw(found->filled.raw() + fill.qty.raw());
    found->value += Int128{fill.price.raw()} * fill.qty.raw();
    found->fees += fill.fee_settle;
  }
}

void SessionFold::take_report(const RecordHeader& record) {
  const auto& report = payload_of<OrderReport>(record);
  if (report.kind != ReportKind::Accepted) return;
  OrderFacts* found = find(report.id);
  if (found != nullptr && found->acknowledged.ns == 0) found->acknowledged = record.wall;
}

SessionFacts SessionFold::finish(std::string origin) {
  sample();
  equity_.add(facts_.last_wall, core_.ledger().gate().total_pnl(kNoStrategy));
  std::vector<Price> marks;
  for (const Instrument& instrument : facts_.instruments) {
    const auto& exposure = core_.ledger().gate().exposure(instrument.id);
    marks.push_back(Price::from_raw(exposure.bid.raw() / 2 + exposure.ask.raw() / 2));
  }
  Summary& summary = facts_.summary;
  summary.origin = std::move(origin);
  summary.hash = core_.hash();
  summary.epoch = core_.ledger().epoch();
  summary.events = core_.counters().inputs;
  summary.decisions = core_.counters().decisions;
  summary.recorded_seconds = static_cast<double>(facts_.last_wall - first_wall_) / 1e9;
  summary.counters = core_.ledger().counters();
  summary.positions = position_lines(core_.ledger(), facts_.strategies, marks);
  summary.base_currency = std::string{config_.risk.firm.base_currency.text()};
  for (const PositionLine& line : summary.positions) {
    summary.net_total += line.net;
    summary.fees_total += line.fees;
  }
  summary.drawdown_max = equity_.drawdown_max();
  summary.equity = equity_.points();
  summary.comparisons = comparisons_of(core_.ledger(), summary.warnings);
  return std::move(facts_);
}
}  // namespace sq::app
