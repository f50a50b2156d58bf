#include "tools/market-simulator/measures.hpp"

#include <algorithm>
#include <cmath>

namespace sq::marketsim {
namespace {
constexpr double kUnit = 1e8;  // of prices and quantities in a Recording

Sample sample(std::string name, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {std::move(name), std::move(values)};
}
double mean_of(const std::vector<double>& values) noexcept {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}
double variance_of(const std::vector<double>& values) noexcept {
  const double mean = mean_of(values);
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

template <class Rows, class Value>
std::vector<double> steps(const Rows& rows, Value value, double unit) {
  std::vector<double> result;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    result.push_back(static_cast<double>(value(rows[i]) - value(rows[i - 1])) / unit);
  }
  return result;
}

// Messages in each window of the given length, empty windows included.
template <class Rows>
std::vector<double> counts(const Rows& rows, std::int64_t window_ns) {
  const std::int64_t first = rows.front().local_ns;
  std::vector<double> result(
      static_cast<std::size_t>((rows.back().local_ns - first) / window_ns + 1));
  for (const auto& row : rows)
    result[static_cast<std::size_t>((row.local_ns - first) / window_ns)] += 1;
  return result;
}

template <class Rows>
void add_burstiness(Measures& measures, const Rows& rows, const std::string& kind) {
  measures.samples.push_back(
      sample(kind + " gap, us", steps(
                                    rows, [](const auto& r) { return r.local_ns; }, 1e3)));
  for (const std::int64_t ms : {1, 10, 100, 1000}) {
    const std::vector<double> in_window = counts(rows, ms * 1'000'000);
    measures.figures.push_back({kind + " variance / mean in " + std::to_string(ms) + " ms",
                                variance_of(in_window) / mean_of(in_window)});
    if (ms < 1000)
      measures.samples.push_back(sample(kind + " per " + std::to_string(ms) + " ms", in_window));
  }
}

// Trades of one market order: same side, same millisecond of matching.
std::vector<double> trades_per_order(const std::vector<TradeRow>& trades,
                                     std::vector<double>& qty) {
  std::vector<double> result;
  for (std::size_t i = 0; i < trades.size(); ++i) {
    const bool same = i > 0 && trades[i].transaction_ms == trades[i - 1].transaction_ms &&
                      trades[i].buyer_is_maker == trades[i - 1].buyer_is_maker;
    if (!same) {
      result.push_back(0);
      qty.push_back(0);
    }
    result.back() += 1;
    qty.back() += static_cast<double>(trades[i].qty) / kUnit;
  }
  return result;
}

// Middle of the touch at the end of each second, in ticks; the last one known where there is no
// message.
std::vector<double> middles(const Recording& recording) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  std::vector<double> result;
  const auto tick = static_cast<double>(recording.tick);
  std::int64_t end = recording.tickers.front().local_ns + kSecond;
  double middle = 0;
  for (const TickerRow& row : recording.tickers) {
    for (; row.local_ns >= end; end += kSecond) result.push_back(middle);
    middle = 0.5 * static_cast<double>(row.bid + row.ask) / tick;
  }
  result.push_back(middle);
  return result;
}

void add_prices(Measures& measures, const Recording& recording) {
  const std::vector<double> middle = middles(recording);
  std::vector<double> returns;
  for (std::size_t i = 1; i < middle.size(); ++i) returns.push_back(middle[i] - middle[i - 1]);
  const double mean = mean_of(returns);
  const double variance = variance_of(returns);
  double fourth = 0;
  for (const double r : returns) fourth += (r - mean) * (r - mean) * (r - mean) * (r - mean);
  measures.figures.push_back({"mid-price variance per s, ticks^2", variance});
  measures.figures.push_back(
      {"mid-price kurtosis of 1 s",
       fourth / static_cast<double>(returns.size()) / (variance * variance)});
  for (const std::size_t lag : {1U, 2U, 5U}) {
    double sum = 0;
    for (std::size_t i = lag; i < returns.size(); ++i)
      sum += (returns[i] - mean) * (returns[i - lag] - mean);
    measures.figures.push_back({"mid-price autocorrelation, lag " + std::to_string(lag) + " s",
                                sum / static_cast<double>(returns.size()) / variance});
  }
  measures.samples.push_back(sample("mid-price return in 1 s, ticks", returns));
}

void add_touch(Measures& measures, const Recording& recording) {
  std::vector<double> spread;
  std::vector<double> size;
  double price_changes = 0;
  const TickerRow* before = nullptr;
  for (const TickerRow& row : recording.tickers) {
    spread.push_back(static_cast<double>((row.ask - row.bid) / recording.tick));
    size.push_back(static_cast<double>(row.bid_qty) / kUnit);
    size.push_back(static_cast<double>(row.ask_qty) / kUnit);
    if (before != nullptr && (before->bid != row.bid || before->ask != row.ask)) price_changes += 1;
    before = &row;
  }
  measures.figures.push_back(
      {"bookTickers with a new price, share", price_changes / static_cast<double>(spread.size())});
  measures.samples.push_back(sample("spread, ticks", std::move(spread)));
  measures.samples.push_back(sample("size at the touch", std::move(size)));
}

void add_depth(Measures& measures, const Recording& recording, double seconds) {
  std::vector<double> levels;
  std::vector<double> span;
  for (const DepthRow& row : recording.depths) {
    levels.push_back(row.levels);
    span.push_back(static_cast<double>(row.last_id - row.first_id));
  }
  std::vector<double> distance;
  double removed = 0;
  for (const LevelChange& change : recording.changes) {
    distance.push_back(static_cast<double>(change.distance / recording.tick));
    if (change.removed) removed += 1;
  }
  measures.figures.push_back(
      {"level changes per s", static_cast<double>(distance.size()) / seconds});
  measures.figures.push_back(
      {"removed levels, share", removed / static_cast<double>(distance.size())});
  measures.samples.push_back(sample("levels per depth message", std::move(levels)));
  measures.samples.push_back(sample("level change behind the touch, ticks", std::move(distance)));
  measures.samples.push_back(sample(
      "depth message gap, ms", steps(
                                   recording.depths, [](const auto& r) { return r.event_ms; }, 1)));
  measures.samples.push_back(sample("update ids in a depth message", std::move(span)));
}

void add_delays(Measures& measures, const Recording& recording) {
  std::vector<double> delay;
  for (const TradeRow& row : recording.trades)
    delay.push_back(static_cast<double>(row.local_ns) / 1e6 - static_cast<double>(row.event_ms));
  for (const DepthRow& row : recording.depths)
    delay.push_back(static_cast<double>(row.local_ns) / 1e6 - static_cast<double>(row.event_ms));
  const double least = *std::min_element(delay.begin(), delay.end());
  for (double& value : delay) value -= least;
  measures.samples.push_back(sample("delay above the least, ms", std::move(delay)));
}
}  // namespace

