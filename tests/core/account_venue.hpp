// A venue's account for tests of reconciliation, written from the words of venue_account.hpp and
// shared with nothing of the engine but the records: orders, trades, position and balance as the
// venue truly has them, and an answer that a test may damage.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "engine/messaging/venue_account.hpp"
#include "tests/core/core_fixture.hpp"

namespace sq::test {
enum class Tells : std::uint8_t {
  Flows,          // every payment in full
  Wallet,         // with what the open position cost, told exactly
  WalletByEntry,  // with what it cost, told as an average entry price
};

class AccountVenue {
 public:
  Tells tells{Tells::Flows};
  struct Working {
    OrderId id{};
    Side side{Side::Buy};
    std::int64_t tenths{0};
    std::int64_t qty{0};  // 1e-8
    std::int64_t filled{0};
  };
  struct Trade {
    std::uint64_t id{0};
    OrderId order{};
    std::uint64_t venue_order{0};
    Side side{Side::Buy};
    std::int64_t tenths{0};
    std::int64_t qty{0};
    std::int64_t fee{0};
    WallTime at{};
  };
  std::map<std::uint64_t, Working> orders;  // by the venue's number
  std::map<std::uint64_t, Working> ended;
  std::vector<Trade> trades;
  std::int64_t position{0};  // 1e-8
  Int128 cost{0};            // of it by average, signed like it; 1e-8
  std::int64_t cash{1'000'000'000'000'000};
  std::int64_t transferred{0};
  std::uint64_t next_order{1};
  std::uint64_t next_trade{1};

  std::uint64_t accept(const OrderRequest& order) {
    orders[next_order] = {order.id, order.side, order.limit.raw() * 10 / Price::kScale,
                          order.qty.raw(), 0};
    return next_order++;
  }
  // Somebody else's, without an id of ours.
  std::uint64_t place(Side side, std::int64_t tenths, std::int32_t units, OrderId id = {}) {
    orders[next_order] = {id, side, tenths, std::int64_t{units} * Qty::kScale, 0};
    return next_order++;
  }
  Trade& fill(std::uint64_t number, std::int64_t qty, WallTime at, std::int64_t fee = 0) {
    Working& order = orders.at(number);
    order.filled += qty;
    carry(order.side == Side::Buy ? qty : -qty, order.tenths);
    position += order.side == Side::Buy ? qty : -qty;
    // Tenths and whole units: no rounding.
    const std::int64_t value = order.tenths * (qty / 10);
    cash += (order.side == Side::Buy ? -value : value) - fee;
    trades.push_back({next_trade++, order.id, number, order.side, order.tenths, qty, fee, at});
    if (order.filled == order.qty) end(number);
    return trades.back();
  }
  // Average cost of the position that `delta` leads to.
  void carry(std::int64_t delta, std::int64_t tenths) {
    const bool closes = position != 0 && (position > 0) != (delta > 0);
    const std::int64_t size = delta < 0 ? -delta : delta;
    const std::int64_t held = position < 0 ? -position : position;
    const std::int64_t closed = closes ? std::min(size, held) : 0;
    if (closed != 0) cost -= cost * closed / held;
    const Int128 opened = Int128{tenths} * ((size - closed) / 10);
    cost += delta > 0 ? opened : -opened;
  }
  void end(std::uint64_t number) {
    ended[number] = orders.at(number);
    orders.erase(number);
  }

  // Kinds of records of the answer to leave out, once each: a damaged answer.
  std::optional<RecordKind> lost;
  // Trades that the list does not show yet.
  std::size_t hidden_trades{0};
};

// A core that is connected with such a venue by hand: the test says when what arrives.
struct AccountDesk : CoreFixture {
  AccountVenue there;
  std::size_t answered{0};  // requests

