#include "engine/backtest/simulation.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace sq::backtest {
namespace {
std::vector<VenueId> venues_by_id(const std::vector<Instrument>& instruments) {
  std::vector<VenueId> venues(instruments.size(), VenueId::None);
  for (const Instrument& instrument : instruments) {
    if (index_of(instrument.id) >= venues.size())
      throw std::invalid_argument("simulation: instrument ids are not 0 to n - 1");
    venues[index_of(instrument.id)] = instrument.venue;
  }
  return venues;
}
// Empty sources last.
std::uint32_t first_source(feed::Source& source) {
  const RecordHeader* first = source.peek();
  return first == nullptr ? std::numeric_limits<std::uint32_t>::max()
                          : static_cast<std::uint16_t>(first->source);
}
constexpr std::size_t kNoLink = std::numeric_limits<std::size_t>::max();
}  // namespace

Simulation::Simulation(const SimulationSettings& settings, std::vector<Instrument> instruments,
                       std::vector<std::unique_ptr<feed::Source>> sources)
    : settings_{settings},
      instruments_{std::move(instruments)},
      venues_{venues_by_id(instruments_)},
      exchange_{settings_, instruments_, *this},
      link_index_(kVenuesMax, kNoLink) {
  const settings::Simulation& model = settings_.model;
  offsets_.assign(kVenuesMax, ClockOffset{model.feed_latency_ns});
  std::vector<VenueId> venues = venues_;
  std::sort(venues.begin(), venues.end());
  venues.erase(std::unique(venues.begin(), venues.end()), venues.end());
  links_.reserve(venues.size());
  for (const VenueId venue : venues) {
    link_index_[static_cast<std::size_t>(venue)] = links_.size();
    links_.emplace_back(venue, model, settings_.seed);
  }
  std::vector<std::pair<std::uint32_t, std::size_t>> order;
  order.reserve(sources.size());
  for (std::size_t i = 0; i < sources.size(); ++i) order.emplace_back(first_source(*sources[i]), i);
  std::sort(order.begin(), order.end());
  feeds_.reserve(sources.size());
  for (const auto& [source, index] : order) {
    feeds_.push_back({std::move(sources[index]),
                      FeedClock{model.feed_latency, model.feed_latency_ns},
                      DelayLine{direct() ? 0 : settings_.delay_bytes}});
  }
  request_at_.assign(links_.size(), kNever);
  report_at_.assign(links_.size(), kNever);
  exchange_at_.assign(feeds_.size(), kNever);
  core_at_.assign(feeds_.size(), kNever);
  if (model.feed_latency == settings::FeedLatency::Recorded) {
    for (Feed& feed : feeds_) preview(feed);
  }
  for (std::size_t i = 0; i < feeds_.size(); ++i) load(i);
}

void Simulation::connect(CoreInput& core) noexcept {
  core_ = &core;
  ready_ = false;
}

void Simulation::follow_clock(WallTime now) {
  SQ_CHECK(direct());
  horizon_ = clocked() ? std::max(horizon_, now) : now;
  for (std::size_t i = 0; i < feeds_.size(); ++i)
    if (exchange_at_[i] == kNever && core_at_[i] == kNever) load(i);
}

VenueId Simulation::venue_of(InstrumentId id) const noexcept {
  return index_of(id) < venues_.size() ? venues_[index_of(id)] : VenueId::None;
}

// The source's next record, copied to the line; null at the end.
RecordHeader* Simulation::take(Feed& feed) {
  RecordHeader* record = feed.source->peek();
  if (record == nullptr) return nullptr;
  RecordHeader& copy = feed.line.push(*record);
  feed.source->pop();
  if (copy.wall < feed.last_received) {
    copy.wall = feed.last_received;
    ++feed.backwards;
  }
  feed.last_received = copy.wall;
  return &copy;
}

void Simulation::preview(Feed& feed) {
  for (std::uint32_t i = 0; i < settings_.offset_records; ++i) {
    const RecordHeader* record = take(feed);
    if (record == nullptr) return;
    if (record->venue_time.ns != 0)
      offset_of(venue_of(record->instrument)).preview(record->wall, record->venue_time);
  }
}

