#include "engine/app/live/venue_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/telemetry/format.hpp"
#include "engine/types/text.hpp"

namespace sq::app {
namespace {
constexpr std::int64_t kUnjoinedNs = 2 * kNsPerSecond;  // the link itself asks much earlier
constexpr std::int64_t kAskAgainNs = 10 * kNsPerSecond;
constexpr std::int64_t kClosingNs = 3 * kNsPerSecond;  // of connections, in order
constexpr std::uint32_t kRoundsALook = 16;

bool is_joined(BookState state) noexcept {
  return state != BookState::Syncing && state != BookState::Gapped;
}
}  // namespace

BookWatch::BookWatch(const settings::Config& config) : watched_(config.instruments.size()) {
  for (const auto& each : config.instruments) venue_of_.push_back(each.instrument.venue);
}

void BookWatch::look(const core::Core& core, const VenueThreads& venues) noexcept {
  if (++rounds_ % kRoundsALook != 0) return;
  const std::size_t i = next_++ % watched_.size();
  const InstrumentId id{static_cast<std::uint32_t>(i)};
  Watched& watched = watched_[i];
  if (is_joined(core.book(id).state())) {
    watched = {};
    return;
  }
  const MonoTime now = core.now();
  if (watched.since.ns == 0) watched.since = now;
  if (now - watched.since < kUnjoinedNs || now - watched.asked < kAskAgainNs) return;
  watched.asked = now;
  for (const auto& venue : venues)
    if (venue->venue() == venue_of_[i]) venue->resynchronise(id);
}

void VenueNews::tell(const VenueThreads& venues, telemetry::Log& text_log) {
  told_.resize(venues.size());
  for (std::size_t v = 0; v < venues.size(); ++v) {
    VenueStatus now = venues[v]->status();
    VenueStatus& was = told_[v];
    const std::string_view name = sq::text_of(now.venue);
    if (now.market != was.market || was.venue == VenueId::None)
      text_log.info("venue", "{}: market data {}", name, binance::text_of(now.market));
    if (now.takes_orders && (now.ready != was.ready || now.stopped != was.stopped))
      text_log.info("venue", "{}: {}", name,
                    now.stopped ? "no orders any more"
                                : (now.ready ? "takes orders" : "takes no orders now"));
    if (now.market_problem != was.market_problem && !now.market_problem.empty())
      text_log.warning("venue", "{}: {}", name, now.market_problem);
    if (now.order_problem != was.order_problem && !now.order_problem.empty())
      text_log.warning("venue", "{}: {}", name, now.order_problem);
    if (now.banned_until != was.banned_until)
      text_log.error("venue", "{}: banned, nothing is sent until it ends", name);
    was = std::move(now);
  }
}

void close_venues(const VenueThreads& venues, const LiveClock& clock,
                  const std::function<bool()>& round) {
  for (const auto& venue : venues) venue->end();
  const MonoTime closed = clock.now() + kClosingNs;
  const auto open = [&] {
    return std::ranges::any_of(venues, [](const auto& venue) { return !venue->ended(); });
  };
  while (open() && clock.now() < closed) static_cast<void>(round());
  while (round()) {  // what came last
  }
}

void report_venue(const VenueStatus& status, Summary& summary) {
  const std::string name{sq::text_of(status.venue)};
  const auto& market = status.market_counters;
  summary.assumptions.push_back(
      {name + " market", fmt::format("{} messages, {} connections, {} gaps, {} snapshots",
                                     telemetry::with_separators(market.messages),
                                     market.lanes.connections, market.gaps, market.snapshots)});
  if (market.depth_dropped != 0 || market.others_dropped != 0)
    summary.warnings.push_back(
        fmt::format("{}: the core fell behind: {} depth updates and {} other records found no room",
                    name, market.depth_dropped, market.others_dropped));
  if (status.malformed != 0)
    summary.warnings.push_back(fmt::format("{}: {} malformed messages", name, status.malformed));
  if (!status.takes_orders) return;
  const auto& orders = status.order_counters;
  summary.assumptions.push_back(
      {name + " orders",
       fmt::format("{} orders, {} cancels, {} by REST, {} not sent, {} of unknown outcome, {} held "
                   "by the rate limits; clock {:+} us +- {} us",
                   telemetry::with_separators(orders.orders_sent),
                   telemetry::with_separators(orders.cancels_sent), orders.by_rest, orders.not_sent,
                   orders.unknown, orders.held, status.clock_ahead_ns / kNsPerUs,
                   status.clock_uncertainty_ns / kNsPerUs)});
  if (status.stopped) summary.warnings.push_back(fmt::format("{}: {}", name, status.order_problem));
}
}  // namespace sq::app
