#include "engine/reporting/archive/migrations.hpp"

#include <array>

namespace sq::reporting {
namespace {
constexpr std::string_view kFacts = R"sql(
CREATE TABLE archive_progress (
  log_id TEXT PRIMARY KEY, instance TEXT NOT NULL, last_sequence {integer} NOT NULL,
  scope TEXT NOT NULL);
CREATE TABLE column_docs (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, unit TEXT NOT NULL, meaning TEXT NOT NULL,
  PRIMARY KEY (table_name, column_name));
CREATE TABLE epochs (
  log_id TEXT NOT NULL, sequence {integer} NOT NULL, wall_ns {integer} NOT NULL,
  epoch {integer} NOT NULL, instance TEXT NOT NULL, log_format {integer} NOT NULL,
  seed {decimal} NOT NULL, config_hash TEXT NOT NULL, PRIMARY KEY (log_id, sequence));
CREATE TABLE configs (
  log_id TEXT NOT NULL, sequence {integer} NOT NULL, wall_ns {integer} NOT NULL,
  config TEXT NOT NULL, PRIMARY KEY (log_id, sequence));
CREATE TABLE instruments (
  log_id TEXT NOT NULL, instrument TEXT NOT NULL, sequence {integer} NOT NULL,
  number {integer} NOT NULL, venue TEXT NOT NULL, symbol TEXT NOT NULL, kind TEXT NOT NULL,
  status {integer} NOT NULL, base TEXT NOT NULL, quote TEXT NOT NULL, settle TEXT NOT NULL,
  tick {decimal} NOT NULL, price_min {decimal} NOT NULL, price_max {decimal} NOT NULL,
  lot {decimal} NOT NULL, qty_min {decimal} NOT NULL, qty_max {decimal} NOT NULL,
  notional_min {decimal} NOT NULL, multiplier {decimal} NOT NULL, maker_fee {decimal} NOT NULL,
  taker_fee {decimal} NOT NULL, PRIMARY KEY (log_id, instrument));
CREATE TABLE orders (
  log_id TEXT NOT NULL, order_id TEXT NOT NULL, sequence {integer} NOT NULL, instrument TEXT,
  strategy TEXT NOT NULL, account {integer} NOT NULL, side TEXT NOT NULL, type TEXT NOT NULL,
  tif TEXT NOT NULL, limit_price {decimal} NOT NULL, qty {decimal} NOT NULL,
  reduce_only {integer} NOT NULL, parent TEXT, state TEXT NOT NULL, filled {decimal} NOT NULL,
  code TEXT, venue_order_id {decimal} NOT NULL, cancel_sent {integer} NOT NULL,
  sent_ns {integer} NOT NULL, changed_ns {integer} NOT NULL, changed_sequence {integer} NOT NULL,
  PRIMARY KEY (log_id, order_id));
CREATE TABLE order_events (
  log_id TEXT NOT NULL, sequence {integer} NOT NULL, wall_ns {integer} NOT NULL,
  order_id TEXT, instrument TEXT, event TEXT NOT NULL, detail TEXT, code TEXT,
  last_price {decimal}, last_qty {decimal}, cumulative_qty {decimal}, venue_time_ns {integer},
  PRIMARY KEY (log_id, sequence));
CREATE TABLE refusals (
  log_id TEXT NOT NULL, sequence {integer} NOT NULL, wall_ns {integer} NOT NULL, instrument TEXT,
  strategy TEXT NOT NULL, account {integer} NOT NULL, rule TEXT NOT NULL, detail {integer} NOT NULL,
  side TEXT NOT NULL, limit_price {decimal} NOT NULL, qty {decimal} NOT NULL,
  observed {integer} NOT NULL, allowed {integer} NOT NULL, PRIMARY KEY (log_id, sequence));
CREATE TABLE fills (
  log_id TEXT NOT NULL, sequence {integer} NOT NULL, wall_ns {integer} NOT NULL,
  order_id TEXT NOT NULL, trade_id {decimal} NOT NULL, instrument TEXT, strategy TEXT NOT NULL,
  account {integer} NOT NULL, side TEXT NOT NULL, maker {integer} NOT NULL,
  price {decimal} NOT NULL, qty {decimal} NOT NULL, fee {decimal} NOT NULL, fee_currency TEXT,
  currency TEXT NOT NULL, fee_settle {decimal} NOT NULL, realised_delta {decimal} NOT NULL,
  cash_delta {decimal} NOT NULL, position_after {decimal} NOT NULL,
  PRIMARY KEY (log_id, sequence));
CREATE TABLE positions (
  log_id TEXT NOT NULL, strategy TEXT NOT NULL, instrument TEXT NOT NULL,
  sequence {integer} NOT NULL, currency TEXT NOT NULL, qty {decimal} NOT NULL,
  cost {decimal} NOT NULL, realised {decimal} NOT NULL, fees {decimal} NOT NULL,
  funding {decimal} NOT NULL, cash {decimal} NOT NULL, turnover {decimal} NOT NULL,
  fills {integer} NOT NULL, maker_fills {integer} NOT NULL,
  PRIMARY KEY (log_id, strategy, instrument));
CREATE TABLE cash (
  log_id TEXT NOT NULL, strategy TEXT NOT NULL, currency TEXT NOT NULL,
  sequence {integer} NOT NULL, cash {decimal} NOT NULL, realised {decimal} NOT NULL,
  fees {decimal} NOT NULL, funding {decimal} NOT NULL, PRIMARY KEY (log_id, strategy, currency));
CREATE TABLE pnl (
  log_id TEXT NOT NULL, day TEXT NOT NULL, strategy TEXT NOT NULL, instrument TEXT NOT NULL,
  sequence {integer} NOT NULL, currency TEXT NOT NULL, realised {decimal} NOT NULL,
  fees {decimal} NOT NULL, net {decimal} NOT NULL, fills {integer} NOT NULL,
  position {decimal} NOT NULL, PRIMARY KEY (log_id, day, strategy, instrument));
CREATE TABLE funding (
  log_id TEXT NOT NULL, sequence {integer} NOT NULL, wall_ns {integer} NOT NULL, instrument TEXT,
  strategy TEXT NOT NULL, account {integer} NOT NULL, mark {decimal} NOT NULL,
  rate {decimal} NOT NULL, position {decimal} NOT NULL, amount {decimal} NOT NULL,
  currency TEXT NOT NULL, PRIMARY KEY (log_id, sequence));
CREATE TABLE strategy_changes (
  log_id TEXT NOT NULL, sequence {integer} NOT NULL, wall_ns {integer} NOT NULL,
  strategy TEXT NOT NULL, from_state TEXT NOT NULL, to_state TEXT NOT NULL, cause TEXT NOT NULL,
  PRIMARY KEY (log_id, sequence));
CREATE TABLE kill_changes (
  log_id TEXT NOT NULL, sequence {integer} NOT NULL, wall_ns {integer} NOT NULL,
  latched {integer} NOT NULL, cause TEXT NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY (log_id, sequence));
CREATE TABLE admin_commands (
  log_id TEXT NOT NULL, sequence {integer} NOT NULL, wall_ns {integer} NOT NULL,
  command TEXT NOT NULL, strategy TEXT NOT NULL, state TEXT, request {integer} NOT NULL,
  who TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (log_id, sequence));
CREATE TABLE dead_letters (
  log_id TEXT NOT NULL, sequence {integer} NOT NULL, wall_ns {integer} NOT NULL, instrument TEXT,
  input_sequence {integer} NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (log_id, sequence));
CREATE TABLE days (
  log_id TEXT NOT NULL, sequence {integer} NOT NULL, wall_ns {integer} NOT NULL,
  strategy TEXT NOT NULL, day TEXT NOT NULL, pnl_base {decimal} NOT NULL,
  PRIMARY KEY (log_id, sequence));
CREATE TABLE markers (
  log_id TEXT NOT NULL, sequence {integer} NOT NULL, wall_ns {integer} NOT NULL,
  kind TEXT NOT NULL, PRIMARY KEY (log_id, sequence));
)sql";

constexpr std::string_view kInputsAndIndexes = R"sql(
CREATE TABLE input_counts (
  log_id TEXT NOT NULL, kind TEXT NOT NULL, source {integer} NOT NULL, instrument TEXT NOT NULL,
  sequence {integer} NOT NULL, records {integer} NOT NULL, bytes {integer} NOT NULL,
  first_ns {integer} NOT NULL, last_ns {integer} NOT NULL,
  PRIMARY KEY (log_id, kind, source, instrument));
CREATE INDEX order_events_by_order ON order_events (log_id, order_id);
CREATE INDEX fills_by_order ON fills (log_id, order_id);
CREATE INDEX fills_by_time ON fills (wall_ns);
)sql";

constexpr std::array kMigrations{Migration{1, "facts", kFacts},
                                 Migration{2, "inputs and indexes", kInputsAndIndexes}};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}
}  // namespace

std::span<const Migration> migrations() noexcept { return kMigrations; }
int schema_version() noexcept { return kMigrations.back().version; }

std::vector<std::string> statements_of(const Migration& migration, Dialect dialect) {
  std::string sql{migration.sql};
  replace_all(sql, "{decimal}", dialect == Dialect::Sqlite ? "TEXT" : "NUMERIC");
  replace_all(sql, "{integer}", dialect == Dialect::Sqlite ? "INTEGER" : "BIGINT");
  std::vector<std::string> statements;
  std::size_t at = 0;
  for (std::size_t end = sql.find(';'); end != std::string::npos; end = sql.find(';', at)) {
    statements.push_back(sql.substr(at, end - at));
    at = end + 1;
  }
  return statements;
}
}  // namespace sq::reporting
