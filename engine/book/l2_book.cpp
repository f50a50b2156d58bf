#include "engine/book/l2_book.hpp"

#include <stdexcept>

namespace sq::book {
namespace {
Price checked_tick(Price tick) {
  if (tick <= Price{}) throw std::invalid_argument("L2 book: tick must be positive");
  return tick;
}

constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xBF58'476D'1CE4'E5B9;
  x = (x ^ (x >> 27)) * 0x94D0'49BB'1331'11EB;
  return x ^ (x >> 31);
}
}  // namespace

L2Book::L2Book(const L2Settings& settings)
    : ticks_{checked_tick(settings.tick)},
      sides_{Ladder{settings.window_ticks, settings.far_levels_max},
             Ladder{settings.window_ticks, settings.far_levels_max}} {}

template <bool Negate>
Applied L2Book::apply_side(std::span<const Level> levels) noexcept {
  Ladder& ladder = sides_[Negate];
  for (const Level& level : levels) {
    std::int64_t index = 0;
    const bool on_tick = ticks_.index_of(level.price, index);
    if (level.price.raw() <= 0 || level.qty.raw() < 0) [[unlikely]]
      return Applied::NotPositive;
    if (!on_tick) [[unlikely]]
      return Applied::OffTick;
    if (!ladder.set(Negate ? -index : index, level.qty)) [[unlikely]]
      return Applied::Full;
  }
  return Applied::Ok;
}

Applied L2Book::apply(std::span<const Level> bids, std::span<const Level> asks) noexcept {
  const Applied applied = apply_side<false>(bids);
  return applied == Applied::Ok ? apply_side<true>(asks) : applied;
}

void L2Book::clear() noexcept {
  for (Ladder& side : sides_) side.clear();
}

Qty L2Book::qty_at(Side side, Price price) const noexcept {
  std::int64_t index = 0;
  if (price.raw() <= 0 || !ticks_.index_of(price, index)) return {};
  return side_of(side).qty_at(side == Side::Sell ? -index : index);
}

std::size_t L2Book::copy_top(Side side, std::span<Level> out) const noexcept {
  const Ladder& ladder = side_of(side);
  std::size_t count = 0;
  for (std::int64_t key = ladder.best(); key != Ladder::kNone && count < out.size();
       key = ladder.behind(key)) {
    out[count++] = {ticks_.price_of(side == Side::Sell ? -key : key), ladder.qty_at(key)};
  }
  return count;
}

bool L2Book::next(Side side, Level& level) const noexcept {
  std::int64_t index = 0;
  if (level.price.raw() <= 0) {  // no price is worse for bids, every one for asks
    if (side == Side::Buy) return false;
  } else if (!ticks_.index_of(level.price, index)) {
    index = side == Side::Buy ? ticks_.ceil(level.price) : ticks_.floor(level.price);
  }
  const Ladder& ladder = side_of(side);
  const std::int64_t key = ladder.behind(side == Side::Sell ? -index : index);
  if (key == Ladder::kNone) return false;
  level = {ticks_.price_of(side == Side::Sell ? -key : key), ladder.qty_at(key)};
  return true;
}

std::uint64_t L2Book::checksum_of(Side side) const noexcept {
  const Ladder& ladder = side_of(side);
  std::uint64_t sum = 0;
  for (std::int64_t key = ladder.best(); key != Ladder::kNone; key = ladder.behind(key)) {
    const Price price = ticks_.price_of(side == Side::Sell ? -key : key);
    sum += mix(mix(static_cast<std::uint64_t>(price.raw())) ^
               mix(static_cast<std::uint64_t>(ladder.qty_at(key).raw()) +
                   static_cast<std::uint64_t>(side)));
  }
  return sum;
}

std::uint64_t L2Book::checksum() const noexcept {
  return checksum_of(Side::Buy) + checksum_of(Side::Sell);
}
}  // namespace sq::book