double Sample::quantile(double p) const noexcept {
  if (sorted.empty()) return 0;
  const auto index = static_cast<std::size_t>(p * static_cast<double>(sorted.size()));
  return sorted[std::min(index, sorted.size() - 1)];
}

Measures measure(const Recording& recording) {
  Measures measures;
  const double seconds =
      static_cast<double>(recording.tickers.back().local_ns - recording.tickers.front().local_ns) /
      1e9;
  measures.figures.push_back(
      {"bookTicker per s", static_cast<double>(recording.tickers.size()) / seconds});
  measures.figures.push_back(
      {"trade per s", static_cast<double>(recording.trades.size()) / seconds});
  measures.figures.push_back(
      {"depth per s", static_cast<double>(recording.depths.size()) / seconds});
  add_burstiness(measures, recording.tickers, "bookTicker");
  add_burstiness(measures, recording.trades, "trade");
  add_touch(measures, recording);
  std::vector<double> qty;
  for (const TradeRow& row : recording.trades) qty.push_back(static_cast<double>(row.qty) / kUnit);
  measures.samples.push_back(sample("size of a trade", std::move(qty)));
  std::vector<double> order_qty;
  measures.samples.push_back(
      sample("trades of a market order", trades_per_order(recording.trades, order_qty)));
  measures.figures.push_back(
      {"market orders per s", static_cast<double>(order_qty.size()) / seconds});
  measures.samples.push_back(sample("size of a market order", std::move(order_qty)));
  add_depth(measures, recording, seconds);
  measures.samples.push_back(
      sample("update ids between bookTickers",
             steps(
                 recording.tickers,
                 [](const auto& r) { return static_cast<std::int64_t>(r.update_id); }, 1)));
  add_prices(measures, recording);
  add_delays(measures, recording);
  return measures;
}

double ks_distance(const Sample& a, const Sample& b) noexcept {
  const double na = static_cast<double>(a.sorted.size());
  const double nb = static_cast<double>(b.sorted.size());
  std::size_t i = 0;
  std::size_t j = 0;
  double largest = 0;
  while (i < a.sorted.size() && j < b.sorted.size()) {
    const double value = std::min(a.sorted[i], b.sorted[j]);
    while (i < a.sorted.size() && a.sorted[i] <= value) ++i;
    while (j < b.sorted.size() && b.sorted[j] <= value) ++j;
    largest =
        std::max(largest, std::abs(static_cast<double>(i) / na - static_cast<double>(j) / nb));
  }
  return largest;
}
}  // namespace sq::marketsim
