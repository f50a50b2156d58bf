#include "engine/oms/trade_memory.hpp"

#include <algorithm>

#include "engine/types/check.hpp"

namespace sq::oms {
TradeMemory::TradeMemory(std::uint32_t capacity)
    : ring_(capacity),
      index_(std::size_t{capacity} * 2, kNone),
      mask_{capacity - 1},
      index_mask_{index_.size() - 1} {
  SQ_CHECK(capacity != 0 && (capacity & (capacity - 1)) == 0);
}

// Trade ids count up, so their low bits already spread.
std::size_t TradeMemory::bucket(InstrumentId instrument, std::uint64_t trade_id,
                                Side side) const noexcept {
  const std::uint64_t key =
      trade_id * 2 + (side == Side::Buy ? 1 : 0) + index_of(instrument) * 0x9E37'79B9'7F4A'7C15U;
  return key & index_mask_;
}

BookedTrade* TradeMemory::find(InstrumentId instrument, std::uint64_t trade_id,
                               Side side) noexcept {
  for (std::size_t b = bucket(instrument, trade_id, side); index_[b] != kNone;
       b = (b + 1) & index_mask_) {
    BookedTrade& trade = ring_[index_[b]];
    if (trade.trade_id == trade_id && trade.instrument == instrument && trade.side == side)
      return &trade;
  }
  return nullptr;
}

void TradeMemory::index(std::uint32_t place) noexcept {
  const BookedTrade& trade = ring_[place];
  std::size_t b = bucket(trade.instrument, trade.trade_id, trade.side);
  while (index_[b] != kNone) b = (b + 1) & index_mask_;
  index_[b] = place;
}

// Backward-shift deletion keeps probe sequences unbroken without tombstones.
void TradeMemory::forget(std::uint32_t place) noexcept {
  const BookedTrade& trade = ring_[place];
  forgotten_until_ = std::max(forgotten_until_, trade.at);
  std::size_t hole = bucket(trade.instrument, trade.trade_id, trade.side);
  while (index_[hole] != place) hole = (hole + 1) & index_mask_;
  for (std::size_t b = (hole + 1) & index_mask_; index_[b] != kNone; b = (b + 1) & index_mask_) {
    const BookedTrade& other = ring_[index_[b]];
    const std::size_t home = bucket(other.instrument, other.trade_id, other.side);
    if (((b - home) & index_mask_) >= ((b - hole) & index_mask_)) {
      index_[hole] = index_[b];
      hole = b;
    }
  }
  index_[hole] = kNone;
}

void TradeMemory::remember(const BookedTrade& trade) noexcept {
  const auto place = static_cast<std::uint32_t>(count_ & mask_);
  if (count_ >= ring_.size()) forget(place);
  ring_[place] = trade;
  index(place);
  ++count_;
}

void TradeMemory::save(StateOut& out) const {
  out.put(std::uint64_t{ring_.size()});
  out.put(count_);
  out.put(forgotten_until_.ns);
  for (std::uint64_t n = first(); n != count_; ++n) {
    const BookedTrade& trade = ring_[n & mask_];
    out.put(trade);
  }
}

bool TradeMemory::restore(StateIn& in) {
  in.expect(std::uint64_t{ring_.size()});
  count_ = in.take<std::uint64_t>();
  forgotten_until_ = WallTime{in.take<std::int64_t>()};
  std::fill(index_.begin(), index_.end(), kNone);
  if (!in.ok()) return false;
  for (std::uint64_t n = first(); n != count_ && in.ok(); ++n) {
    ring_[n & mask_] = in.take<BookedTrade>();
    index(static_cast<std::uint32_t>(n & mask_));
  }
  return in.ok();
}
}  // namespace sq::oms
