// The last fills over all books, and each book's position before the first of them that is kept:
// what a position would be if one of them had not been is found by going through them again.
// Thread: its owner's. Cost: a store a fill; a correction goes through the whole window. No
// allocation after construction. Errors: empty when values do not fit. Bound: kFillsRemembered
// fills, over all strategies and instruments; a trade that is older cannot be taken back. Units: as
// engine/portfolio/position.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/messaging/orders.hpp"
#include "engine/portfolio/position.hpp"
#include "engine/types/state_bytes.hpp"

namespace sq::portfolio {
constexpr std::size_t kFillsRemembered = 1U << 14;

struct RememberedFill {
  OrderId order{};
  std::uint64_t trade_id{0};
  Price price{};
  Qty qty{};  // 0: busted
  Amount fee{};
  std::uint32_t ledger{0};  // index in Portfolio
  Side side{Side::Buy};
  std::uint8_t maker{0};
  std::uint8_t reserved[2]{};
};

// What one fill does to a position and to cash; the disposal of a fee in the base asset included.
struct FillEffect {
  std::int64_t flow{0};    // signed: negative is paid
  std::int64_t traded{0};  // of that, the trade itself
  std::int64_t realised{0};
  std::int64_t fee{0};   // in the settlement currency; 0 when it cannot be valued
  bool unvalued{false};  // charged in a third currency
};
[[nodiscard]] std::optional<FillEffect> apply_fill(Position& position, const Instrument& instrument,
                                                   const RememberedFill& fill) noexcept;

class FillWindow {
 public:
  FillWindow(std::size_t capacity, std::size_t ledgers);

  // `instrument`: of the fill that leaves the window for this one, if one does.
  void push(const RememberedFill& fill, std::span<const Instrument> instruments,
            std::size_t ledgers_per_instrument) noexcept;
  // The youngest of that order and trade. Null: not remembered.
  [[nodiscard]] RememberedFill* find(OrderId order, std::uint64_t trade_id) noexcept;
  // The position of a ledger from what is remembered. Empty: it does not fit.
  [[nodiscard]] std::optional<Position> position_of(std::uint32_t ledger,
                                                    const Instrument& instrument) const noexcept;

  void save(StateOut& out) const;
  [[nodiscard]] bool restore(StateIn& in);

 private:
  [[nodiscard]] std::size_t place(std::size_t i) const noexcept {
    const std::size_t at = first_ + i;
    return at < fills_.size() ? at : at - fills_.size();
  }
  std::vector<RememberedFill> fills_;  // a ring
  std::vector<Position> before_;       // [ledger]: before its first remembered fill
  std::size_t first_{0};
  std::size_t count_{0};
};
}  // namespace sq::portfolio