void Simulation::load(std::size_t index) {
  Feed& feed = feeds_[index];
  if (direct()) {
    RecordHeader* record = feed.source->peek();
    exchange_at_[index] = core_at_[index] = kNever;
    if (record == nullptr) return;
    if (record->wall < feed.last_received) {
      record->wall = feed.last_received;
      ++feed.backwards;
    }
    // Behind what has happened already: market data come before a request of the same time.
    if (clocked()) record->wall = std::max({record->wall, now_, WallTime{request_run_.ns + 1}});
    feed.last_received = record->wall;
    exchange_at_[index] = core_at_[index] = record->wall;
    return;
  }
  RecordHeader* record = feed.line.unseen();
  if (record == nullptr) record = take(feed);
  exchange_at_[index] = record == nullptr
                            ? kNever
                            : feed.clock.exchange_time(record->wall, record->venue_time,
                                                       offset_of(venue_of(record->instrument)));
  const RecordHeader* front = feed.line.front();
  core_at_[index] = front == nullptr ? kNever : front->wall;
}

Simulation::Due Simulation::next_at_exchange() const noexcept {
  Due due;
  for (std::size_t i = 0; i < exchange_at_.size(); ++i) {
    if (exchange_at_[i] < due.at) due = {exchange_at_[i], Kind::Feed, i};
  }
  for (std::size_t i = 0; i < request_at_.size(); ++i) {
    if (request_at_[i] < due.at) due = {request_at_[i], Kind::Request, i};
  }
  return due;
}

Simulation::Due Simulation::next_at_core(WallTime timer) const noexcept {
  Due due;
  for (std::size_t i = 0; i < report_at_.size(); ++i) {
    if (report_at_[i] < due.at) due = {report_at_[i], Kind::Report, i};
  }
  Due market;
  for (std::size_t i = 0; i < core_at_.size(); ++i) {
    if (core_at_[i] < market.at) market = {core_at_[i], Kind::Feed, i};
  }
  // Last at equal times; alone it does not keep a run going.
  if (derived_ != nullptr && market.kind != Kind::None && derived_->next() < market.at)
    market = {std::max(derived_->next(), now_), Kind::Derived, 0};
  if (timer < due.at && timer <= market.at) {
    const bool busy = clocked() || due.kind != Kind::None || market.kind != Kind::None ||
                      std::any_of(request_at_.begin(), request_at_.end(),
                                  [](WallTime at) { return at != kNever; });
    if (busy) return {timer, Kind::Timer, 0};
  }
  return market.at < due.at ? market : due;
}

// The core asks for trades by the venue's clock, which it knows from reports.
void Simulation::to_exchange_clock(RecordHeader& request) noexcept {
  const bool recorded = settings_.model.feed_latency == settings::FeedLatency::Recorded;
  if (!recorded || request.kind != RecordKind::QuerySent || !is_payload<AccountQuery>(request))
    return;
  AccountQuery query = payload_of<AccountQuery>(request);
  query.trades_from = query.trades_from + offset_of(query.venue).ns();
  std::memcpy(reinterpret_cast<std::byte*>(&request) + sizeof request, &query, sizeof query);
}

void Simulation::run_exchange(const Due& due) {
  if (due.kind == Kind::Request) {
    request_run_ = due.at;
    Fifo<RequestInFlight>& requests = links_[due.index].requests();
    to_exchange_clock(requests.front().record.header);
    exchange_.on_request(requests.front().record.header, due.at);
    requests.pop();
    request_at_[due.index] = requests.empty() ? kNever : requests.front().arrives;
    return;
  }
  Feed& feed = feeds_[due.index];
  if (direct()) {
    exchange_.on_market(*feed.source->peek(), due.at);
    exchange_at_[due.index] = kNever;  // until the core had it, too
    return;
  }
  exchange_.on_market(*feed.line.unseen(), due.at);
  feed.line.seen();
  load(due.index);
}

