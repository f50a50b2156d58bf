// The book of one instrument and whether it may be believed: joins a venue's snapshots, depth
// updates and best-price stream by their update ids. A price is given only in BookState::Live.
//
// Synchronisation. A depth update "chains" to a book at id N when it is the next one:
//   Contiguous (spot):     first_id <= N + 1           Linked (futures): previous_id == N
// and it "bridges" a snapshot with id S when nothing between them is missing:
//   Contiguous:            first_id <= S + 1           Linked:           previous_id <= S
// Updates with last_id <= N are old and ignored. Linked: the venue's text asks for first_id <= S <=
// last_id, but S often falls between two updates (previous_id <= S < first_id), which is as good.
//   Syncing  no snapshot yet, or it is not bridged yet: updates are kept, a snapshot applies and
//   the kept ones follow.
//            Live needs an update that bridges the snapshot, or one from before it (last_id <= S):
//            only then is the update stream known to have been open at S.
//   Gapped   an update is missing, or a record was refused (off tick, not positive, no room): the
//   book is emptied,
//            updates are kept, the next snapshot that bridges makes it Live. A snapshot that is too
//            old to bridge changes nothing.
//   A snapshot while synchronised is an audit. Older than the book: ignored. Same id: the
//   snapshot's levels must be the
//            book's best ones, else it replaces the book and `audit_differences` counts. Newer: it
//            replaces the book and the next update has to bridge it.
//   Crossed  the depth, or the freshest top, had bid >= ask for crossed_for_ns; ends when it is
//   uncrossed. Until
//            that time the state is Live, but a crossed pair is never given: bid() and ask() are
//            empty.
//   Stale    no news (applied depth or newer top) for more than stale_after_ns; ends with the next
//   news. Precedence: Syncing and Gapped, then Stale, then Crossed, then Live.
// Order-by-order feeds (on_order) need no snapshot: the book is complete from the first record
// (opening_unknown: but for orders from before it, which are counted), until a record is refused or
// the feed is lost; then Gapped or Syncing until the venue clears the book (OrderAction::Clear).
// Inside an event of the venue (event_end 0) nothing is judged and no top is given.
// The top is that of the best-price stream while its update id is at or past the depth's, else the
// depth's.
//
// Thread: one writer (the core's). Cost: depth that of L2Book; top about 15 ns. Allocates in the
// constructor only. Time: header.mono of the event; reads no clock. Errors: counted in Counters,
// visible in state(). Source: Binance spot "How to manage a local order book correctly"
// (2025-11-12) and the USD-M futures page of that name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/book/l2_book.hpp"
#include "engine/book/order_feed.hpp"
#include "engine/book/pending_records.hpp"
#include "engine/messaging/market_data.hpp"
#include "engine/messaging/record.hpp"
#include "engine/types/order_types.hpp"
#include "engine/types/time.hpp"

namespace sq::book {
struct SyncSettings {
  L2Settings l2{};
  std::int64_t stale_after_ns{0};       // > 0
  std::int64_t crossed_for_ns{0};       // >= 0; 0: Crossed at once
  std::size_t pending_bytes{4U << 20};  // updates kept while there is no snapshot
  // Order by order (on_order): live orders there is room for, 0: not that kind of feed; and what
  // its quantities are multiples of.
  std::uint32_t orders_max{0};
  Qty lot{};
  bool opening_unknown{false};  // the data begin in the middle of a day
};

class SyncedBook {
 public:
  struct Effect {
    bool state_changed{false};
    bool top_changed{false};    // bid() or ask(), price or quantity
    bool depth_applied{false};  // this event's levels are in depth()
    bool traded{false};         // on_order: last_trade() is this event's
  };
  struct Counters {
    std::uint64_t applied{0};      // depth updates in the book, kept ones included
    std::uint64_t old_ignored{0};  // updates, tops and snapshots behind the book
    std::uint64_t gaps{0};         // an update was missing
    std::uint64_t crossed{0};      // times Crossed began
    std::uint64_t stale{0};        // times Stale began
    std::uint64_t snapshots{0};    // that became the book
    std::uint64_t off_tick{0};     // records refused for a price off tick or a value not positive
    std::uint64_t pending_dropped{0};    // updates dropped while waiting for a snapshot
    std::uint64_t resyncs{0};            // times synchronised again after a gap or disconnect
    std::uint64_t overflows{0};          // records refused because L2Book was full
    std::uint64_t snapshots_refused{0};  // too old to bridge
    std::uint64_t audits{0};             // snapshots compared with the book
    std::uint64_t audit_differences{0};
    std::uint64_t orders_refused{0};  // records of orders that could not be applied
    std::uint64_t orders_unknown{0};  // of orders from before the data begin (opening_unknown)
  };

