#include "engine/app/parity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <unordered_map>

namespace sq::app {
namespace {
constexpr double kTicksMax = 10.0;  // a mean difference of so many ticks is worth nothing

bool same_lane(const OrderFacts& a, const OrderFacts& b) noexcept {
  return a.strategy == b.strategy && a.instrument == b.instrument && a.side == b.side;
}
std::int64_t apart(const OrderFacts& a, const OrderFacts& b) noexcept {
  return std::abs(a.decided - b.decided);
}

// By client id first; what is left within its lane (strategy, instrument, side), in the order of
// time, to the nearest within the window.
class Matcher {
 public:
  Matcher(const std::vector<OrderFacts>& log, const std::vector<OrderFacts>& made)
      : log_{log}, made_{made}, to_made_(log.size(), kNoOrder), used_(made.size(), false) {}

  std::vector<OrderPair> run() {
    by_id();
    by_lane();
    return collect();
  }

 private:
  using Lane = std::tuple<std::uint16_t, std::uint32_t, Side>;
  static Lane lane_of(const OrderFacts& order) {
    return {index_of(order.strategy), index_of(order.instrument), order.side};
  }

  void by_id() {
    std::unordered_map<std::uint64_t, std::size_t> ids;
    for (std::size_t i = 0; i < made_.size(); ++i)
      if (made_[i].sent) ids[made_[i].id.value] = i;
    for (std::size_t i = 0; i < log_.size(); ++i) {
      if (!log_[i].sent) continue;
      const auto found = ids.find(log_[i].id.value);
      if (found == ids.end()) continue;
      const OrderFacts& other = made_[found->second];
      // An id of the same number after the sessions parted is another order.
      if (!same_lane(log_[i], other) || apart(log_[i], other) > kMatchWindowNs) continue;
      to_made_[i] = found->second;
      used_[found->second] = true;
    }
    id_matched_ = to_made_;
  }

  void by_lane() {
    std::map<Lane, std::vector<std::size_t>> lanes;
    for (std::size_t i = 0; i < made_.size(); ++i)
      if (!used_[i]) lanes[lane_of(made_[i])].push_back(i);
    std::map<Lane, std::size_t> places;
    for (std::size_t i = 0; i < log_.size(); ++i) {
      if (to_made_[i] != kNoOrder) continue;
      const auto found = lanes.find(lane_of(log_[i]));
      if (found == lanes.end()) continue;
      const std::vector<std::size_t>& lane = found->second;
      std::size_t& at = places[found->first];
      while (at < lane.size() && made_[lane[at]].decided - log_[i].decided < -kMatchWindowNs) ++at;
      // A later one of the lane may be nearer; those passed over have no partner.
      while (at + 1 < lane.size() &&
             apart(made_[lane[at + 1]], log_[i]) < apart(made_[lane[at]], log_[i]))
        ++at;
      if (at == lane.size() || apart(made_[lane[at]], log_[i]) > kMatchWindowNs) continue;
      to_made_[i] = lane[at];
      used_[lane[at]] = true;
      ++at;
    }
  }

  std::vector<OrderPair> collect() const {
    std::vector<OrderPair> pairs;
    for (std::size_t i = 0; i < log_.size(); ++i) {
      const std::size_t other = to_made_[i];
      const MatchedBy by = other == kNoOrder            ? MatchedBy::None
                           : id_matched_[i] != kNoOrder ? MatchedBy::Id
                                                        : MatchedBy::Order;
      pairs.push_back({i, other, by});
    }
    for (std::size_t i = 0; i < made_.size(); ++i)
      if (!used_[i]) pairs.push_back({kNoOrder, i, MatchedBy::None});
    const auto time = [this](const OrderPair& pair) {
      return pair.log != kNoOrder ? log_[pair.log].decided : made_[pair.made].decided;
    };
    std::stable_sort(pairs.begin(), pairs.end(),
                     [&](const OrderPair& a, const OrderPair& b) { return time(a) < time(b); });
    return pairs;
  }