bool Simulation::settle() {
  if (ready_) return true;
  SQ_CHECK(core_ != nullptr);
  const MonoTime deadline = core_->next_timer();
  const WallTime timer{std::max(deadline.ns, now_.ns)};
  Due input = next_at_core(timer);
  for (Due event = next_at_exchange();
       event.kind != Kind::None && event.at <= std::min(input.at, horizon_);
       event = next_at_exchange()) {
    inputs_changed_ = event.kind == Kind::Request;
    run_exchange(event);
    // Market data alone brings nothing nearer to the core that is not already on its way.
    if (inputs_changed_) input = next_at_core(timer);
  }
  if (input.kind == Kind::None || input.at > horizon_) return false;
  if (!clocked() && input.kind != Kind::Feed && drained(input.at)) return false;
  next_ = input;
  ready_ = true;
  return true;
}

// All market data are through and `at` is too long after them.
bool Simulation::drained(WallTime at) const noexcept {
  const bool open =
      std::any_of(core_at_.begin(), core_at_.end(), [](WallTime next) { return next != kNever; });
  return !open && at - last_market_ > settings_.drain_ns_max;
}

std::optional<MonoTime> Simulation::next_time() {
  if (!settle()) return std::nullopt;
  return MonoTime{next_.at.ns};
}

bool Simulation::step() {
  if (!settle()) return false;
  deliver();
  return true;
}

void Simulation::deliver() {
  ready_ = false;
  now_ = next_.at;
  switch (next_.kind) {
    case Kind::Feed:
      deliver_market(next_.index);
      return;
    case Kind::Derived:
      deliver_derived();
      return;
    case Kind::Report: {
      Fifo<AnswerInFlight>& reports = links_[next_.index].reports();
      core_->on_input(reports.front().header());
      reports.pop();
      report_at_[next_.index] = reports.empty() ? kNever : reports.front().header().wall;
      return;
    }
    case Kind::Timer: {
      RecordHeader tick;
      tick.length = record_length(0);
      tick.kind = RecordKind::TimeTick;
      tick.wall = now_;
      tick.mono = MonoTime{now_.ns};
      core_->on_input(tick);
      return;
    }
    case Kind::None:
    case Kind::Request:
      SQ_CHECK(false && "not an input of the core");
  }
}

void Simulation::deliver_market(std::size_t index) {
  Feed& feed = feeds_[index];
  RecordHeader* const record = direct() ? feed.source->peek() : feed.line.front();
  SQ_CHECK(record != nullptr);
  record->mono = MonoTime{now_.ns};
  last_market_ = now_;
  ++market_inputs_;
  if (derived_ != nullptr) derived_->on_market(*record);
  core_->on_input(*record);
  if (direct()) {
    feed.source->pop();
    load(index);
    return;
  }
  feed.line.pop();
  const RecordHeader* front = feed.line.front();
  core_at_[index] = front == nullptr ? kNever : front->wall;
}

void Simulation::deliver_derived() {
  RecordHeader& record = derived_->take(now_);
  record.wall = now_;
  record.mono = MonoTime{now_.ns};
  core_->on_input(record);
}

void Simulation::inject(RecordHeader& input) {
  if (settle()) {
    now_ = next_.at;
  } else if (clocked()) {
    now_ = std::max(now_, horizon_);
  }
  ready_ = false;
  input.wall = now_;
  input.mono = MonoTime{now_.ns};
  core_->on_input(input);
}

void Simulation::send(const RecordHeader& request) noexcept {
  SQ_CHECK(index_of(request.instrument) < venues_.size());
  const std::size_t index = link_of(venue_of(request.instrument));
  OrderLink& link = links_[index];
  link.send(request, now_);
  request_at_[index] = link.requests().front().arrives;
}

void Simulation::on_report(RecordHeader& report, VenueId venue, WallTime at) noexcept {
  // The venue stamps with its own clock.
  const bool recorded = settings_.model.feed_latency == settings::FeedLatency::Recorded;
  const WallTime told = report.venue_time.ns != 0 ? report.venue_time : at;  // of a trade in a list
  report.venue_time = recorded ? told - offset_of(venue).ns() : told;
  const std::size_t index = link_of(venue);
  OrderLink& link = links_[index];
  link.report(report, at);
  report_at_[index] = link.reports().front().header().wall;
  inputs_changed_ = true;
}
}  // namespace sq::backtest
