// What recorded facts say about the accounts at venues: trades that were booked, orders that were
// placed outside, what each balance should be, and where engine and venue differ.
// Thread: its owner's. Cost: O(1) a fact but for the few external orders and currencies, which are
// walked; no allocation after construction. Errors: what finds no room is named by its caller.
// Units: money 1e-8 of its currency. Source: controls T02, A05; faults X08, X13, G06.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/messaging/venue_account.hpp"
#include "engine/oms/break_list.hpp"
#include "engine/oms/trade_memory.hpp"
#include "engine/types/instrument.hpp"

namespace sq::oms {
// An order that was found at a venue, by the venue's number for it.
struct ExternalOrder {
  std::uint64_t venue_order_id{0};
  OrderId id{};      // ours for it; epoch 0 when the client id is not of our form
  Qty counted{};     // filled by the venue's count when it was adopted
  WallTime as_of{};  // of that count, the venue's clock
  InstrumentId instrument{kNoInstrument};
  std::uint32_t reserved{0};
};
static_assert(sizeof(ExternalOrder) == 40);

// One currency of one account: opening value plus what the booked fills moved.
struct CashLine {
  VenueId venue{VenueId::None};
  AccountId account{};
  Currency currency{};
  Int128 opening{0};  // from the first comparison, moved by accepted differences
  Int128 moved{0};
  std::int64_t transferred{0};  // told by the venue, and of that what is in `opening`
  std::int64_t transferred_known{0};
  bool opened{false};  // `opening` is known
};

// What one trade moves in up to three currencies.
struct CashMoves {
  struct Move {
    Currency currency{};
    Int128 flow{0};
  };
  std::array<Move, 3> moves{};
  std::uint8_t count{0};
  void add(Currency currency, Int128 flow) noexcept;
};
// Empty when a value does not fit.
[[nodiscard]] CashMoves cash_moves(const Instrument& instrument, const BookedTrade& trade) noexcept;

struct VenueFacts {
  VenueId venue{VenueId::None};
  AccountId account{};
  std::uint64_t answering{0};  // the request whose answer is being told; 0: none
  WallTime history_from{};    // trades before this moment of the venue's clock are not ours to book
  WallTime compared_as_of{};  // of the last complete answer; 0: none yet
  WallTime compared_at{};
  std::uint64_t comparisons{0};
  std::uint64_t clean{0};  // of the last: 1 when nothing differed that is not accepted
};

class AccountFacts {
 public:
  static constexpr std::uint32_t kTradesKept = 1U << 13;
  static constexpr std::size_t kExternalMax = 256;
  static constexpr std::size_t kForeignCurrencies = 64;

  explicit AccountFacts(std::span<const Instrument> instruments);

  // Facts.
  void on_trade(const Instrument& instrument, const BookedTrade& trade, AccountId account) noexcept;
  // A booked trade was taken back or is another one; `fee` is what it costs now.
  void on_corrected(const Instrument& instrument, const TradeCorrected& corrected,
                    const Amount& fee) noexcept;
  // Funding and the like. Positive is received.
  void on_cash(VenueId venue, AccountId account, const Amount& moved) noexcept;
  void on_snapshot(const RecordHeader& record) noexcept;
  void on_balance(const RecordHeader& record) noexcept;
  void on_break(const RecordHeader& record) noexcept;
  // False: no room.
  bool on_adopted(const RecordHeader& record) noexcept;
  void on_ended(OrderId id) noexcept;  // its place may be used again
  void on_epoch_seen(std::uint32_t epoch) noexcept {
    if (epoch > epoch_seen_) epoch_seen_ = epoch;
  }

  [[nodiscard]] const BreakList& breaks() const noexcept { return breaks_; }
  [[nodiscard]] TradeMemory& trades() noexcept { return trades_; }
  [[nodiscard]] const TradeMemory& trades() const noexcept { return trades_; }
  [[nodiscard]] const ExternalOrder* external(InstrumentId instrument,
                                              std::uint64_t venue_order_id) const noexcept;
  [[nodiscard]] const ExternalOrder* external(OrderId id) const noexcept;
  [[nodiscard]] bool has_room() const noexcept;
  // For an order whose client id is not of our form: epoch 0, counting up.
  [[nodiscard]] OrderId next_external_id() const noexcept { return OrderId::make(0, adopted_ + 1); }
  // The highest epoch of an order at a venue; a start takes a higher one.
  [[nodiscard]] std::uint32_t epoch_seen() const noexcept { return epoch_seen_; }
  [[nodiscard]] const std::vector<CashLine>& cash() const noexcept { return cash_; }
  [[nodiscard]] const CashLine* cash(VenueId venue, AccountId account,
                                     Currency currency) const noexcept;
  [[nodiscard]] const std::vector<VenueFacts>& venues() const noexcept { return venues_; }
  [[nodiscard]] const VenueFacts* venue(VenueId venue, AccountId account) const noexcept;
  // Fills and flows that found no room in a fixed table: nothing that needs them is decided then.
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

  void save(StateOut& out) const;
  [[nodiscard]] bool restore(StateIn& in);

 private:
  [[nodiscard]] CashLine* line(VenueId venue, AccountId account, Currency currency) noexcept;
  [[nodiscard]] VenueFacts* venue_of(VenueId venue, AccountId account) noexcept;

  BreakList breaks_;
  TradeMemory trades_{kTradesKept};
  std::vector<ExternalOrder> external_;
  std::vector<bool> external_ended_;
  std::vector<CashLine> cash_;
  std::vector<VenueFacts> venues_;
  std::uint64_t adopted_{0};
  std::uint64_t lost_{0};
  std::uint32_t epoch_seen_{0};
};
}  // namespace sq::oms