  explicit AccountDesk(const std::function<void(core::CoreSetup&)>& change = {})
      : CoreFixture{[change](core::CoreSetup& setup) {
          setup.reconcile_ns = 30 * kNsPerSecond;
          setup.order_capacity = 256;
          setup.instruments[0].limits.position_max = Qty::from_units(2'000);
          setup.instruments[0].limits.open_orders_max = 100;
          setup.strategies[0].limits.open_orders_max = 100;
          setup.firm.open_orders_max = 200;
          if (change) change(setup);
        }} {}

  WallTime now() const { return kStart + at_ms * kNsPerMs; }
  [[nodiscard]] std::vector<AccountQuery> asked() const {
    std::vector<AccountQuery> found;
    for (const RecordHeader* record : journal.of(RecordKind::QuerySent))
      if (is_payload<AccountQuery>(*record)) found.push_back(payload_of<AccountQuery>(*record));
    return found;
  }
  [[nodiscard]] std::vector<BreakChanged> breaks(BreakState state) const {
    std::vector<BreakChanged> found;
    for (const RecordHeader* record : journal.of(RecordKind::BreakChanged))
      if (payload_of<BreakChanged>(*record).state == state)
        found.push_back(payload_of<BreakChanged>(*record));
    return found;
  }
  [[nodiscard]] StrategyState state() const { return core.ledger().strategy_state(StrategyId{0}); }
  [[nodiscard]] const std::vector<oms::Break>& open() const {
    return core.ledger().accounts().breaks().open();
  }

  template <class P>
  void tell(RecordKind kind, const P& payload, WallTime venue_time, std::uint32_t& count) {
    ++count;
    if (there.lost == kind) {
      there.lost.reset();
      return;
    }
    auto record = make_record(kind, payload);
    record.header.instrument = kBtc;
    record.header.venue_time = venue_time;
    give(record.header);
  }
  static OrderReport report_of(const AccountVenue::Trade& trade, ReportKind kind) {
    OrderReport made;
    made.id = trade.order;
    made.venue_order_id = trade.venue_order;
    made.trade_id = trade.id;
    made.last_price = price(trade.tenths);
    made.last_qty = Qty::from_raw(trade.qty);
    made.fee = {*Currency::parse("USDT"), trade.fee};
    made.kind = kind;
    made.side = static_cast<std::uint8_t>(trade.side);
    return made;
  }
  // The whole answer to the last request, as the account is now.
  void answer() {
    const AccountQuery query = asked().back();
    answered = asked().size();
    VenueSnapshot marks;
    marks.request = query.request;
    marks.venue = query.venue;
    std::uint32_t ignored = 0;
    tell(RecordKind::VenueSnapshot, marks, now(), ignored);
    for (const auto& [number, order] : there.orders) {
      VenueOrder told;
      told.request = query.request;
      told.id = order.id;
      told.venue_order_id = number;
      told.limit = price(order.tenths);
      told.qty = Qty::from_raw(order.qty);
      told.filled = Qty::from_raw(order.filled);
      told.side = order.side;
      tell(RecordKind::VenueOrder, told, now(), marks.orders);
    }
    VenuePosition position;
    position.request = query.request;
    position.position = Qty::from_raw(there.position);
    position.entry = price(10'000);
    if (there.tells != Tells::Flows && there.position != 0)
      position.entry =
          Price::from_raw(static_cast<std::int64_t>(there.cost * Price::kScale / there.position));
    if (there.tells == Tells::Wallet) {
      position.cost = static_cast<std::int64_t>(there.cost);
      position.cost_told = 1;
    }
    tell(RecordKind::VenuePosition, position, now(), marks.positions);
    VenueBalance balance;
    balance.request = query.request;
    balance.venue = query.venue;
    balance.total = {*Currency::parse("USDT"), there.cash};
    if (there.tells != Tells::Flows) {
      balance.basis = BalanceBasis::Realised;
      balance.total.raw += static_cast<std::int64_t>(there.cost);
    }
    balance.transferred = there.transferred;
    tell(RecordKind::VenueBalance, balance, now(), marks.balances);
    for (std::size_t i = 0; i + there.hidden_trades < there.trades.size(); ++i) {
      const AccountVenue::Trade& trade = there.trades[i];
      if (trade.at < query.trades_from) continue;
      tell(RecordKind::OrderReport, report_of(trade, ReportKind::Trade), trade.at, marks.trades);
    }
    marks.phase = SnapshotPhase::End;
    marks.complete = 1;
    tell(RecordKind::VenueSnapshot, marks, now(), ignored);
  }
  void tick(std::int64_t ms) {
    at_ms += ms;
    empty_input(RecordKind::TimeTick);
  }
  // Until the core has asked again, then the answer.
  void next_answer() {
    for (int i = 0; i < 100 && asked().size() == answered; ++i) tick(1'000);
    tick(10);
    answer();
    tick(10);
  }
  // A live report of a trade, as the venue stamps it.
  void tell_fill(const AccountVenue::Trade& trade) {
    std::uint32_t ignored = 0;
    tell(RecordKind::OrderReport, report_of(trade, ReportKind::Filled), trade.at, ignored);
  }
  void tell_accepted(OrderId id, std::uint64_t number) {
    OrderReport accepted;
    accepted.id = id;
    accepted.venue_order_id = number;
    input(RecordKind::OrderReport, accepted, kBtc);
  }
  void command(Command what, std::uint32_t number, std::string_view who) {
    AdminCommand made;
    made.command = what;
    made.request = number;
    made.who = FixedText<24>{who};
    input(RecordKind::AdminCommand, made);
  }
};
}  // namespace sq::test
