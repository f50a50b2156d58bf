// Live market data of one market of Binance (spot or USD-M) as records for the core: the wanted
// streams over as many connections as they need, each book's snapshots, reconnects, and second
// connections before the venue cuts the first. Polled: step() never blocks and decodes a bounded
// number of messages, so that the same thread can send orders between two steps.
//
// Records: source kSourceFeedFirst + index_of(instrument), source_sequence rising by one, also over
// records that found no room; wall: when the kernel had the bytes where it tells, else the
// caller's.
//   DepthUpdate    each once, in the order of its chain. One missing: it is passed on, and a
//                  snapshot is asked for; the book in the core notices the same.
//   DepthSnapshot  after (re)connecting, after a gap, on resynchronise(); one that is older than
//                  the first update is not passed on but asked for again, later each time.
//   TopOfBook, TradePrint, MarkPrice: each once, by its ids.
//   FeedStatus     Connected and Disconnected of each instrument with the connection that brings
//                  its book; Ended at end().
//   FeedDropped    the ring was full: updates of that book are missing; a snapshot follows.
// Ring full: depth never conflates, see FeedDropped; a best price or mark gives way to the next
// one, a trade is lost; both are counted.
//
// Thread: the venue's; one link a market. Cost: a receive a connection and step, decoding
// (market_data.hpp), a copy of the record. Allocates when it connects and for snapshots. Errors:
// counters() and problem(); nothing stops but what failed. Source: protocol facts of binance_spot
// 4, 5, 6 and binance_futures 2, 4; faults N01 to N03, N10, N15, N17, M01 to M03.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/feed/raw_writer.hpp"
#include "engine/messaging/record_ring.hpp"
#include "venues/binance/depth_sync.hpp"
#include "venues/binance/market_data.hpp"
#include "venues/binance/sbe_market_data.hpp"
#include "venues/binance/snapshot_fetcher.hpp"
#include "venues/binance/stream_lane.hpp"

