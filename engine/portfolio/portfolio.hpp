// Positions, cash and fees per strategy and instrument: the books of the firm.
// Thread: its owner's (the core; the admin's fold has one of its own). Cost: array operations.
// Errors: a fill whose value does not fit 64 bits is refused and counted; the caller halts trading.
// Units: quantity 1e-8, money 1e-8 of the instrument's settlement currency.
// Identity, exact at all times, per strategy and instrument:
//   cash = realised - (cost of the open position, signed) - fees + funding
// The last fills are kept (fill_window.hpp), so that one that the venue takes back or corrects can
// be taken out of the books as if it had never been in them: control T04, fault X17.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/messaging/account.hpp"
#include "engine/messaging/orders.hpp"
#include "engine/portfolio/fill_window.hpp"
#include "engine/portfolio/position.hpp"
#include "engine/types/state_bytes.hpp"

namespace sq::portfolio {
struct StrategyLedger {  // one strategy in one instrument
  Position position{};
  std::int64_t cash{0};         // flows minus fees
  std::int64_t fees{0};         // valued in the settlement currency; negative: rebates won
  std::int64_t funding{0};      // received, contained in cash
  std::int64_t turnover{0};     // sum of fill values; saturates
  std::uint64_t fills{0};
  std::uint64_t maker_fills{0};
  std::uint64_t unvalued_fees{0};  // fills charged in a third currency: not in fees and cash
};

struct Booked {
  FillBooked decision{};
  Qty position_delta{};
  std::int64_t cash_delta{0};
};

struct CorrectedTrade {
  TradeCorrected decision{};
  InstrumentId instrument{kNoInstrument};  // of the books, which may not be the order's
  Qty position_delta{};
  std::int64_t cash_delta{0};
};

class Portfolio {
 public:
  Portfolio(std::vector<Instrument> instruments, std::size_t strategies,
            std::size_t fills_remembered = kFillsRemembered);

  // Applies a fill report of an order. Strategy kNoStrategy books to the unallocated ledger.
  [[nodiscard]] std::optional<Booked> on_fill(const OrderRequest& order, InstrumentId instrument,
                                              const OrderReport& fill) noexcept;

  // Splits what an account paid or received over the ledgers by their positions, toward zero; what
  // is left over, and what they cannot explain, goes to the unallocated one: the lines add up to
  // the amount. Valid until the next call. Empty: does not fit, nothing is booked.
  [[nodiscard]] std::optional<std::span<const FundingBooked>> on_funding(
      const FundingSettled& funding, InstrumentId instrument) noexcept;
  // The venue's last word about the margin of the instrument's position; null: it never spoke.
  [[nodiscard]] const VenueAccount* venue_account(InstrumentId instrument) const noexcept {
    const VenueAccount& last = venue_accounts_[index_of(instrument)];
    return last.currency == Currency{} ? nullptr : &last;
  }
  void set_venue_account(InstrumentId instrument, const VenueAccount& account) noexcept {
    venue_accounts_[index_of(instrument)] = account;
  }
  // Takes a booked fill out of the books (a report of kind Busted) or puts in its place what it truly
  // was (Corrected). Position, cash, cost and realised P&L are then those of the same fills without
  // it. Empty, and nothing changed: the fill is not remembered, or the result does not fit.
  [[nodiscard]] std::optional<CorrectedTrade> on_correction(const OrderRequest& order,
                                                            const OrderReport& report) noexcept;
  // Changes a position by hand or by reconciliation, as a trade without an order that is remembered
  // like a fill.
  [[nodiscard]] std::optional<Booked> adjust(StrategyId strategy, InstrumentId instrument,
                                             Side side, Price price, Qty qty) noexcept;

  [[nodiscard]] const StrategyLedger& ledger(StrategyId strategy,
                                             InstrumentId instrument) const noexcept;
  // Sum over strategies, unallocated included.
  [[nodiscard]] Qty position(InstrumentId instrument) const noexcept;
  [[nodiscard]] const std::vector<Instrument>& instruments() const noexcept { return instruments_; }
  [[nodiscard]] std::size_t strategies() const noexcept { return strategies_; }
  [[nodiscard]] std::uint64_t refused_fills() const noexcept { return refused_fills_; }

  // restore(): false when the bytes are not of as many instruments and strategies.
  void save(StateOut& out) const;
  [[nodiscard]] bool restore(StateIn& in);

 private:
  [[nodiscard]] std::size_t index_of_ledger(StrategyId strategy,
                                            InstrumentId instrument) const noexcept;
  [[nodiscard]] StrategyLedger& at(StrategyId strategy, InstrumentId instrument) noexcept;
  void count(StrategyLedger& ledger, const RememberedFill& fill, std::int64_t traded,
             std::int64_t sign) const noexcept;

  std::vector<Instrument> instruments_;
  std::size_t strategies_;
  std::vector<StrategyLedger> ledgers_;  // [instrument][strategy], the last is unallocated
  std::vector<VenueAccount> venue_accounts_;  // [instrument]
  std::vector<FundingBooked> funding_lines_;  // of the last settlement
  FillWindow window_;
  std::uint64_t refused_fills_{0};
};

// P&L of a ledger at a mark: realised + unrealised - fees + funding. Empty: does not fit.
[[nodiscard]] std::optional<std::int64_t> net_pnl(const StrategyLedger& ledger,
                                                  const Instrument& instrument,
                                                  Price mark) noexcept;
}  // namespace sq::portfolio
