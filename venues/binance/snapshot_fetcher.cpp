#include "venues/binance/snapshot_fetcher.hpp"

#include <algorithm>
#include <stdexcept>

#include "venues/binance/market_streams.hpp"
#include "venues/binance/rate_headers.hpp"

namespace sq::binance {
namespace {
constexpr SnapshotDepth kSpot[]{{100, 5}, {500, 25}, {1'000, 50}, {5'000, 250}};
constexpr SnapshotDepth kUsdm[]{{5, 2},   {10, 2},   {20, 2},    {50, 2},
                                {100, 5}, {500, 10}, {1'000, 20}};
constexpr int kOk = 200;
constexpr std::int64_t kHeldNsMin = 100 * kNsPerMs;
constexpr std::int64_t kHeldNsMax = 60 * kNsPerSecond;
constexpr std::size_t kNone = ~std::size_t{0};
}  // namespace

SnapshotDepth snapshot_depth(VenueId venue, std::int32_t levels) {
  const std::span<const SnapshotDepth> offered = venue == VenueId::BinanceSpot
                                                     ? std::span<const SnapshotDepth>{kSpot}
                                                     : std::span<const SnapshotDepth>{kUsdm};
  for (const SnapshotDepth& each : offered)
    if (levels > 0 && each.levels >= levels) return each;
  throw std::invalid_argument("snapshot levels: 1 to " + std::to_string(offered.back().levels));
}

SnapshotFetcher::SnapshotFetcher(const LinkSettings& link, std::int32_t levels,
                                 std::size_t connections)
    : depth_{snapshot_depth(link.venue, levels)}, asks_(link.instruments.size()) {
  const char* path = link.venue == VenueId::BinanceSpot ? "/api/v3/depth" : "/fapi/v1/depth";
  for (const Instrument& instrument : link.instruments) {
    std::string target = link.rest.path;
    target.append(path).append("?symbol=");
    target.append(percent_encoded(std::string{instrument.symbol.view()}));
    targets_.push_back(target.append("&limit=").append(std::to_string(depth_.levels)));
  }
  net::HttpClientSettings http;
  http.connection.host = link.rest.host;
  http.connection.port = link.rest.port;
  http.connection.addresses = link.rest.addresses;
  http.connection.tls = link.rest.tls;
  http.limits.body_bytes_max = std::size_t{4} << 20U;
  for (std::size_t i = 0; i < std::max<std::size_t>(connections, 1); ++i)
    fetches_.push_back(std::make_unique<Fetch>(http));
}

void SnapshotFetcher::set_addresses(const std::vector<net::Endpoint>& addresses) {
  for (const auto& fetch : fetches_) fetch->client.set_addresses(addresses);
}

void SnapshotFetcher::want(std::size_t instrument, MonoTime due, bool again) {
  Ask& ask = asks_[instrument];
  if (ask.wanted || (ask.under_way && !again)) return;
  ask.wanted = true;
  ask.due = due;
  ++wanted_;
}
void SnapshotFetcher::forget(std::size_t instrument) {
  if (asks_[instrument].wanted) --wanted_;
  asks_[instrument].wanted = false;
}

std::size_t SnapshotFetcher::next_due(MonoTime now) const noexcept {
  std::size_t found = kNone;
  for (std::size_t i = 0; i < asks_.size(); ++i) {
    const Ask& ask = asks_[i];
    if (!ask.wanted || ask.under_way || now < ask.due) continue;
    if (found == kNone || ask.due < asks_[found].due) found = i;
  }
  return found;
}

void SnapshotFetcher::ask_for(Fetch& fetch, MonoTime now, WallTime wall, RateGovernor& governor) {
  if (wanted_ == 0 || now < held_until_) return;
  const std::size_t next = next_due(now);
  if (next == kNone) return;
  const Permission permission = governor.ask({.weight = depth_.weight}, Purpose::Other, wall);
  if (!permission.granted()) {
    ++counters_.held;
    problem_ = std::string{"snapshots are held: "}.append(text_of(permission.hold));
    held_until_ = now + std::clamp(permission.until - wall, kHeldNsMin, kHeldNsMax);
    return;
  }
  net::HttpAsk ask;
  ask.target = targets_[next];
  ++counters_.asked;
  fetch.busy = true;
  fetch.instrument = next;
  asks_[next].wanted = false;
  asks_[next].under_way = true;
  --wanted_;
  ++under_way_;
  fetch.taken = fetch.client.ask(ask, now);
}

bool SnapshotFetcher::step(MonoTime now, WallTime wall, RateGovernor& governor, Answer& answer) {
  using Outcome = net::HttpClient::Outcome;
  if (idle()) return false;
  for (const auto& fetch : fetches_) {
    if (!fetch->busy) ask_for(*fetch, now, wall, governor);
    if (!fetch->busy) continue;
    const Outcome outcome = fetch->taken ? fetch->client.step(now) : Outcome::NotSent;
    if (outcome == Outcome::Waiting) continue;
    fetch->busy = false;
    --under_way_;
    asks_[fetch->instrument].under_way = false;
    answer = {fetch->instrument, false, {}};
    if (outcome == Outcome::Answered) {
      ++counters_.answered;
      note_limits(governor, fetch->client.head(), wall);
      answer.good = fetch->client.head().status == kOk;
      answer.body = fetch->client.body();
      if (!answer.good)
        problem_ = "snapshot: status " + std::to_string(fetch->client.head().status);
    } else {
      problem_ = "snapshot: " + fetch->client.why();
    }
    if (!answer.good) ++counters_.failed;
    return true;
  }
  return false;
}
}  // namespace sq::binance