namespace sq::binance {
struct MarketLinkSettings {
  StreamChoice streams{};
  std::size_t streams_max{200};  // a connection, at most 1,024: a burst is spread over several
  std::int32_t snapshot_levels{1'000};           // a side; rounded up to what the venue offers
  std::size_t snapshot_connections{2};           // snapshots asked for at once
  std::int64_t snapshot_after_ns{kNsPerSecond};  // without an update: ask for a snapshot anyway
  std::size_t messages_per_step{32};
  std::int64_t connection_age_ns_max{84'600 * kNsPerSecond};  // 23.5 h; the venue cuts at 24
  std::int64_t overlap_ns_min{kNsPerSecond};                  // of two connections
  std::int64_t overlap_ns_max{30 * kNsPerSecond};  // then the first goes, whatever is missing
  BackoffSettings backoff{};
  std::int32_t busy_poll_us{0};  // SO_BUSY_POLL
  std::uint64_t seed{1};         // of the chance in waits
  std::string api_key{};         // sent with StreamChoice::sbe: the name of an Ed25519 key
  // Gets every message of JSON as it came, and snapshots under a name of their own
  // (stream_name.hpp).
  feed::RawWriter* recorder{nullptr};
};

enum class MarketLinkState : std::uint8_t {
  Connecting,  // no connection is open
  Partial,     // some are
  Open,        // all are
  Ending,
  Ended
};

struct MarketLinkCounters {
  std::uint64_t messages{0};
  std::uint64_t bytes{0};
  std::uint64_t records{0};     // passed on
  std::uint64_t duplicates{0};  // came twice
  std::uint64_t ahead{0};       // of a second connection, left to the first
  std::uint64_t gaps{0};
  std::uint64_t snapshots{0};          // passed on
  std::uint64_t snapshots_too_old{0};  // asked for again
  std::uint64_t snapshots_bad{0};      // not what a snapshot looks like
  std::uint64_t shutdowns{0};          // announced by the venue
  std::uint64_t depth_dropped{0};      // ring full
  std::uint64_t others_dropped{0};     // ring full
  LaneCounters lanes{};                // of all connections together
  SnapshotCounters fetches{};
};

class MarketLink {
 public:
  // `governor` and `out` outlive the link; the governor may be shared with other links of the
  // thread. Throws std::invalid_argument: a setting, a symbol, a ring too small for a snapshot.
  MarketLink(const LinkSettings& link, const MarketLinkSettings& settings, RateGovernor& governor,
             RecordRing& out);

  // True: something was done; call it again soon. `wall`: UTC.
  bool step(MonoTime now, WallTime wall);
  // A snapshot of that instrument is wanted, although the link saw nothing missing.
  void resynchronise(InstrumentId instrument, MonoTime now);
  // Tells Ended and closes all connections in order; go on with step() until Ended.
  void end(MonoTime now, WallTime wall);
  // Hosts may move: used by the next connections.
  void set_addresses(const std::vector<net::Endpoint>& stream,
                     const std::vector<net::Endpoint>& rest);

  [[nodiscard]] MarketLinkState state() const noexcept;
  // Books whose updates and snapshot join, of how many.
  [[nodiscard]] std::size_t synchronised() const noexcept;
  [[nodiscard]] std::size_t instruments() const noexcept { return feeds_.size(); }
  [[nodiscard]] MarketLinkCounters counters() const noexcept;
  [[nodiscard]] const DecodeCounts& decoded() const noexcept { return decoder_.counts(); }
  [[nodiscard]] const DecodeCounts& decoded_frames() const noexcept { return frames_.counts(); }
  [[nodiscard]] std::string problem() const;  // the last ones, in words; "": none

 private:
  struct Feed {
    InstrumentId instrument{kNoInstrument};
    Symbol symbol{};
    SourceId source{};
    std::uint64_t sequence{0};
    DepthSync sync{};
    Backoff backoff;
    bool up{false};                // Connected was told
    bool second_covers{false};     // the second connection is as far as what was passed on
    std::uint64_t lost{0};         // records since the ring was full, not told yet
    std::uint64_t trade_id{0};     // the last passed on
    std::uint64_t trade_ahead{0};  // the last that was left to the first connection
    std::uint64_t top_id{0};
    WallTime mark_time{};
  };
  struct Lane {
    StreamLane stream;
    bool up{false};
    bool quiet_asked{false};  // snapshots without waiting for a first update
  };

  [[nodiscard]] bool read_lanes(MonoTime now, WallTime wall);
  void watch(Lane& lane, MonoTime now, WallTime wall);
  void on_lane_up(Lane& lane, bool up, MonoTime now, WallTime wall);
  void watch_overlap(Lane& lane, MonoTime now);
  void take(Lane& lane, const StreamLane::Received& received, MonoTime now, WallTime wall);
  void take_frame(const StreamLane::Received& received, WallTime at, MonoTime now);
  void take_record(bool second, MonoTime now);
  void take_other(Lane& lane, const StreamLane::Received& received);
  void take_depth(Feed& feed, RecordHeader& record, bool second, MonoTime now);
  [[nodiscard]] bool is_news(Feed& feed, const RecordHeader& record, bool second) noexcept;
  [[nodiscard]] bool take_snapshots(MonoTime now, WallTime wall);
  void take_snapshot(const SnapshotFetcher::Answer& answer, MonoTime now, WallTime wall);
  void record_snapshot(const Feed& feed, std::string_view body, WallTime wall);
  void want_snapshot(Feed& feed, MonoTime due, bool again = false);
  [[nodiscard]] bool push(Feed& feed, RecordHeader& record) noexcept;
  void tell_status(Feed& feed, FeedEvent event, WallTime wall) noexcept;
  // False: there is still no room for what has to be told first.
  [[nodiscard]] bool tell_lost(Feed& feed, MonoTime now, WallTime wall);
  void lose(Feed& feed) noexcept;
  [[nodiscard]] Feed* feed_of(InstrumentId instrument) noexcept;
  [[nodiscard]] RecordHeader& scratch() noexcept {
    return *reinterpret_cast<RecordHeader*>(scratch_.get());
  }

  MarketLinkSettings settings_;
  RateGovernor& governor_;
  RecordRing& out_;
  MarketDataDecoder decoder_;
  SbeMarketDataDecoder frames_;
  SnapshotFetcher fetcher_;
  std::vector<Feed> feeds_;             // as LinkSettings::instruments
  std::vector<std::uint32_t> feed_at_;  // by index_of(instrument)
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::size_t turn_{0};        // the lane to read first
  std::size_t lost_feeds_{0};  // feeds with lost != 0
  std::unique_ptr<std::byte[]> scratch_;
  bool ending_{false};
  MarketLinkCounters counters_;
};
[[nodiscard]] std::string_view text_of(MarketLinkState state) noexcept;
}  // namespace sq::binance
