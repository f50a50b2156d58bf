// Funding that positions paid or received, from the venue's list of income: the user data stream
// says that there was some, not of which symbol. Asked for a few times, later each time: the list
// is behind. Told once each. Thread: the venue's. Cost: requests after a funding time. Errors:
// asked again, then left to reconciliation. Source: protocol facts of binance_futures 5 and 7.
#pragma once

#include <memory>
#include <vector>

#include "venues/binance/entry/rest_lane.hpp"

namespace sq::binance {
class FundingList {
 public:
  explicit FundingList(LinkContext& context)
      : context_{context}, positions_(context.reader.instruments().size()) {}

  // The position when it is settled is what shares it out among strategies.
  void on_position(InstrumentId instrument, Qty position) noexcept;
  void expect(WallTime at, MonoTime now) noexcept;
  // Null: nothing has to be asked now.
  [[nodiscard]] std::unique_ptr<Errand> due();

 private:
  class Ask;
  void tell(const ToldIncome& income);

  LinkContext& context_;
  std::vector<Qty> positions_;       // as the reader's instruments
  std::vector<std::uint64_t> told_;  // the newest of them
  WallTime from_{};
  int attempts_{0};
  MonoTime due_{};
};
}  // namespace sq::binance
