// The market of a simulated day: several instruments whose depth and trades come in bursts over 24
// hours. Cheap on purpose: a tenth of a microsecond a record, so that thousands of days can be run;
// realism of the flow is the market simulator's (engine/feed/simulated).
// Thread: one. Cost: no allocation after construction. Errors: none.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/messaging/market_data.hpp"
#include "engine/types/instrument.hpp"
#include "tools/chaos/draws.hpp"

namespace sq::chaos {
constexpr std::size_t kShownLevels = 8;

// A depth record with room for every change that one event can make.
struct DepthRecord {
  RecordHeader header{};
  DepthHeader depth{};
  std::array<Level, 2 * kShownLevels + 4> levels{};

  // Bids first; `asks` may be given before: they are moved.
  void set(RecordKind kind, InstrumentId instrument, const std::vector<Level>& bids,
           const std::vector<Level>& asks) noexcept;
};

class Market {
 public:
  // `start`: price of each instrument in ticks. `steps` records over a day from `begin`.
  Market(std::uint64_t seed, std::vector<Instrument> instruments, std::vector<std::int64_t> start,
         WallTime begin, std::uint32_t steps);

  [[nodiscard]] WallTime next_time() const noexcept { return next_; }
  // What happens at next_time(); valid until the next call.
  [[nodiscard]] const RecordHeader& next() noexcept;
  // The whole book as it is, with the id of the last update.
  [[nodiscard]] const DepthRecord& snapshot(InstrumentId id) noexcept;
  [[nodiscard]] std::size_t instruments() const noexcept { return books_.size(); }
  // From here on a record every `gap` until the day ends.
  void calm(std::int64_t gap_ns) noexcept { calm_ns_ = gap_ns; }

 private:
  struct Book {
    Instrument instrument{};
    std::int64_t bid{0};  // best, in ticks
    std::int64_t ask{0};
    std::array<std::int64_t, kShownLevels> bids{};  // lots; index: ticks behind the best
    std::array<std::int64_t, kShownLevels> asks{};
    std::int64_t low{0};  // where the price turns
    std::int64_t high{0};
    std::uint64_t id{0};
    std::uint64_t trade{0};
  };
  [[nodiscard]] std::int64_t lots() noexcept { return draws_.between(1, 4'000); }
  [[nodiscard]] Level level(const Book& book, std::int64_t ticks, std::int64_t lots) const noexcept;
  void move(Book& book, bool up) noexcept;
  void change(Book& book) noexcept;
  void advance_time() noexcept;

  Draws draws_;
  std::vector<Book> books_;
  std::vector<Level> bid_changes_;
  std::vector<Level> ask_changes_;
  DepthRecord depth_;
  DepthRecord snapshot_;
  Record<TradePrint> trade_{};
  WallTime next_{};
  std::int64_t pause_ns_{0};  // mean, between bursts
  std::int64_t calm_ns_{0};
  std::uint32_t burst_{0};  // records left in this burst
};
}  // namespace sq::chaos
