// What a market link tells of itself, and its end.
#include <algorithm>

#include "venues/binance/market_link.hpp"

namespace sq::binance {
void MarketLink::end(MonoTime now, WallTime wall) {
  if (ending_) return;
  ending_ = true;
  for (const auto& lane : lanes_) lane->stream.end(now);
  for (Feed& feed : feeds_) {
    static_cast<void>(tell_lost(feed, now, wall));
    tell_status(feed, FeedEvent::Ended, wall);
    feed.up = false;
  }
}

void MarketLink::set_addresses(const std::vector<net::Endpoint>& stream,
                               const std::vector<net::Endpoint>& rest) {
  for (const auto& lane : lanes_) lane->stream.set_addresses(stream);
  fetcher_.set_addresses(rest);
}

MarketLinkState MarketLink::state() const noexcept {
  const auto with = [this](auto property) {
    return static_cast<std::size_t>(std::count_if(
        lanes_.begin(), lanes_.end(), [&](const auto& lane) { return property(lane->stream); }));
  };
  if (ending_)
    return with([](const StreamLane& lane) { return lane.ended(); }) == lanes_.size()
               ? MarketLinkState::Ended
               : MarketLinkState::Ending;
  const std::size_t up = with([](const StreamLane& lane) { return lane.up(); });
  if (up == lanes_.size()) return MarketLinkState::Open;
  return up == 0 ? MarketLinkState::Connecting : MarketLinkState::Partial;
}

std::size_t MarketLink::synchronised() const noexcept {
  return static_cast<std::size_t>(std::count_if(feeds_.begin(), feeds_.end(), [](const Feed& feed) {
    return feed.up && feed.lost == 0 && feed.sync.synchronised();
  }));
}

MarketLinkCounters MarketLink::counters() const noexcept {
  MarketLinkCounters all = counters_;
  for (const auto& lane : lanes_) {
    const LaneCounters& one = lane->stream.counters();
    all.lanes.connections += one.connections;
    all.lanes.disconnects += one.disconnects;
    all.lanes.failures += one.failures;
    all.lanes.held += one.held;
    all.lanes.handovers += one.handovers;
    all.lanes.subscribe_errors += one.subscribe_errors;
  }
  all.fetches = fetcher_.counters();
  return all;
}

std::string MarketLink::problem() const {
  std::string text;
  for (const auto& lane : lanes_) {
    if (lane->stream.problem().empty()) continue;
    if (!text.empty()) text.append("; ");
    text.append(lane->stream.problem());
  }
  if (!fetcher_.problem().empty()) {
    if (!text.empty()) text.append("; ");
    text.append(fetcher_.problem());
  }
  return text;
}

std::string_view text_of(MarketLinkState state) noexcept {
  switch (state) {
    case MarketLinkState::Connecting:
      return "connecting";
    case MarketLinkState::Partial:
      return "partly connected";
    case MarketLinkState::Open:
      return "connected";
    case MarketLinkState::Ending:
      return "ending";
    case MarketLinkState::Ended:
      return "ended";
  }
  return "?";
}
}  // namespace sq::binance
