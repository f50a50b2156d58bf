// What the oracle hears, made by hand: a book at 60,000.0 / 60,000.1, orders, what becomes of them.
#pragma once

#include "tools/chaos/day_setup.hpp"
#include "tools/chaos/market.hpp"
#include "tools/chaos/oracle.hpp"

namespace sq::chaos {

inline constexpr InstrumentId kBtc{0};
inline constexpr StrategyId kFirst{0};

// An oracle that has seen a book at 60,000.0 / 60,000.1 and armed strategies.
struct Wire {
  Mood mood;
  Oracle oracle{oracle_setup(day_core(1, mood))};
  std::uint64_t counter{0};
  std::uint64_t trade{0};
  MonoTime now{1'000 * kNsPerSecond};
  std::uint64_t depth_id{10};

  Wire() {
    for (std::uint16_t s = 0; s < 3; ++s)
      oracle.strategy_state(StrategyId{s}, StrategyState::Armed);
    book(RecordKind::DepthSnapshot, 600'000, 600'001);
  }
  static Price price(std::int64_t ticks) { return Price::from_raw(ticks * 100'000'000); }
  static Qty lots(std::int64_t n) { return Qty::from_raw(n * 100'000); }

  void book(RecordKind kind, std::int64_t bid, std::int64_t ask, std::uint64_t skipped = 0) {
    DepthRecord record;
    record.depth.previous_id = depth_id + skipped;
    record.depth.first_id = record.depth.previous_id + 1;
    record.depth.last_id = depth_id = record.depth.first_id;
    record.depth.chain = DepthChain::Linked;
    record.set(kind, kBtc, {{price(bid), lots(5)}}, {{price(ask), lots(5)}});
    record.header.mono = now;
    oracle.market(record.header);
  }
  OrderRequest order(Side side, std::int64_t ticks, std::int64_t n) {
    OrderRequest request;
    request.id = OrderId::make(1, ++counter);
    request.strategy = kFirst;
    request.side = side;
    request.limit = price(ticks);
    request.qty = lots(n);
    return request;
  }
  OrderId send(const OrderRequest& request, bool logged = true) {
    auto record = make_record(RecordKind::OrderSent, request);
    record.header.instrument = kBtc;
    record.header.mono = now;
    oracle.logged(request.id);
    oracle.sent(record.header, logged);
    return request.id;
  }
  OrderId buy(std::int64_t n) { return send(order(Side::Buy, 599'990 - price_of_next(), n)); }
  // No two orders are alike.
  [[nodiscard]] std::int64_t price_of_next() const { return static_cast<std::int64_t>(counter); }
  void says(OrderId id, ReportKind kind, std::int64_t n = 0, std::int64_t ticks = 599'990) {
    OrderReport report;
    report.id = id;
    report.kind = kind;
    if (n != 0) {
      report.trade_id = ++trade;
      report.last_qty = lots(n);
      report.last_price = price(ticks);
    }
    oracle.executed(report);
  }
  void cancel(OrderId id, StrategyId strategy = kFirst) {
    CancelRequest request;
    request.id = id;
    request.strategy = strategy;
    auto record = make_record(RecordKind::CancelSent, request);
    record.header.instrument = kBtc;
    record.header.mono = now;
    oracle.sent(record.header, true);
  }
  [[nodiscard]] bool complains_of(const char* words) const {
    return oracle.complaint().find(words) != std::string::npos;
  }
};
}  // namespace sq::chaos
