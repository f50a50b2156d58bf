#include "engine/app/surveillance_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <memory>
#include <optional>

#include "engine/app/binance_raw_file.hpp"
#include "engine/app/commands.hpp"
#include "engine/app/moment_text.hpp"
#include "engine/book/order_feed.hpp"
#include "engine/book/surveillance/surveillance.hpp"
#include "engine/book/synced_book.hpp"
#include "engine/telemetry/format.hpp"
#include "engine/types/decimal.hpp"

namespace sq::app {
namespace {
using book::surveillance::Alert;
using book::surveillance::AlertKind;
using book::surveillance::Evidence;
using book::surveillance::kAlertKinds;
using book::surveillance::Surveillance;

// One symbol: its book, of orders or of levels as the records turn out, and its watch.
class WatchedSymbol {
 public:
  WatchedSymbol(std::string name, Price tick, Qty lot, std::uint32_t orders_max)
      : name_{std::move(name)}, tick_{tick}, lot_{lot > Qty{} ? lot : Qty::from_units(1)} {
    book::surveillance::SurveillanceSettings settings;
    settings.tick = tick;
    settings.orders_max = orders_max_ = orders_max;
    settings.alerts_max = 4'096;
    watch_.emplace(settings);
  }

  void apply(const RecordHeader& record) {
    const WallTime now = record.venue_time.ns != 0 ? record.venue_time : record.wall;
    if (first_.ns == 0) first_ = now;
    last_ = std::max(last_, now);
    switch (record.kind) {
      case RecordKind::MarketOrder:
        return on_order(record);
      case RecordKind::DepthUpdate:
      case RecordKind::DepthSnapshot:
        return on_depth(record);
      case RecordKind::TopOfBook:
        return watch_->on_top(record);
      case RecordKind::TradePrint:
        return watch_->on_trade(record);
      default:
        return;
    }
  }
  void finish() {
    watch_->on_time(last_ + book::surveillance::WithdrawalSettings{}.requote_ns + 1);
  }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const Surveillance& watch() const { return *watch_; }
  [[nodiscard]] bool tick_too_coarse() const { return tick_too_coarse_; }
  [[nodiscard]] double hours() const { return static_cast<double>(last_ - first_) / 3.6e12; }

 private:
  void on_order(const RecordHeader& record) {
    if (!orders_) orders_.emplace(book::OrderFeedSettings{tick_, lot_, orders_max_});
    const auto change = orders_->apply(record);
    tick_too_coarse_ = tick_too_coarse_ || (change.outcome == book::l3::Outcome::BadPrice &&
                                            payload_of<MarketOrder>(record).price > Price{});
    watch_->on_order(record, change, *orders_);
  }
  void on_depth(const RecordHeader& record) {
    if (levels_ == nullptr) {
      book::SyncSettings settings;
      settings.l2 = {tick_, 1U << 14, 1U << 16};
      settings.stale_after_ns = settings.crossed_for_ns = kNsPerDay * 365;
      levels_ = std::make_unique<book::SyncedBook>(settings);
    }
    const std::uint64_t off_tick = levels_->counters().off_tick;
    const auto effect = record.kind == RecordKind::DepthSnapshot ? levels_->on_snapshot(record)
                                                                 : levels_->on_depth(record);
    tick_too_coarse_ = tick_too_coarse_ || levels_->counters().off_tick != off_tick;
    if (effect.state_changed && levels_->state() != BookState::Live) watch_->on_book_lost();
    if (effect.depth_applied) watch_->on_depth(record, levels_->depth());
  }

