// What the matching engine is asked: orders, and the rules of an instrument.
// Thread: any (plain values). Units: engine/types; 0 means "none" or "as it is" where said.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "engine/book/matching/vocabulary.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/time.hpp"

namespace sq::matching {
struct NewOrder {
  OrderId id{};   // not 0; unique among open orders, where handles are used among all orders
  Price price{};  // Limit, StopLimit
  Price stop{};   // Stop, StopLimit: triggered by a trade at it or beyond (above for a buy)
  Qty qty{};
  Qty display{};      // iceberg: the part shown at a time; 0: all of it
  WallTime expiry{};  // GoodTillDate
  OwnerId owner{};
  Side side{Side::Buy};
  OrderType type{OrderType::Limit};
  TimeInForce time_in_force{TimeInForce::GoodTillCancel};
  SelfTrade self_trade{SelfTrade::InstrumentDefault};
  bool post_only{false};    // never takes: refused, or slid where the rules say so
  bool reduce_only{false};  // never turns or grows the owner's position

  // owner to reduce_only in one word, owner in the lowest bits.
  static constexpr std::size_t kKindOffset = 48;
  [[nodiscard]] std::uint64_t kind() const noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, reinterpret_cast<const std::byte*>(this) + kKindOffset, sizeof word);
    return word;
  }
};
static_assert(offsetof(NewOrder, owner) == NewOrder::kKindOffset && sizeof(NewOrder) == 56 &&
              std::endian::native == std::endian::little);

// Which order: by id alone where ids are indexed; with its handle everywhere, and without a lookup.
struct OrderKey {
  OrderId id{};
  Handle handle{kNoHandle};
};

// Less quantity alone keeps the order's place in the queue; everything else loses it.
struct Amendment {
  Price price{};  // 0: as it is
  Price stop{};   // 0: as it is
  Qty qty{};      // the order's whole quantity, what has been executed included; 0: as it is
};

struct Rules {
  Price tick{};       // > 0
  Price price_min{};  // > 0, inclusive; on tick
  Price price_max{};  // inclusive; on tick, at most 2^31 - 2 ticks
  Qty lot{};          // > 0
  Qty qty_min{};      // > 0, inclusive
  Qty qty_max{};      // inclusive; at most 2^40 lots
  Qty display_min{};  // of an iceberg; 0: a lot
  // An iceberg's quantity divided by its display, rounded up: bounds the events of one command.
  std::uint32_t iceberg_parts_max{1'000};
  // Limit prices outside the static band are refused; 0: no bound on that side.
  Price band_low{};
  Price band_high{};
  // No continuous trade prints further than this from the last trade before its aggressor (before
  // the first trade: from the reference price, without one anywhere); 0: no dynamic band.
  Price band_around_last{};
  BandAction band_action{BandAction::Reject};
  SelfTrade self_trade{SelfTrade::CancelNewest};  // not InstrumentDefault
  bool self_trade_may_be_allowed{false};          // orders may ask for Allow
  bool post_only_slides{false};  // to one tick from the other side's best, instead of refused
  bool collects_while_halted{false};
  // Of auctions, before the last trade, and of the dynamic band, after it; until SetReference;
  // 0: none.
  Price reference{};
};

struct Settings {
  Rules rules{};
  std::uint32_t orders_max{1U << 16};    // open orders of all kinds, 1 to 2^24
  std::uint32_t owners_max{64};          // 1 to 65,536
  std::uint32_t window_ticks{1U << 12};  // fastest this close to the touch; as in L2Settings
  bool ids_indexed{true};  // orders can be named by id alone, and a doubled id is refused
};

// What became of a new order.
struct Submitted {
  Handle handle{kNoHandle};  // none: refused, or already at its end
  Refusal refusal{Refusal::None};
};

// What an uncrossing would do now.
struct Indicative {
  Price price{};  // 0: nothing would trade
  Qty volume{};
  Qty surplus{};  // demand less supply at that price
};
}  // namespace sq::matching
