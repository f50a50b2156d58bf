// What the venue publishes of one symbol and how it arrives in the file: depth diffs batched by the
// stream's interval, a bookTicker when the touch has changed, a trade for each match, one snapshot.
// Each kind has its own queue at the venue, so kinds may overtake each other as they do in
// recordings. Invariants: a diff holds every level changed by events U..u; a bookTicker with update
// id u shows the book after event u. Thread: the simulation's. Times are the venue's wall clock in
// nanoseconds.
#pragma once

#include <array>
#include <deque>
#include <string>

#include "engine/feed/gzip_writer.hpp"
#include "engine/feed/simulated/connection.hpp"
#include "engine/feed/simulated/message_text.hpp"
#include "engine/feed/simulated/order_flow.hpp"

namespace sq::feed::simulated {
constexpr std::size_t kSnapshotLevels = 1000;  // per side, the most that the REST request gives

struct MessageCounts {
  std::uint64_t depth{0};
  std::uint64_t ticker{0};
  std::uint64_t trade{0};
  std::uint64_t snapshot{0};
  [[nodiscard]] std::uint64_t total() const noexcept { return depth + ticker + trade + snapshot; }
};

// Market time runs `rate` times as fast as the wall clock.
struct SessionClock {
  std::int64_t start_wall_ns{0};
  std::int64_t rate{1};
  [[nodiscard]] std::int64_t wall(std::int64_t market_ns) const noexcept {
    return start_wall_ns + market_ns / rate;
  }
};

class Publisher final : public BookListener {
 public:
  Publisher(const SymbolClass& symbol, std::string_view name, SessionClock clock, Random random,
            Connection connection, GzipWriter& file, std::uint64_t first_trade_id);

  void on_order(std::int64_t now_ns, std::uint64_t update_id, const OrderBook& book) override;
  void on_matches(std::int64_t now_ns, BookSide side,
                  const std::vector<OrderBook::Match>& matches) override;
  // Publishes what is due at `now_ns` of market time.
  void advance(std::int64_t now_ns, OrderBook& book);
  // Answers the snapshot request; returns nothing, but the answer arrives later than diffs that
  // follow.
  void snapshot(std::int64_t now_ns, std::uint64_t last_id, const OrderBook& book);
  void finish();  // everything that is queued goes out

  [[nodiscard]] const MessageCounts& counts() const noexcept { return counts_; }

 private:
  enum Kind : std::size_t { kTicker, kTrade, kDepth, kSnapshot, kKinds };
  struct Outgoing {
    std::int64_t published_ns{0};
    std::string text;
  };
  void queue_ticker();
  void queue_depth(std::int64_t due_ns, OrderBook& book);
  std::int64_t published(Kind kind, std::int64_t at_ns, double delay_ms);
  void deliver(std::int64_t until_ns);
  void list_changed(BookSide side, const OrderBook& book, LevelList& list);

  const SymbolClass& symbol_;
  SessionClock clock_;
  Random random_;
  Connection connection_;
  GzipWriter& file_;
  MessageText text_;
  std::uint64_t next_trade_id_;
  MessageCounts counts_;
  std::array<std::deque<Outgoing>, kKinds> queues_;
  std::array<std::int64_t, kKinds> last_published_{};

  Touch shown_;  // by the last bookTicker
  Touch touch_;  // of the book
  std::uint64_t touch_id_{0};
  std::int64_t touch_changed_ns_{0};
  std::int64_t ticker_due_ns_{0};  // 0: nothing to publish

  DepthIds ids_;  // first 0: no event since the last diff
  std::int64_t last_event_ns_{0};
  std::int64_t depth_due_ns_{0};
  std::vector<Tick> changed_;
  LevelList bids_;
  LevelList asks_;
};
}  // namespace sq::feed::simulated