  std::string name_;
  Price tick_;
  Qty lot_;
  std::uint32_t orders_max_{0};
  std::optional<Surveillance> watch_;
  std::optional<book::OrderFeed> orders_;
  std::unique_ptr<book::SyncedBook> levels_;
  bool tick_too_coarse_{false};
  WallTime first_{};
  WallTime last_{};
};

struct Pass {
  std::unique_ptr<feed::MarketFile> file;
  std::vector<std::unique_ptr<WatchedSymbol>> symbols;  // index: InstrumentId; null: not watched
  std::size_t watched{0};
  std::uint64_t unwatched_records{0};
  [[nodiscard]] bool tick_too_coarse() const {
    return std::ranges::any_of(symbols, [](const auto& s) { return s && s->tick_too_coarse(); });
  }
};

void apply(Pass& pass, const RecordHeader& record, const std::map<std::string, Price>& ticks,
           std::uint32_t orders_max) {
  const std::size_t index = index_of(record.instrument);
  if (index >= pass.symbols.size()) pass.symbols.resize(index + 1);
  auto& symbol = pass.symbols[index];
  if (symbol == nullptr) {
    const feed::FileSymbol& known = pass.file->symbols()[index];
    const auto found = ticks.find(known.name);
    const Price tick = found != ticks.end() ? found->second : known.tick;
    if (tick <= Price{} || pass.watched == kSymbolsWatchedMax) {
      ++pass.unwatched_records;
      return;
    }
    symbol = std::make_unique<WatchedSymbol>(known.name, tick, known.lot, orders_max);
    ++pass.watched;
  }
  symbol->apply(record);
}

Pass read(const SurveillanceOptions& options, const std::map<std::string, Price>& ticks) {
  feed::FileOptions wanted;
  wanted.format = options.format;
  for (const std::string& symbol : options.symbols)
    wanted.symbols.emplace_back(symbol,
                                InstrumentId{static_cast<std::uint32_t>(wanted.symbols.size())});
  Pass pass;
  pass.file = open_any_file(options.file, wanted);
  while (RecordHeader* record = pass.file->peek()) {
    record->mono = MonoTime{record->wall.ns};
    if (record->instrument != kNoInstrument) apply(pass, *record, ticks, options.orders_max);
    pass.file->pop();
  }
  for (const auto& symbol : pass.symbols)
    if (symbol) symbol->finish();
  return pass;
}

struct Raised {
  const WatchedSymbol* symbol;
  const Alert* alert;
};
std::vector<Raised> in_time_order(const Pass& pass) {
  std::vector<Raised> all;
  for (const auto& symbol : pass.symbols) {
    if (!symbol) continue;
    const auto& alerts = symbol->watch().alerts();
    for (std::size_t i = 0; i < alerts.size(); ++i) all.push_back({symbol.get(), &alerts[i]});
  }
  std::ranges::stable_sort(all, {}, [](const Raised& raised) { return raised.alert->until; });
  return all;
}

std::string_view side_text(Side side) { return side == Side::Buy ? "buy" : "sell"; }

std::string reading_text(const book::analytics::Reading& reading, double unit = 1) {
  return reading.known() ? fmt::format("{:.3g}", reading.value / unit) : "-";
}

void print_symbols(const Pass& pass) {
  fmt::print("{:<22} {:>11} {:>9} {:>7} {:>9} {:>9} {:>9} {:>8} {:>8}\n", "symbol", "messages",
             "trades", "alerts", "per trade", "cancelled", "life ms", "fleeting", "flicker");
  for (const auto& symbol : pass.symbols) {
    if (!symbol) continue;
    const auto& watch = symbol->watch();
    const auto view = watch.toxicity();
    fmt::print("{:<22} {:>11} {:>9} {:>7} {:>9} {:>9} {:>9} {:>8} {:>8}\n", symbol->name(),
               telemetry::with_separators(watch.counters().messages),
               telemetry::with_separators(watch.counters().trades), watch.alerts().total(),
               reading_text(view.order_to_trade), reading_text(view.cancel_to_add),
               reading_text(view.cancel_life_ns, 1e6), reading_text(view.fleeting),
               reading_text(view.flicker));
  }
}

void print_alerts(const std::vector<Raised>& all, std::size_t shown) {
  for (std::size_t i = 0; i < all.size() && i < shown; ++i) {
    const Alert& alert = *all[i].alert;
    fmt::print("\n{} {} {} ({}), score {:.3f}, {} to {}\n", all[i].symbol->name(),
               name_of(alert.kind), side_text(alert.side), name_of(alert.severity), alert.score,
               moment_text(alert.from), moment_text(alert.until));
    for (const Evidence& item : alert.kept())
      fmt::print("  {:<9} {:<4} {:>16} x {:<12} id {:<20} at {}{}\n", name_of(item.role),
                 side_text(item.side), to_text(item.price), to_text(item.qty), item.id,
                 moment_text(item.at),
                 item.placed.ns == 0 ? "" : ", placed " + moment_text(item.placed));
    if (alert.evidence_count > alert.kept().size())
      fmt::print("  ... {} in all\n", alert.evidence_count);
  }
  if (all.size() > shown)
    fmt::print("\n... and {} alerts more; --json FILE holds them\n", all.size() - shown);
}

boost::json::object alert_json(const Raised& raised) {
  const Alert& alert = *raised.alert;
  boost::json::array evidence;
  for (const Evidence& item : alert.kept())
    evidence.push_back(boost::json::object{{"role", name_of(item.role)},
                                           {"id", item.id},
                                           {"side", side_text(item.side)},
                                           {"price", to_text(item.price)},
                                           {"qty", to_text(item.qty)},
                                           {"at", item.at.ns},
                                           {"placed", item.placed.ns}});
  return {{"symbol", raised.symbol->name()},
          {"kind", name_of(alert.kind)},
          {"severity", name_of(alert.severity)},
          {"score", alert.score},
          {"side", side_text(alert.side)},
          {"from", alert.from.ns},
          {"until", alert.until.ns},
          {"evidence_count", alert.evidence_count},
          {"evidence", evidence}};
}

boost::json::object symbol_json(const WatchedSymbol& symbol) {
  const auto& watch = symbol.watch();
  const auto view = watch.toxicity();
  boost::json::object kinds;
  boost::json::object suppressed;
  for (std::size_t k = 0; k < kAlertKinds; ++k) {
    const auto kind = static_cast<AlertKind>(k);
    kinds[name_of(kind)] = watch.alerts().count(kind);
    suppressed[name_of(kind)] = watch.counters().suppressed[k];
  }
  const auto reading = [](const book::analytics::Reading& value) -> boost::json::value {
    if (!value.known()) return nullptr;
    return value.value;
  };
  return {{"messages", watch.counters().messages},
          {"trades", watch.counters().trades},
          {"refused", watch.counters().refused},
          {"untracked", watch.counters().untracked},
          {"hours", symbol.hours()},
          {"alerts", kinds},
          {"suppressed", suppressed},
          {"overwritten", watch.alerts().overwritten()},
          {"order_to_trade", reading(view.order_to_trade)},
          {"cancel_to_add", reading(view.cancel_to_add)},
          {"cancel_life_ns", reading(view.cancel_life_ns)},
          {"fleeting", reading(view.fleeting)},
          {"flicker", reading(view.flicker)}};
}

void write_json(const Pass& pass, const std::vector<Raised>& all,
                const SurveillanceOptions& options) {
  boost::json::object symbols;
  for (const auto& symbol : pass.symbols)
    if (symbol) symbols[symbol->name()] = symbol_json(*symbol);
  boost::json::array alerts;
  for (const Raised& raised : all) alerts.push_back(alert_json(raised));
  const boost::json::object out{{"file", options.file.string()},
                                {"symbols", symbols},
                                {"unwatched_records", pass.unwatched_records},
                                {"alerts", alerts}};
  write_file(options.json, boost::json::serialize(out) + "\n");
}
}  // namespace

int surveillance_command(const SurveillanceOptions& options) {
  Pass pass = read(options, {});
  if (pass.tick_too_coarse()) {  // the file does not state ticks: now they are known
    std::map<std::string, Price> ticks;
    for (const feed::FileSymbol& symbol : pass.file->symbols()) ticks[symbol.name] = symbol.tick;
    pass = read(options, ticks);
  }
  const std::vector<Raised> all = in_time_order(pass);
  if (pass.watched == 0) {
    fmt::print("no record of {}\n",
               options.symbols.empty() ? "any symbol" : comma_separated(options.symbols));
    return 2;
  }
  print_symbols(pass);
  if (pass.unwatched_records != 0)
    fmt::print("{} records of symbols that are not watched; --symbol NAME names those to watch\n",
               telemetry::with_separators(pass.unwatched_records));
  print_alerts(all, options.shown);
  if (!options.json.empty()) write_json(pass, all, options);
  return all.empty() ? 0 : 1;
}
}  // namespace sq::app
