#include "tools/chaos/feed.hpp"

#include <algorithm>

namespace sq::chaos {
namespace {
constexpr std::int64_t kResyncNs = 300 * kNsPerMs;  // from a gap to the snapshot
}  // namespace

Feed::Feed(Market& market, FeedSink& sink)
    : market_{market}, sink_{sink}, lines_(market.instruments()) {}

void Feed::fault(const Fault& fault, WallTime now) {
  const std::size_t i = fault.value % lines_.size();
  Line& line = lines_[i];
  const auto for_ns = static_cast<std::int64_t>(200 + (fault.value >> 8U) % 40'000) * kNsPerMs;
  switch (fault.kind) {
    case FaultKind::FeedGap:
      line.skip = static_cast<std::uint32_t>(1 + (fault.value >> 8U) % 3);
      return;
    case FaultKind::FeedDoubled:
      line.twice = true;
      return;
    case FaultKind::FeedOld:
      if (line.old.header.length != 0) give(line.old);
      return;
    case FaultKind::FeedDown:
      line.down_until = now + for_ns;
      line.down = true;
      status(i, FeedEvent::Disconnected);
      return;
    case FaultKind::FeedSilent:
      line.silent_until = now + for_ns;
      return;
    case FaultKind::FeedCrossed:
      line.cross = true;
      line.uncross_at = now + for_ns / 8;
      return;
    case FaultKind::FeedDropped: {
      auto record = make_record(RecordKind::FeedDropped, sq::FeedDropped{1 + fault.value % 9});
      record.header.instrument = InstrumentId{static_cast<std::uint32_t>(i)};
      sink_.on_feed(record.header);
      line.snapshot_at = now + kResyncNs;
      return;
    }
    default:
      return;
  }
}

void Feed::mend(WallTime now) {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    Line& line = lines_[i];
    if (line.down) status(i, FeedEvent::Connected);
    line.down_until = line.silent_until = line.uncross_at = {};
    line.skip = 0;
    line.twice = line.down = line.cross = false;
    line.crossed = {};
    line.snapshot_at = now;
  }
}

void Feed::restart(WallTime now) {
  for (Line& line : lines_) {
    line.snapshot_at = now + kResyncNs;
    line.skip = 0;
    line.down = line.cross = false;
    line.crossed = {};
    line.down_until = line.silent_until = {};
  }
}

void Feed::status(std::size_t i, FeedEvent event) {
  auto record = make_record(RecordKind::FeedStatus, FeedStatus{event, {}});
  record.header.instrument = InstrumentId{static_cast<std::uint32_t>(i)};
  sink_.on_feed(record.header);
}

void Feed::give(const DepthRecord& record) {
  DepthRecord copy = record;
  sink_.on_feed(copy.header);
}

void Feed::give_snapshot(std::size_t i) {
  Line& line = lines_[i];
  line.snapshot_at = {};
  line.cross = false;
  line.crossed = {};
  DepthRecord copy = market_.snapshot(InstrumentId{static_cast<std::uint32_t>(i)});
  sink_.on_feed(copy.header);
}

void Feed::due(std::size_t i, WallTime now) {
  Line& line = lines_[i];
  if (line.down && line.down_until <= now) {
    line.down = false;
    status(i, FeedEvent::Connected);
    line.snapshot_at = now + kResyncNs;
  }
  if (line.silent_until.ns != 0 && line.silent_until <= now) {
    line.silent_until = {};
    line.snapshot_at = now + kResyncNs;
  }
  if (line.snapshot_at.ns != 0 && line.snapshot_at <= now && !line.down &&
      line.silent_until.ns == 0)
    give_snapshot(i);
}

void Feed::pass(const RecordHeader& record, WallTime now) {
  const std::size_t i = index_of(record.instrument);
  Line& line = lines_[i];
  // A snapshot taken now already has what this record says.
  const bool resynced = line.snapshot_at.ns != 0;
  due(i, now);
  if (line.down || line.silent_until > now) return;
  if (record.kind == RecordKind::DepthUpdate) {
    const auto& update = reinterpret_cast<const DepthRecord&>(record);
    if (resynced && line.snapshot_at.ns == 0) return;
    return pass_depth(line, update, now);
  }
  alignas(8) Record<TradePrint> trade;
  trade.header = record;
  trade.payload = payload_of<TradePrint>(record);
  sink_.on_feed(trade.header);
}

void Feed::pass_depth(Line& line, const DepthRecord& update, WallTime now) {
  if (line.skip > 0) {
    --line.skip;
    line.snapshot_at = now + kResyncNs;
    return;
  }
  const bool begin = line.cross && line.crossed.price == Price{};
  const bool end = line.crossed.price != Price{} && line.uncross_at <= now;
  if (begin || end) {
    give_crossed(line, update, end);
  } else {
    give(update);
  }
  if (line.twice) give(update);
  line.twice = false;
  line.old = line.last;
  line.last = update;
}

// An update with a bid far above the asks, or with its removal.
void Feed::give_crossed(Line& line, const DepthRecord& update, bool end) {
  const DepthRecord& shown = market_.snapshot(update.header.instrument);
  std::vector<Level> bids{
      update.levels.begin(),
      update.levels.begin() + static_cast<std::ptrdiff_t>(update.depth.bid_count)};
  const auto first_ask =
      update.levels.begin() + static_cast<std::ptrdiff_t>(update.depth.bid_count);
  const std::vector<Level> asks{first_ask,
                                first_ask + static_cast<std::ptrdiff_t>(update.depth.ask_count)};
  if (end) {
    line.cross = false;
  } else {
    line.crossed = {shown.levels[kShownLevels + 2].price, shown.levels[kShownLevels + 2].qty};
  }
  std::erase_if(bids, [&](const Level& level) { return level.price == line.crossed.price; });
  bids.insert(bids.begin(), {line.crossed.price, end ? Qty{} : line.crossed.qty});
  DepthRecord made = update;
  const RecordHeader header = made.header;
  made.set(RecordKind::DepthUpdate, header.instrument, bids, asks);
  made.header.venue_time = header.venue_time;
  if (end) line.crossed = {};
  sink_.on_feed(made.header);
}
}  // namespace sq::chaos
