// One venue's answer about an account, collected and compared with the engine's books.
// Rules (README.md, Reconciliation):
//   - only a complete answer is compared; one that is cut off or lacks a record proves nothing
//   - what was on its way does not count: orders sent, or changed, after the request; fills stamped
//     after the answer's moment are taken off before positions and balances are compared; a fill
//     stamped with that very moment, or without a stamp, leaves them undecided
//   - a difference is `certain` where no delay can explain it; the caller wants the others twice
// Thread: the core's. Cost: a record O(1); compare() n log n in the working orders. No allocation
// after construction. Errors: an answer larger than the fixed room is not complete.
// Source: controls T02, A05, A12; faults X08, X13, X16, G06.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/messaging/venue_account.hpp"
#include "engine/oms/account_facts.hpp"
#include "engine/oms/order_life.hpp"
#include "engine/portfolio/portfolio.hpp"

namespace sq::oms {
// A list of trades begins so long before the last one ended: venues show trades late.
constexpr std::int64_t kListedAgainNs = 90 * kNsPerSecond;

// Off by so much a balance without open positions may be where the venue tells average entries
// only, which are rounded: 1e-5 of the currency a position.
constexpr std::int64_t kEntrySlack = 1'000;

struct Difference {
  BreakChanged subject{};  // number, state and times are the caller's
  InstrumentId instrument{kNoInstrument};
  bool certain{false};
  bool undecided{false};  // could not be told this time: nothing opens and nothing is resolved
};

class Reconciliation {
 public:
  static constexpr std::size_t kDifferencesMax = 1'024;
  static constexpr std::size_t kFillsMax = 8'192;  // booked while an answer is awaited
  static constexpr std::size_t kCurrenciesMax = 256;
  // An order that is Unknown for longer is a break, although the venue is still being asked.
  static constexpr std::int64_t kUnknownForNs = 60 * kNsPerSecond;

  Reconciliation(VenueId venue, AccountId account, std::vector<InstrumentId> instruments,
                 std::uint32_t orders);

  // A new request is out: what was told of an older one no longer counts.
  void start(std::uint64_t request, MonoTime now, WallTime trades_from) noexcept;
  void stop() noexcept { request_ = 0; }
  [[nodiscard]] bool waiting() const noexcept { return request_ != 0; }
  [[nodiscard]] std::uint64_t request() const noexcept { return request_; }
  [[nodiscard]] VenueId venue() const noexcept { return venue_; }
  [[nodiscard]] AccountId account() const noexcept { return account_; }
  [[nodiscard]] const std::vector<InstrumentId>& instruments() const noexcept {
    return instruments_;
  }
  [[nodiscard]] WallTime as_of() const noexcept { return as_of_; }
  [[nodiscard]] MonoTime requested_at() const noexcept { return requested_at_; }

  // Parts of the answer; those of another request are left aside.
  void on_begin(const RecordHeader& record) noexcept;
  void on_order(const RecordHeader& record) noexcept;
  void on_position(const RecordHeader& record) noexcept;
  void on_balance(const RecordHeader& record) noexcept;
  void on_trade() noexcept;
  // A trade that is told again and not as it was booked, or of an order that nobody sent.
  void on_differing_trade(const RecordHeader& record, const BookedTrade& booked,
                          BreakKind kind) noexcept;
  // Found by the caller; told by the next compare().
  void note(const Difference& found) noexcept;
  // Booked, from whatever source, while the answer is awaited.
  void on_booked(const BookedTrade& trade, const Instrument& instrument) noexcept;
  // Money moved that bears no stamp: funding.
  void on_cash_moved() noexcept { cash_moved_ = true; }
  // The answer is whole: compare() may be asked. The request is done either way.
  [[nodiscard]] bool on_end(const RecordHeader& record) noexcept;

  // Orders that work there and are not known, or known as ended: visit(VenueOrder, instrument,
  // order or null). After on_end().
  template <class Visit>
  void for_each_unknown(OrderLife& orders, const AccountFacts& facts, Visit&& visit) noexcept {
    for (const ToldOrder& told : orders_) {
      Order* order = find(orders.pool(), facts, told);
      if (order != nullptr && order->working()) continue;
      visit(told.told, told.instrument, order);
    }
  }
  // What differs. Orders to be asked about: to_ask().
  [[nodiscard]] const std::vector<Difference>& compare(OrderLife& orders,
                                                       const portfolio::Portfolio& books,
                                                       const AccountFacts& facts,
                                                       MonoTime now) noexcept;
  [[nodiscard]] const std::vector<OrderId>& to_ask() const noexcept { return to_ask_; }
  [[nodiscard]] std::uint64_t compared() const noexcept { return compared_; }
  [[nodiscard]] bool overflow() const noexcept { return overflow_; }

 private:
  struct ToldOrder {
    VenueOrder told{};
    InstrumentId instrument{kNoInstrument};
    OrderId id{};  // ours for it; 0: none
  };
  struct Since {
    BookedTrade trade{};
    CashMoves cash{};
  };
  [[nodiscard]] Order* find(OrderPool& orders, const AccountFacts& facts,
                            const ToldOrder& told) const noexcept;
  void compare_orders(OrderLife& orders, const AccountFacts& facts, MonoTime now) noexcept;
  void compare_told(const ToldOrder& told, const Order& order) noexcept;
  void compare_untold(const Order& order, MonoTime now) noexcept;
  void compare_trades(const AccountFacts& facts) noexcept;
  void compare_positions(const portfolio::Portfolio& books) noexcept;
  // What the open positions that settle in a currency cost by the venue; `slack`: how far off it
  // may be where the venue tells the average entry only. Empty: not told.
  struct OpenCost {
    Int128 value{0};
    Int128 slack{0};
  };
  [[nodiscard]] std::optional<OpenCost> open_cost(const portfolio::Portfolio& books,
                                                  Currency currency) const noexcept;
  void compare_balances(const portfolio::Portfolio& books, const AccountFacts& facts) noexcept;
  void compare_balance(const CashLine& line, const VenueBalance& told, const OpenCost& cost,
                       bool ambiguous) noexcept;
  Difference* add(BreakKind kind, InstrumentId instrument, std::int64_t here,
                  std::int64_t there) noexcept;
  Difference* add_order(BreakKind kind, const Order& order, std::int64_t here,
                        std::int64_t there) noexcept;
  [[nodiscard]] bool ours(InstrumentId instrument) const noexcept;

  VenueId venue_;
  AccountId account_;
  std::vector<InstrumentId> instruments_;
  std::vector<ToldOrder> orders_;
  std::vector<VenuePosition> positions_;  // as instruments_; flat unless told
  std::vector<VenueBalance> balances_;
  std::vector<Since> since_;
  std::vector<Difference> early_;  // found while the answer came in
  std::vector<Difference> found_;
  std::vector<OrderId> to_ask_;
  Difference no_room_{};
  std::uint64_t request_{0};
  std::uint64_t answered_{0};  // the request that was answered last
  MonoTime requested_at_{};
  WallTime trades_from_{};
  WallTime as_of_{};
  std::uint32_t positions_told_{0};
  std::uint32_t trades_told_{0};
  std::uint64_t compared_{0};
  bool begun_{false};
  bool cash_moved_{false};
  bool since_lost_{false};
  bool overflow_{false};
};
}  // namespace sq::oms
