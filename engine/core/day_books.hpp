// What was closed of each venue's days: the books as they stood at the last close, from which the
// next day counts. Folded from records (DayClosed, EpochStarted, settlement prices), so that a
// restart closes no day twice and misses none.
// Thread: its owner's. Cost: array operations; the end of a close walks the venue's lines; no
// allocation after construction. Errors: a record that does not fit is left out.
// Source: scope 6 of the order path (end of day); control T02; fault C04.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/messaging/day_close.hpp"
#include "engine/messaging/record.hpp"
#include "engine/messaging/reference_data.hpp"
#include "engine/types/instrument.hpp"
#include "engine/types/state_bytes.hpp"

namespace sq::core {
// Sums since the first start, as a close had them.
struct ClosedFigures {
  std::int64_t realised{0};
  std::int64_t fees{0};
  std::int64_t funding{0};
  std::int64_t turnover{0};
  std::uint64_t fills{0};
  std::int64_t net{0};       // of the last close that knew it
  std::int64_t net_from{0};  // the day of that close; 0: none
};
// The totals of one account and currency of a venue.
struct ClosedTotal {
  VenueId venue{VenueId::None};
  AccountId account{};
  Currency currency{};
  ClosedFigures figures{};
  DayClosed last{};  // day 0: none yet
};
struct ToldPrice {
  Price price{};
  WallTime at{};
};

class DayBooks {
 public:
  // `strategy_accounts`: index StrategyId; fewer than strategies: the rest is in the first account.
  DayBooks(const std::vector<Instrument>& instruments, std::size_t strategies,
           const std::vector<AccountId>& strategy_accounts);

  void apply(const RecordHeader& record) noexcept;

  // The last day that was closed; empty: none yet.
  [[nodiscard]] std::optional<std::int64_t> closed(VenueId venue) const noexcept;
  // When the log began; 0: not known.
  [[nodiscard]] WallTime began() const noexcept { return began_; }
  [[nodiscard]] const ClosedFigures& line(std::size_t strategy,
                                          std::size_t instrument) const noexcept {
    return lines_[instrument * columns_ + strategy].closed;
  }
  // By venue, as the instruments name them.
  [[nodiscard]] std::span<const ClosedTotal> totals() const noexcept { return totals_; }
  [[nodiscard]] AccountId account(std::size_t strategy) const noexcept {
    return accounts_[strategy];
  }
  [[nodiscard]] const ToldPrice& settlement(std::size_t instrument) const noexcept {
    return settlements_[instrument];
  }

  void save(StateOut& out) const;
  // False: not of as many instruments and strategies.
  [[nodiscard]] bool restore(StateIn& in);

 private:
  struct Line {
    ClosedFigures closed{};
    ClosedFigures pending{};         // of a close that has not ended
    std::uint64_t pending_epoch{0};  // 0: nothing is pending
  };
  struct Venue {
    VenueId venue{VenueId::None};
    std::int64_t day{0};
    std::uint64_t any{0};  // 1: `day` is one
  };
  void on_closed(const RecordHeader& record) noexcept;
  void end_close(const DayClosed& end) noexcept;
  [[nodiscard]] static ClosedFigures figures_of(const DayClosed& told,
                                                const ClosedFigures& before) noexcept;

  std::size_t columns_;                 // strategies and the unallocated one
  std::vector<VenueId> venue_of_;       // [instrument]
  std::vector<AccountId> accounts_;     // [strategy]
  std::vector<Line> lines_;             // [instrument][strategy]
  std::vector<ToldPrice> settlements_;  // [instrument]
  std::vector<ClosedTotal> totals_;
  std::vector<Venue> venues_;
  WallTime began_{};
};
}  // namespace sq::core
