#include "venues/binance/market_link.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "venues/binance/stream_name.hpp"

namespace sq::binance {
namespace {
constexpr std::uint32_t kNoFeed = std::numeric_limits<std::uint32_t>::max();
static_assert(net::kMessageSlack >= kMessagePadding,
              "messages are decoded where they were received");

std::vector<SymbolEntry> symbols_of(const LinkSettings& link) {
  std::vector<SymbolEntry> symbols;
  for (const Instrument& each : link.instruments) symbols.push_back({each.symbol, each.id});
  return symbols;
}
MarketDataDecoder decoder_of(const LinkSettings& link) {
  const std::vector<SymbolEntry> symbols = symbols_of(link);
  DecoderSettings settings;
  settings.venue = link.venue;
  settings.symbols = symbols;
  return MarketDataDecoder{settings};
}

LaneSettings lane_settings(const LinkSettings& link, const MarketLinkSettings& settings,
                           LanePlan plan, std::uint64_t seed) {
  LaneSettings lane;
  lane.socket.connection.host = link.stream.host;
  lane.socket.connection.port = link.stream.port;
  lane.socket.connection.addresses = link.stream.addresses;
  lane.socket.connection.tls = link.stream.tls;
  lane.socket.connection.tcp.busy_poll_us = settings.busy_poll_us;
  lane.socket.connection.tcp.timestamps = true;
  lane.socket.session.silence_ns_max = link.silence_ns_max;
  if (settings.streams.sbe) lane.socket.headers.emplace_back("X-MBX-APIKEY", settings.api_key);
  lane.path = link.stream.path;
  lane.plan = std::move(plan);
  lane.microseconds = settings.streams.microseconds;
  lane.age_ns_max = settings.connection_age_ns_max;
  lane.backoff = settings.backoff;
  lane.seed = seed;
  return lane;
}
}  // namespace

MarketLink::MarketLink(const LinkSettings& link, const MarketLinkSettings& settings,
                       RateGovernor& governor, RecordRing& out)
    : settings_{settings},
      governor_{governor},
      out_{out},
      decoder_{decoder_of(link)},
      frames_{symbols_of(link)},
      fetcher_{link, settings.snapshot_levels, settings.snapshot_connections},
      scratch_{std::make_unique<std::byte[]>(kRecordBytesMax)} {
  const auto levels =
      static_cast<std::size_t>(2 * snapshot_depth(link.venue, settings.snapshot_levels).levels);
  if (record_length(sizeof(DepthHeader) + levels * sizeof(Level)) > out.length_max())
    throw std::invalid_argument("market link: a snapshot does not fit the ring");
  if (settings.streams_max > 1'024)
    throw std::invalid_argument("market link: a connection carries at most 1024 streams");
  if (settings.streams.sbe && settings.api_key.empty())
    throw std::invalid_argument("market link: streams of SBE need an API key");
  Backoff seeds{{}, settings.seed};
  for (const Instrument& each : link.instruments) {
    const std::uint32_t index = index_of(each.id);
    if (feed_at_.size() <= index) feed_at_.resize(index + 1, kNoFeed);
    feed_at_[index] = static_cast<std::uint32_t>(feeds_.size());
    feeds_.push_back({.instrument = each.id,
                      .symbol = each.symbol,
                      .source = SourceId{static_cast<std::uint16_t>(
                          static_cast<std::uint16_t>(kSourceFeedFirst) + index)},
                      .backoff = Backoff{settings.backoff, seeds.random()}});
  }
  for (LanePlan& plan : plan_lanes(link, settings.streams, settings.streams_max))
    lanes_.push_back(std::make_unique<Lane>(
        StreamLane{lane_settings(link, settings, std::move(plan), seeds.random())}));
}

MarketLink::Feed* MarketLink::feed_of(InstrumentId instrument) noexcept {
  const std::uint32_t index = index_of(instrument);
  if (index >= feed_at_.size() || feed_at_[index] == kNoFeed) return nullptr;
  return &feeds_[feed_at_[index]];
}

bool MarketLink::step(MonoTime now, WallTime wall) {
  for (const auto& lane : lanes_) {
    lane->stream.step(now, wall, governor_);
    if (!ending_) watch(*lane, now, wall);
  }
  bool worked = read_lanes(now, wall);
  if (!ending_ && take_snapshots(now, wall)) worked = true;
  if (lost_feeds_ != 0) [[unlikely]]
    for (Feed& feed : feeds_) static_cast<void>(tell_lost(feed, now, wall));
  return worked;
}

// One message of each lane in turn, so that none waits for another's burst.
bool MarketLink::read_lanes(MonoTime now, WallTime wall) {
  std::size_t left = settings_.messages_per_step;
  std::size_t silent = 0;
  bool worked = false;
  while (left != 0 && silent < lanes_.size()) {
    if (turn_ >= lanes_.size()) turn_ = 0;
    Lane& lane = *lanes_[turn_++];
    StreamLane::Received received;
    if (!lane.stream.next(received, now)) {
      ++silent;
      continue;
    }
    silent = 0;
    --left;
    worked = true;
    take(lane, received, now, wall);
  }
  return worked;
}

void MarketLink::watch(Lane& lane, MonoTime now, WallTime wall) {
  const bool up = lane.stream.up();
  if (up != lane.up) on_lane_up(lane, up, now, wall);
  if (!up) return;
  if (lane.stream.second_since() != MonoTime{}) watch_overlap(lane, now);
  if (!lane.stream.plan().book) return;
  // What is not quoted sends no update: its book may be asked for all the same.
  const MonoTime since = lane.stream.complete_since();
  if (lane.quiet_asked || since == MonoTime{} || now - since < settings_.snapshot_after_ns) return;
  lane.quiet_asked = true;
  for (const std::uint32_t i : lane.stream.plan().instruments)
    if (!feeds_[i].sync.synchronised()) want_snapshot(feeds_[i], now);
}

void MarketLink::on_lane_up(Lane& lane, bool up, MonoTime now, WallTime wall) {
  lane.up = up;
  lane.quiet_asked = false;
  const bool book = lane.stream.plan().book;
  for (const std::uint32_t i : lane.stream.plan().instruments) {
    Feed& feed = feeds_[i];
    feed.second_covers = false;
    if (!book) {
      if (!up) feed.trade_id = feed.trade_ahead = 0;
      continue;
    }
    if (!up) {
      feed.sync.reset();
      feed.trade_id = feed.trade_ahead = feed.top_id = 0;
      fetcher_.forget(i);
    }
    feed.up = up;
    static_cast<void>(tell_lost(feed, now, wall));
    tell_status(feed, up ? FeedEvent::Connected : FeedEvent::Disconnected, wall);
  }
}

// The second connection takes over when everything that the first brought has come over it too.
void MarketLink::watch_overlap(Lane& lane, MonoTime now) {
  const std::int64_t overlap = now - lane.stream.second_since();
  const std::vector<std::uint32_t>& mine = lane.stream.plan().instruments;
  const bool depth = lane.stream.plan().book && settings_.streams.depth;
  const bool covered = std::all_of(mine.begin(), mine.end(), [&](std::uint32_t i) {
    return (feeds_[i].second_covers || !depth) && feeds_[i].trade_ahead <= feeds_[i].trade_id;
  });
  if ((!covered || overlap < settings_.overlap_ns_min) && overlap < settings_.overlap_ns_max)
    return;
  lane.stream.hand_over(now);
  if (depth)
    for (const std::uint32_t i : mine) feeds_[i].second_covers = false;
}

void MarketLink::take(Lane& lane, const StreamLane::Received& received, MonoTime now,
                      WallTime wall) {
  const std::string_view text = received.message.text();
  ++counters_.messages;
  counters_.bytes += text.size();
  const WallTime at = received.at != WallTime{} ? received.at : wall;
  if (received.message.opcode == net::Opcode::Binary) return take_frame(received, at, now);
  if (settings_.recorder != nullptr) [[unlikely]]
    static_cast<void>(settings_.recorder->offer(at, text));
  if (ending_) return;  // what comes while the connections close
  const DecodeResult result =
      decoder_.decode(text, at, kNoInstrument, {scratch_.get(), kRecordBytesMax});
  if (result == DecodeResult::Decoded) return take_record(received.second, now);
  if (result == DecodeResult::Ignored) take_other(lane, received);
}

void MarketLink::take_frame(const StreamLane::Received& received, WallTime at, MonoTime now) {
  if (ending_) return;
  std::uint32_t parts = 1;
  for (std::uint32_t part = 0; part < parts; ++part) {
    const DecodeResult result = frames_.decode(received.message.payload, at, part,
                                               {scratch_.get(), kRecordBytesMax}, parts);
    if (result != DecodeResult::Decoded) return;
    take_record(received.second, now);
  }
}

void MarketLink::take_record(bool second, MonoTime now) {
  RecordHeader& record = scratch();
  Feed* feed = feed_of(record.instrument);
  if (feed == nullptr) return;
  if (record.kind == RecordKind::DepthUpdate) {
    take_depth(*feed, record, second, now);
  } else if (is_news(*feed, record, second)) {
    if (!push(*feed, record)) ++counters_.others_dropped;
  }
}

void MarketLink::take_other(Lane& lane, const StreamLane::Received& received) {
  const std::string_view kind = decoder_.last_ignored();
  if (kind == "serverShutdown") {
    ++counters_.shutdowns;
    if (!received.second) lane.stream.renew();
  } else if (kind == "reply") {
    if (const auto reply = read_stream_reply(received.message.text()))
      lane.stream.on_reply(*reply, received.second);
  }
}

void MarketLink::take_depth(Feed& feed, RecordHeader& record, bool second, MonoTime now) {
  if (feed.lost != 0) {  // the consumer's book is lost until it was told
    ++feed.lost;
    ++feed.sequence;
    ++counters_.depth_dropped;
    return;
  }
  const bool first = !feed.sync.started();
  const auto verdict = feed.sync.on_update(payload_of<DepthHeader>(record), second);
  if (second) feed.second_covers = verdict != DepthSync::Update::Ahead;
  if (verdict == DepthSync::Update::Duplicate) {
    ++counters_.duplicates;
    return;
  }
  if (verdict == DepthSync::Update::Ahead) {
    ++counters_.ahead;
    return;
  }
  if (verdict == DepthSync::Update::Gap) ++counters_.gaps;
  if (!push(feed, record)) return lose(feed);
  const bool gap = verdict == DepthSync::Update::Gap;
  if (gap || (first && !feed.sync.synchronised())) want_snapshot(feed, now, gap);
}

// By the ids that the venue counts up: what came over two connections is passed on once. Of a
// second connection no trade is taken before the first has brought those that come before it.
bool MarketLink::is_news(Feed& feed, const RecordHeader& record, bool second) noexcept {
  bool news = true;
  switch (record.kind) {
    case RecordKind::TradePrint: {
      const auto& trade = payload_of<TradePrint>(record);
      if (second && trade.first_trade_id > feed.trade_id + 1) {
        feed.trade_ahead = trade.last_trade_id;
        ++counters_.ahead;
        return false;
      }
      news = trade.last_trade_id > feed.trade_id;
      if (news) feed.trade_id = trade.last_trade_id;
      break;
    }
    case RecordKind::TopOfBook: {
      const std::uint64_t id = payload_of<TopOfBook>(record).update_id;
      news = id > feed.top_id;
      if (news) feed.top_id = id;
      break;
    }
    case RecordKind::MarkPrice:
      news = record.venue_time > feed.mark_time;
      if (news) feed.mark_time = record.venue_time;
      break;
    default:
      break;
  }
  if (!news) ++counters_.duplicates;
  return news;
}

void MarketLink::want_snapshot(Feed& feed, MonoTime due, bool again) {
  if (!settings_.streams.depth || ending_) return;
  fetcher_.want(static_cast<std::size_t>(&feed - feeds_.data()), due, again);
}

bool MarketLink::take_snapshots(MonoTime now, WallTime wall) {
  SnapshotFetcher::Answer answer;
  bool worked = false;
  while (fetcher_.step(now, wall, governor_, answer)) {
    worked = true;
    take_snapshot(answer, now, wall);
  }
  return worked;
}

void MarketLink::take_snapshot(const SnapshotFetcher::Answer& answer, MonoTime now, WallTime wall) {
  Feed& feed = feeds_[answer.instrument];
  if (!feed.up || feed.lost != 0) return;  // of a stream that is gone; it is asked for anew
  const auto again = [&] { want_snapshot(feed, now + feed.backoff.next()); };
  if (!answer.good) return again();
  if (settings_.recorder != nullptr) record_snapshot(feed, answer.body, wall);
  const DecodeResult result = decoder_.decode_unpadded(answer.body, wall, feed.instrument,
                                                       {scratch_.get(), kRecordBytesMax});
  RecordHeader& record = scratch();
  if (result != DecodeResult::Decoded || record.kind != RecordKind::DepthSnapshot) {
    ++counters_.snapshots_bad;
    return again();
  }
  if (!feed.sync.on_snapshot(payload_of<DepthHeader>(record).last_id)) {
    ++counters_.snapshots_too_old;
    return again();
  }
  feed.backoff.reset();
  if (!push(feed, record)) return lose(feed);
  ++counters_.snapshots;
}

void MarketLink::record_snapshot(const Feed& feed, std::string_view body, WallTime wall) {
  std::string before{R"({"stream":")"};
  before.append(feed.symbol.view()).append(kSnapshotName).append(R"(","data":)");
  static_cast<void>(settings_.recorder->offer(wall, body, before, "}"));
}

bool MarketLink::push(Feed& feed, RecordHeader& record) noexcept {
  record.source = feed.source;
  record.source_sequence = ++feed.sequence;
  if (record.length > out_.length_max() || !out_.try_push(record)) return false;
  ++counters_.records;
  return true;
}

// No room for something that the book needs: nothing of it is passed on until that was told.
void MarketLink::lose(Feed& feed) noexcept {
  ++counters_.depth_dropped;
  if (feed.lost++ == 0) ++lost_feeds_;
}

bool MarketLink::tell_lost(Feed& feed, MonoTime now, WallTime wall) {
  if (feed.lost == 0) return true;
  auto record = make_record(RecordKind::FeedDropped, FeedDropped{feed.lost});
  record.header.wall = wall;
  record.header.instrument = feed.instrument;
  if (!push(feed, record.header)) return false;
  feed.lost = 0;
  --lost_feeds_;
  feed.sync.reset();
  if (feed.up) want_snapshot(feed, now + settings_.snapshot_after_ns, true);
  return true;
}

// A status that finds no room: the book is told as lost instead, which ends it just as well.
void MarketLink::tell_status(Feed& feed, FeedEvent event, WallTime wall) noexcept {
  auto record = make_record(RecordKind::FeedStatus, FeedStatus{event, {}});
  record.header.wall = wall;
  record.header.instrument = feed.instrument;
  if (!push(feed, record.header) && feed.lost++ == 0) ++lost_feeds_;
}

void MarketLink::resynchronise(InstrumentId instrument, MonoTime now) {
  Feed* feed = feed_of(instrument);
  if (feed == nullptr || !feed->up) return;
  feed->sync.unsynchronise();
  want_snapshot(*feed, now);
}
}  // namespace sq::binance
