// GET /metrics: the engine's state in the Prometheus text format, built at each scrape from the same
// views as the JSON. Names: base units, counters end in _total; labels only from the configuration.
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "engine/app/admin_views.hpp"
#include "engine/app/alerts/alert_task.hpp"
#include "engine/app/archive_task.hpp"
#include "engine/types/text.hpp"

namespace sq::app {
namespace {
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

class Families {
 public:
  void add(const std::string& name, const std::string& help, MetricType type, Labels labels,
           double value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    if (type == MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    family(name, help, type).metric.push_back(std::move(metric));
  }
  void add_summary(const std::string& name, const std::string& help, Labels labels,
                   const telemetry::Percentiles& ns) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.summary.sample_count = ns.count;
    metric.summary.sample_sum = ns.mean * static_cast<double>(ns.count) / 1e9;
    metric.summary.quantile = {{0.5, ns.p50 / 1e9}, {0.9, ns.p90 / 1e9}, {0.99, ns.p99 / 1e9},
                               {0.999, ns.p999 / 1e9}};
    family(name, help, MetricType::Summary).metric.push_back(std::move(metric));
  }
  [[nodiscard]] std::string text() const {
    return prometheus::TextSerializer{}.Serialize(families_);
  }

 private:
  MetricFamily& family(const std::string& name, const std::string& help, MetricType type) {
    for (MetricFamily& each : families_)
      if (each.name == name) return each;
    families_.push_back({name, help, type, {}});
    return families_.back();
  }
  std::vector<MetricFamily> families_;
};

double units(std::int64_t raw) { return static_cast<double>(raw) / static_cast<double>(Amount::kScale); }

void add_counts(Families& out, const core::Ledger& ledger) {
  const auto& n = ledger.counters();
  const auto count = [&](const std::string& name, const std::string& help, std::uint64_t value) {
    out.add(name, help, MetricType::Counter, {}, static_cast<double>(value));
  };
  count("shrivenquant_orders_sent_total", "Orders handed to venues.", n.orders_sent);
  count("shrivenquant_amends_sent_total", "New terms of orders handed to venues.", n.amends_sent);
  count("shrivenquant_orders_too_old_total", "Orders and amends dropped before they left: too old.",
        n.too_old);
  count("shrivenquant_trades_corrected_total", "Fills that venues took back or corrected.",
        n.corrections);
  count("shrivenquant_cancels_sent_total", "Cancels handed to venues.", n.cancels_sent);
  count("shrivenquant_fills_total", "Fills booked.", n.fills);
  count("shrivenquant_orders_rejected_total", "Orders rejected by venues.", n.rejects);
  count("shrivenquant_reports_duplicate_total", "Reports that told nothing new.", n.duplicates);
  count("shrivenquant_reports_unexpected_total", "Overfills, late fills, contradictions.", n.unexpected);
  count("shrivenquant_dead_letters_total", "Inputs nobody could handle.", n.dead_letters);
  for (std::size_t r = 1; r < n.refusals.size(); ++r)
    out.add("shrivenquant_orders_refused_total", "Orders refused by the gate, by rule.",
            MetricType::Counter, {{"rule", std::string{risk::text_of(static_cast<risk::Rule>(r))}}},
            static_cast<double>(n.refusals[r]));
  out.add("shrivenquant_kill_latched", "1 while the kill switch is closed.", MetricType::Gauge, {},
          ledger.kill_latched() ? 1 : 0);
  const auto& breaks = ledger.accounts().breaks().open();
  out.add("shrivenquant_breaks_open", "Differences between books and venues that are open.",
          MetricType::Gauge, {}, static_cast<double>(breaks.size()));
  WallTime oldest{};
  for (const oms::Break& each : breaks)
    if (oldest.ns == 0 || each.told.since < oldest) oldest = each.told.since;
  out.add("shrivenquant_break_oldest_timestamp_seconds", "When the oldest open one opened; 0: none.",
          MetricType::Gauge, {}, static_cast<double>(oldest.ns) / 1e9);
  for (const oms::VenueFacts& facts : ledger.accounts().venues())
    out.add("shrivenquant_reconciled_timestamp_seconds", "When a venue was last compared; 0: never.",
            MetricType::Gauge, {{"venue", std::string{text_of(facts.venue)}}},
            static_cast<double>(facts.compared_at.ns) / 1e9);
  out.add("shrivenquant_orders_working", "Orders that may still fill.", MetricType::Gauge, {},
          ledger.orders().pool().working());
}

void add_alerts(Families& out, const AlertTask& alerts) {
  const AlertTotals totals = alerts.totals();
  out.add("shrivenquant_alerts_open", "Alerts that hold, or that nobody has in hand.",
          MetricType::Gauge, {}, static_cast<double>(totals.open));
  out.add("shrivenquant_alerts_unattended", "Alerts that nobody has in hand: they are repeated.",
          MetricType::Gauge, {}, static_cast<double>(totals.unattended));
  out.add("shrivenquant_alerts_followed", "1 while the log is read for what people have to know.",
          MetricType::Gauge, {}, totals.problem.empty() ? 1 : 0);
  for (const AlertChannelStatus& each : alerts.status().channels) {
    const Labels labels{{"channel", each.name}};
    out.add("shrivenquant_alerts_delivered_total", "Messages that arrived.", MetricType::Counter,
            labels, static_cast<double>(each.delivered));
    out.add("shrivenquant_alerts_failed_total", "Attempts to tell people that failed.",
            MetricType::Counter, labels, static_cast<double>(each.failed));
  }
}

void add_archive(Families& out, const ArchiveStatus& status) {
  out.add("shrivenquant_archive_up_to_date", "1 while the SQL archive has what the log has.",
          MetricType::Gauge, {}, status.state == ArchiveState::UpToDate ? 1 : 0);
  out.add("shrivenquant_archive_sequence", "Last record of the log that is archived.",
          MetricType::Gauge, {}, static_cast<double>(status.archived_sequence));
  out.add("shrivenquant_archive_rows_total", "Rows written to the archive.", MetricType::Counter, {},
          static_cast<double>(status.rows));
  out.add("shrivenquant_archive_failures_total", "Calls to the archive's store that failed.",
          MetricType::Counter, {}, static_cast<double>(status.failures));
}
}  // namespace

std::string AdminViews::metrics() {
  Families out;
  const core::Ledger& ledger = view_.ledger();
  add_counts(out, ledger);
  out.add("shrivenquant_events_total", "Inputs the core has acted on.", MetricType::Counter, {},
          static_cast<double>(run_.progress().events.load(std::memory_order_relaxed)));
  out.add("shrivenquant_log_appended_bytes_total", "Bytes appended to the write-ahead log.",
          MetricType::Counter, {}, static_cast<double>(run_.log().bytes_appended()));
  out.add("shrivenquant_log_failed", "1 when the write-ahead log has failed.", MetricType::Gauge, {},
          run_.log().failed() ? 1 : 0);
  if (const AlertTask* alerts = run_.alerts()) add_alerts(out, *alerts);
  if (const ArchiveTask* archive = run_.archive()) add_archive(out, archive->status());
  const auto lines = position_lines(ledger, run_.strategy_names(), marks());
  for (const PositionLine& line : lines) {
    const Labels labels{{"strategy", line.strategy}, {"instrument", line.instrument}};
    out.add("shrivenquant_position", "Signed position in base units.", MetricType::Gauge, labels,
            line.position.to_double());
    out.add("shrivenquant_pnl_net", "Net P&L in the settlement currency.", MetricType::Gauge, labels,
            units(line.net));
    out.add("shrivenquant_fees_paid", "Fees in the settlement currency.", MetricType::Gauge, labels,
            units(line.fees));
  }
  for (std::size_t s = 0; s < run_.config().strategies.size(); ++s) {
    const auto state = ledger.strategy_state(StrategyId{static_cast<std::uint16_t>(s)});
    out.add("shrivenquant_strategy_state", "1 for the state the strategy is in.", MetricType::Gauge,
            {{"strategy", run_.config().strategies[s].name}, {"state", std::string{text_of(state)}}},
            1);
  }
  const auto& instruments = ledger.portfolio().instruments();
  for (std::size_t i = 0; i < tops_.size(); ++i) {
    const Labels labels{{"instrument", instrument_name(instruments[i])}};
    const auto& counters = tops_[i].view.counters;
    out.add("shrivenquant_book_live", "1 while the book may be traded on.", MetricType::Gauge, labels,
            tops_[i].view.state == BookState::Live ? 1 : 0);
    out.add("shrivenquant_book_gaps_total", "Missing depth updates noticed.", MetricType::Counter,
            labels, static_cast<double>(counters.gaps));
    out.add("shrivenquant_book_updates_total", "Depth updates applied.", MetricType::Counter, labels,
            static_cast<double>(counters.applied));
  }
  for (std::size_t s = 0; s < telemetry::kStageCount; ++s) {
    const auto stage = static_cast<telemetry::Stage>(s);
    for (const telemetry::StageTimers* timers : {&run_.feed_stages(), &run_.stages()}) {
      const auto ns = timers->percentiles_ns(stage);
      if (ns.count != 0)
        out.add_summary("shrivenquant_stage_duration_seconds", "Time of each stage of an event.",
                        {{"stage", std::string{telemetry::text_of(stage)}}}, ns);
    }
  }
  return out.text();
}
}  // namespace sq::app