  const std::vector<OrderFacts>& log_;
  const std::vector<OrderFacts>& made_;
  std::vector<std::size_t> to_made_;
  std::vector<std::size_t> id_matched_;
  std::vector<bool> used_;
};

bool equal_decision(const OrderFacts& a, const OrderFacts& b) noexcept {
  return a.sent == b.sent && a.type == b.type && a.tif == b.tif && a.limit == b.limit &&
         a.qty == b.qty;
}

ParityComponent decisions(const SessionFacts& log, const SessionFacts& made,
                          const std::vector<OrderPair>& pairs) {
  std::uint64_t equal = 0;
  for (const OrderPair& pair : pairs)
    if (pair.by != MatchedBy::None && equal_decision(log.orders[pair.log], made.orders[pair.made]))
      ++equal;
  const auto all = log.orders.size() + made.orders.size();
  return {"decisions",
          "matched orders decided alike (sent or refused, type, limit, quantity), twice, over all "
          "orders "
          "of both",
          30.0, all == 0 ? 1.0 : 2.0 * static_cast<double>(equal) / static_cast<double>(all),
          fmt::format("{} of {} and {} alike", equal, log.orders.size(), made.orders.size())};
}

// What a quantity is worth, for weighing instruments against each other.
double worth(const SessionFacts& side, const OrderFacts& order, Qty qty) {
  const Instrument& instrument = side.instruments[index_of(order.instrument)];
  return static_cast<double>(qty.raw()) / Qty::kScale * static_cast<double>(order.limit.raw()) /
         Price::kScale * static_cast<double>(instrument.multiplier.raw()) /
         static_cast<double>(decltype(instrument.multiplier)::kScale);
}

ParityComponent filled(const SessionFacts& log, const SessionFacts& made,
                       const std::vector<OrderPair>& pairs) {
  double apart_value = 0.0;
  double all = 0.0;
  for (const OrderPair& pair : pairs) {
    const OrderFacts& order = pair.log != kNoOrder ? log.orders[pair.log] : made.orders[pair.made];
    const Qty a = pair.log == kNoOrder ? Qty{} : log.orders[pair.log].filled;
    const Qty b = pair.made == kNoOrder ? Qty{} : made.orders[pair.made].filled;
    apart_value += worth(log, order, Qty::from_raw(std::abs(a.raw() - b.raw())));
    all += worth(log, order, std::max(a, b));
  }
  return {
      "filled quantity",
      "1 - sum of |filled there - filled here| / sum of the larger, each order at its limit price",
      25.0, all == 0.0 ? 1.0 : 1.0 - apart_value / all,
      fmt::format("{:.2f} of {:.2f} in value apart", apart_value, all)};
}

ParityComponent prices(const SessionFacts& log, const SessionFacts& made, Parity& parity) {
  double sum = 0.0;
  double weight = 0.0;
  for (const OrderPair& pair : parity.orders) {
    if (pair.by == MatchedBy::None) continue;
    const OrderFacts& a = log.orders[pair.log];
    const OrderFacts& b = made.orders[pair.made];
    if (a.filled == Qty{} || b.filled == Qty{}) continue;
    const double tick =
        static_cast<double>(log.instruments[index_of(a.instrument)].tick.raw()) / Price::kScale;
    const double ticks = (b.fill_price() - a.fill_price()) / tick;
    parity.fill_ticks.push_back(ticks);
    const double value = worth(log, a, std::min(a.filled, b.filled));
    sum += std::abs(ticks) * value;
    weight += value;
  }
  ParityComponent made_component{
      "fill price",
      fmt::format("1 - mean |difference of mean fill prices| in ticks, weighed by value, / {:.0f}",
                  kTicksMax),
      20.0, std::nullopt, "no order was filled on both sides"};
  if (weight > 0.0) {
    const double mean = sum / weight;
    made_component.value = std::max(0.0, 1.0 - mean / kTicksMax);
    made_component.detail =
        fmt::format("{:.3f} ticks on the mean of {} orders", mean, parity.fill_ticks.size());
  }
  return made_component;
}

LatencySamples latencies(const SessionFacts& side) {
  LatencySamples samples;
  for (const OrderFacts& order : side.orders) {
    if (order.acknowledged.ns == 0) continue;
    samples.send_to_ack.push_back(order.acknowledged - order.decided);
    if (order.filled_first.ns != 0)
      samples.ack_to_fill.push_back(order.filled_first - order.acknowledged);
  }
  std::sort(samples.send_to_ack.begin(), samples.send_to_ack.end());
  std::sort(samples.ack_to_fill.begin(), samples.ack_to_fill.end());
  return samples;
}

ParityComponent latency(const LatencySamples& log, const LatencySamples& made) {
  double sum = 0.0;
  int parts = 0;
  std::string detail;
  const auto part = [&](const char* name, const auto& a, const auto& b) {
    if (a.empty() || b.empty()) return;
    const double distance = distribution_distance(a, b);
    sum += distance;
    ++parts;
    detail += fmt::format("{}{} {:.3f} apart", detail.empty() ? "" : ", ", name, distance);
  };
  part("send to acknowledgement", log.send_to_ack, made.send_to_ack);
  part("acknowledgement to fill", log.ack_to_fill, made.ack_to_fill);
  return {"latency",
          "1 - mean largest distance of the distributions (Kolmogorov-Smirnov) of send to "
          "acknowledgement and acknowledgement to fill",
          10.0, parts == 0 ? std::nullopt : std::optional{1.0 - sum / parts},
          parts == 0 ? "no acknowledgements on both sides" : detail};
}

ParityComponent profit(const SessionFacts& log, const SessionFacts& made, Parity& parity) {
  std::map<std::pair<std::string, std::string>, ProfitPair> lines;
  const auto line = [&](const PositionLine& of) -> ProfitPair& {
    ProfitPair& pair = lines[{of.strategy, of.instrument}];
    pair.strategy = of.strategy;
    pair.instrument = of.instrument;
    return pair;
  };
  for (const PositionLine& of : log.summary.positions) line(of).log = of.net;
  for (const PositionLine& of : made.summary.positions) line(of).made = of.net;
  double apart_sum = 0.0;
  double larger = 0.0;
  for (const auto& [key, pair] : lines) {
    apart_sum += std::abs(static_cast<double>(pair.log) - static_cast<double>(pair.made));
    larger +=
        std::max(std::abs(static_cast<double>(pair.log)), std::abs(static_cast<double>(pair.made)));
    parity.profits.push_back(pair);
  }
  return {"P&L",
          "1 - sum of |P&L there - P&L here| / sum of the larger, by strategy and instrument; at "
          "least 0",
          15.0, larger == 0.0 ? 1.0 : std::max(0.0, 1.0 - apart_sum / larger),
          fmt::format("{:.2f} {} apart", apart_sum / 1e8, log.summary.base_currency)};
}
}  // namespace

double distribution_distance(const std::vector<std::int64_t>& a,
                             const std::vector<std::int64_t>& b) noexcept {
  double largest = 0.0;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const std::int64_t at = std::min(a[i], b[j]);
    while (i < a.size() && a[i] == at) ++i;
    while (j < b.size() && b[j] == at) ++j;
    largest = std::max(largest, std::abs(static_cast<double>(i) / static_cast<double>(a.size()) -
                                         static_cast<double>(j) / static_cast<double>(b.size())));
  }
  return largest;
}

Parity parity_of(const SessionFacts& log, const SessionFacts& made) {
  Parity parity;
  parity.orders = Matcher{log.orders, made.orders}.run();
  for (const OrderPair& pair : parity.orders) {
    parity.by_id += pair.by == MatchedBy::Id ? 1U : 0U;
    parity.by_order += pair.by == MatchedBy::Order ? 1U : 0U;
    parity.log_only += pair.made == kNoOrder ? 1U : 0U;
    parity.made_only += pair.log == kNoOrder ? 1U : 0U;
  }
  parity.log_latency = latencies(log);
  parity.made_latency = latencies(made);
  parity.components.push_back(decisions(log, made, parity.orders));
  parity.components.push_back(filled(log, made, parity.orders));
  parity.components.push_back(prices(log, made, parity));
  parity.components.push_back(latency(parity.log_latency, parity.made_latency));
  parity.components.push_back(profit(log, made, parity));
  double sum = 0.0;
  double weight = 0.0;
  for (const ParityComponent& component : parity.components) {
    if (!component.value) continue;
    sum += component.weight * *component.value;
    weight += component.weight;
  }
  parity.score = weight == 0.0 ? 100.0 : 100.0 * sum / weight;
  return parity;
}
}  // namespace sq::app
