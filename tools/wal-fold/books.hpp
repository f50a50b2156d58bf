// Orders, positions, cash, fees and realised P&L folded from recorded facts, by rules written down
// here once more, without the engine's code.
//
// State: sent is pending-new. accepted opens; rejected, cancelled, expired, not-sent end, also as a
// status; unknown counts before any other answer. A fill counts once per order and trade id, however
// late; it ends the order when all is filled, else leaves it open. An order that ended, or was all
// filled, by a count that the fills have not reached awaits fills. Nothing is rejected or not sent
// of which something was filled; a status with a smaller count than the fills is old. While a cancel
// is out, open reads pending-cancel; a rejected cancel takes that back. After an end only fills
// count. Money, 1e-8 of the settlement currency: a fill's value is
// |price x quantity x multiplier| (inverse: quantity x multiplier / price), away from zero where it
// is paid, toward zero where it is received; buys pay, inverse buys receive. Opening adds the value
// to the cost; reducing removes cost x closed / held toward zero, all of it with the last unit;
// realised is value minus cost removed where received, the other way round where paid. A fill that
// turns a position closes first: of its value, closed / quantity toward zero belongs to the closing
// part. A fee in the base currency is a disposal at the fill price (a rebate a purchase) whose
// value is the fee. cash = values received - paid - fees.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tools/wal-fold/log_bytes.hpp"

namespace fold {
__extension__ using Wide = __int128;

struct InstrumentFacts {
  std::uint16_t venue{0};
  std::uint8_t kind{0};
  std::string symbol, base, quote, settle;
  std::int64_t multiplier{100'000'000};
};

struct OrderFacts {
  std::uint32_t instrument{0};
  std::uint16_t strategy{0};
  bool buy{true};
  std::uint8_t state{0};
  bool cancel_out{false};
  std::uint8_t venue_end{0};    // state in which the venue says it ended
  std::int64_t venue_count{0};  // most that the venue said was filled
  std::int64_t limit{0};
  std::int64_t qty{0};
  std::int64_t filled{0};
  std::set<std::uint64_t> trades;
};

struct Holding {
  std::int64_t qty{0};
  std::int64_t cost{0};
  std::int64_t realised{0};
  std::int64_t cash{0};
  std::int64_t fees{0};
  std::int64_t funding{0};
  std::uint64_t fills{0};
};

class Books {
 public:
  void see(const Record& record);

  using OrderMap = std::map<std::uint64_t, OrderFacts>;
  using Place = std::pair<std::uint16_t, std::uint32_t>;  // strategy, instrument
  [[nodiscard]] const OrderMap& orders() const { return orders_; }
  [[nodiscard]] const std::map<Place, Holding>& holdings() const { return holdings_; }
  [[nodiscard]] const std::map<std::uint32_t, InstrumentFacts>& instruments() const {
    return instruments_;
  }
  [[nodiscard]] std::uint32_t epoch() const { return epoch_; }
  [[nodiscard]] std::uint64_t fills() const { return fills_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] std::uint64_t days_closed() const { return days_closed_; }
  [[nodiscard]] bool kill_latched() const { return kill_latched_; }
  // Fills whose FillBooked is not in the log: none, or the last one before a kill.
  [[nodiscard]] std::size_t unbooked() const { return unbooked_.size(); }
  // Where the engine's own decisions say something else than these books; the first thousand.
  [[nodiscard]] const std::vector<std::string>& mismatches() const { return mismatches_; }

 private:
  struct FillResult {
    std::int64_t position_after{0};
    std::int64_t realised{0};
    std::int64_t fee{0};
  };
  struct Trade {
    std::int64_t flow{0};
    std::int64_t realised{0};
  };
  struct ClosedLine {  // as the last close of a day had it
    std::int64_t realised{0};
    std::int64_t fees{0};
    std::int64_t funding{0};
    std::int64_t net{0};  // of the last one that knew it
    std::int64_t net_from{0};
    std::uint64_t fills{0};
  };
  struct DayBegun {
    std::int64_t day{0};
    std::uint32_t epoch{0};
    std::map<Place, ClosedLine> lines;
    ClosedLine totals;
  };
  // days.cpp
  void on_day_closed(const Record& record);
  void end_day(const Record& record, std::uint16_t venue);
  [[nodiscard]] bool unrealised_of(std::uint32_t instrument, const Holding& held,
                                   std::int64_t mark, std::int64_t& unrealised) const;

  void on_sent(const Record& record);
  void on_cancel(const Record& record);
  void on_report(const Record& record);
  static void settle(OrderFacts& order);
  void on_fill(std::uint64_t sequence, std::uint64_t id, OrderFacts& order,
               const std::byte* report);
  void on_changed(const Record& record);
  void on_booked(const Record& record);
  void on_funding(const Record& record);
  void on_account(const Record& record);
  void mismatch(std::uint64_t sequence, const std::string& what);
  static bool trade(const InstrumentFacts& instrument, Holding& holding, bool buy,
                    std::int64_t price, std::int64_t qty, Trade& result);

  OrderMap orders_;
  std::map<Place, Holding> holdings_;
  std::map<std::uint32_t, InstrumentFacts> instruments_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, FillResult> unbooked_;  // order id, trade id
  std::vector<std::string> mismatches_;
  std::map<Place, ClosedLine> closed_;
  std::map<std::uint16_t, DayBegun> days_begun_;
  std::uint64_t days_closed_{0};
  std::uint32_t epoch_{0};
  std::uint64_t fills_{0};
  std::uint64_t refused_{0};
  bool kill_latched_{false};
};
}  // namespace fold