  // Throws std::invalid_argument when a setting is out of its range.
  explicit SyncedBook(const SyncSettings& settings);

  Effect on_depth(const RecordHeader& record) noexcept;     // DepthUpdate
  Effect on_snapshot(const RecordHeader& record) noexcept;  // DepthSnapshot
  Effect on_top(const RecordHeader& record) noexcept;       // TopOfBook
  Effect on_order(const RecordHeader& record) noexcept;     // MarketOrder; needs orders_max
  Effect on_time(MonoTime now) noexcept;
  Effect on_disconnect() noexcept;

  [[nodiscard]] BookState state() const noexcept { return state_; }
  // Of no meaning in Syncing and Gapped; not to be traded on in Stale and Crossed.
  [[nodiscard]] const L2Book& depth() const noexcept { return book_; }
  // The freshest best prices; qty 0: that side is empty, the pair is crossed, or the book is not
  // Live.
  [[nodiscard]] Level bid() const noexcept { return bid_; }
  [[nodiscard]] Level ask() const noexcept { return ask_; }
  [[nodiscard]] MonoTime updated_at() const noexcept { return updated_at_; }  // last news
  [[nodiscard]] std::uint64_t last_id() const noexcept { return id_; }        // of depth()
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
  // Every order, where the feed gives them; else null.
  [[nodiscard]] const OrderFeed* orders() const noexcept { return orders_.get(); }
  [[nodiscard]] const TradePrint& last_trade() const noexcept { return last_trade_; }

 private:
  enum class Sync : std::uint8_t {
    Waiting,   // for a snapshot
    Snapshot,  // it is in the book; the update stream is not known to have been open at its id
    Chained    // complete up to id_
  };

  [[nodiscard]] bool follow(const OrderFeed::Change& change) noexcept;
  void take_update(const RecordHeader& record) noexcept;
  void keep(const RecordHeader& record) noexcept;
  bool apply(const RecordHeader& update) noexcept;
  bool load(const RecordHeader& snapshot) noexcept;
  [[nodiscard]] bool can_bridge(std::uint64_t snapshot_id) noexcept;
  bool replay_kept() noexcept;
  void audit(const RecordHeader& snapshot) noexcept;
  [[nodiscard]] bool matches(const RecordHeader& snapshot) const noexcept;
  [[nodiscard]] bool acceptable(const TopOfBook& top) const noexcept;
  void chained() noexcept;
  void refuse(Applied why) noexcept;
  void lose(BookState why) noexcept;
  Effect settle(MonoTime now, bool depth_applied) noexcept;
  void note_crossing(MonoTime now) noexcept;
  [[nodiscard]] BookState judge(MonoTime now) const noexcept;
  [[nodiscard]] bool choose_top() noexcept;
  [[nodiscard]] bool top_is_fresh() const noexcept { return top_id_ != 0 && top_id_ >= id_; }

  std::int64_t stale_after_ns_;
  std::int64_t crossed_for_ns_;
  L2Book book_;
  PendingRecords pending_;
  std::unique_ptr<OrderFeed> orders_;
  bool opening_unknown_;
  bool orders_complete_{true};  // nothing was lost since the beginning or the last Clear
  bool event_applied_{false};
  TradePrint last_trade_{};
  Sync sync_{Sync::Waiting};
  BookState lost_{BookState::Syncing};  // the state while sync_ is not Chained
  BookState state_{BookState::Syncing};
  bool bridge_{false};  // the book is a bare snapshot: the next update bridges instead of chaining
  bool was_chained_{false};
  bool crossing_{false};
  MonoTime crossed_since_{};
  MonoTime updated_at_{};
  std::uint64_t id_{0};
  std::uint64_t first_seen_{kNothingSeen};  // lowest last_id of the updates since the stream opened
  std::uint64_t top_id_{0};                 // 0: none
  Level top_bid_{};
  Level top_ask_{};
  Level bid_{};
  Level ask_{};
  Counters counters_{};

  static constexpr std::uint64_t kNothingSeen = ~std::uint64_t{0};
};
}  // namespace sq::book
