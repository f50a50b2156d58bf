// An instrument under surveillance with ordinary seeded order flow, into which tests plant
// patterns. Ordinary: about 15 orders a side within ten ticks of the touch at 10,000 ticks, mostly
// of 100 lots, placed and taken back at random, about one execution a second and side.
#pragma once

#include <optional>
#include <random>
#include <vector>

#include "engine/book/surveillance/surveillance.hpp"

namespace sq::book::surveillance {
constexpr Price kTickOfMarket = Price::from_raw(10'000'000);
constexpr std::int64_t kMiddle = 10'000;

class Market {
 public:
  explicit Market(std::uint64_t seed, SurveillanceSettings settings = {})
      : feed{{.tick = kTickOfMarket, .lot = Qty::from_raw(1), .orders_max = 100'000}},
        watch{with_tick(settings)},
        random_{seed} {}

  std::uint64_t add(Side side, std::int64_t ticks, std::int64_t lots) {
    MarketOrder order;
    order.order_id = ++id_;
    order.side = side;
    order.price = price_of(ticks);
    order.qty = Qty::from_raw(lots);
    send(order);
    return id_;
  }
  void cancel(std::uint64_t id) { send(change(OrderAction::Delete, id, 0)); }
  void reduce(std::uint64_t id, std::int64_t lots) { send(change(OrderAction::Reduce, id, lots)); }
  void execute(std::uint64_t id, std::int64_t lots) {
    MarketOrder order = change(OrderAction::Execute, id, lots);
    order.match_id = ++match_;
    send(order);
  }
  std::uint64_t replace(std::uint64_t id, std::int64_t ticks, std::int64_t lots) {
    MarketOrder order = change(OrderAction::Replace, id, lots);
    order.new_order_id = ++id_;
    order.price = price_of(ticks);
    send(order);
    return id_;
  }
  void trade(Side aggressor, std::int64_t ticks, std::int64_t lots, bool aggressor_known = true) {
    TradePrint print;
    print.first_trade_id = print.last_trade_id = ++match_;
    print.price = price_of(ticks);
    print.qty = Qty::from_raw(lots);
    print.aggressor = aggressor;
    print.aggressor_unknown = aggressor_known ? 0 : 1;
    auto record = make_record(RecordKind::TradePrint, print);
    record.header.venue_time = now;
    watch.on_trade(record.header);
  }
  void wait(std::int64_t ns) { now = now + ns; }

  // Ordinary flow for so long.
  void flow(std::int64_t ns) {
    const WallTime end = now + ns;
    while (true) {
      const auto step = static_cast<std::int64_t>(below(10) + 1) * kNsPerMs;
      if (now + step > end) break;
      now = now + step;
      one();
    }
    now = end;
  }
  // Time enough that a suspicion is decided, in silence.
  void settle() {
    wait(settle_ns);
    watch.on_time(now);
  }
  [[nodiscard]] std::uint64_t count(AlertKind kind) const { return watch.alerts().count(kind); }
  [[nodiscard]] std::uint64_t alerts() const { return watch.alerts().total(); }
  [[nodiscard]] const Alert& last() const { return watch.alerts()[watch.alerts().size() - 1]; }
  [[nodiscard]] bool names(std::uint64_t id) const {
    for (const Evidence& item : last().kept())
      if (item.id == id) return true;
    return false;
  }
  [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  static constexpr std::int64_t settle_ns = 60 * kNsPerMs;
  OrderFeed feed;
  Surveillance watch;
  WallTime now{1'700'000'000 * kNsPerSecond};
  std::uint64_t refused{0};

 private:
  static SurveillanceSettings with_tick(SurveillanceSettings settings) {
    settings.tick = kTickOfMarket;
    return settings;
  }
  static Price price_of(std::int64_t ticks) { return Price::from_raw(ticks * kTickOfMarket.raw()); }
  static MarketOrder change(OrderAction action, std::uint64_t id, std::int64_t lots) {
    MarketOrder order;
    order.action = action;
    order.order_id = id;
    order.qty = Qty::from_raw(lots);
    order.side_known = 0;
    return order;
  }
  void send(const MarketOrder& order) {
    auto record = make_record(RecordKind::MarketOrder, order);
    record.header.venue_time = now;
    const auto outcome = feed.apply(record.header);
    refused += outcome.outcome != l3::Outcome::Ok;
    watch.on_order(record.header, outcome, feed);
  }
  void one() {
    const Side side = below(2) == 0 ? Side::Buy : Side::Sell;
    auto& live = live_[side == Side::Sell];
    if (below(100) == 0 && !live.empty()) {  // the best one trades
      const auto handle = feed.queues().front(0, side);
      const std::uint64_t id = feed.queues().id(handle);
      if (std::erase(live, id) == 0) return;  // a planted one
      return execute(id, feed.queues().lots(handle));
    }
    if (live.size() < 10 || (live.size() < 20 && below(2) == 0)) {
      constexpr std::int64_t kSizes[] = {50, 100, 100, 100, 100, 150, 100, 100, 300, 70};
      const auto away = static_cast<std::int64_t>(below(10)) + 1;
      live.push_back(add(side, kMiddle - sign_of(side) * away, kSizes[below(10)]));
    } else {
      const std::size_t n = below(live.size());
      cancel(live[n]);
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(n));
    }
  }

  std::mt19937_64 random_;
  std::uint64_t id_{0};
  std::uint64_t match_{0};
  std::vector<std::uint64_t> live_[2];
};
}  // namespace sq::book::surveillance
