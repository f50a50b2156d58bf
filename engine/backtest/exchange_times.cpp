// SimulatedExchange: what happens by the clock (outages, funding, marks), and who is let in.
#include <algorithm>
#include <utility>

#include "engine/backtest/exchange.hpp"
#include "engine/messaging/breakers.hpp"

namespace sq::backtest {
namespace {
constexpr WallTime kNever{std::numeric_limits<std::int64_t>::max()};
constexpr std::int64_t kMarkEveryNs = kNsPerSecond;  // without a stream of marks
constexpr std::int64_t kHourNs = 3'600 * kNsPerSecond;

constexpr WallTime next_multiple(WallTime now, std::int64_t step) noexcept {
  return {(now.ns / step + 1) * step};
}
bool perpetual(const Instrument& instrument) noexcept {
  return instrument.kind == InstrumentKind::LinearPerpetual ||
         instrument.kind == InstrumentKind::InversePerpetual;
}
bool covers(const settings::Outage& outage, const Instrument& instrument) noexcept {
  return outage.venue == instrument.venue &&
         (outage.symbol == Symbol{} || outage.symbol == instrument.symbol);
}
// Weight of a request at a venue's gateway. Source: Binance spot "Limits" (placing and cancelling
// cost 1, a query and an amend in place 4) and USD-M (placing and changing 0, the others 1). What
// leaves as one message counts once.
std::uint32_t weight_of(VenueId venue, const RecordHeader& request) noexcept {
  const RecordKind kind = request.kind;
  const bool spot = venue == VenueId::BinanceSpot;
  if (kind == RecordKind::OrderSent) return spot ? 1 : 0;
  if (kind == RecordKind::AmendSent) {
    const bool in_place = payload_of<AmendRequest>(request).style == AmendStyle::InPlace;
    return !spot ? 0 : in_place ? 4 : 1;
  }
  if (kind == RecordKind::CancelSent &&
      payload_of<CancelRequest>(request).group == CancelGroup::All)
    return 0;
  return kind == RecordKind::QuerySent && spot ? 4 : 1;
}
}  // namespace

void SimulatedExchange::set_up(const SimulationSettings& settings,
                               std::span<const Instrument> instruments) {
  markets_.resize(instruments.size());
  for (const std::unique_ptr<SimInstrument>& each : instruments_) {
    const Instrument& of = each->instrument();
    Market& market = markets_[index_of(of.id)];
    MarginInstrument margin;
    margin.of = of;
    for (const settings::SimulatedInstrument& found : settings.model.instruments) {
      if (found.venue != of.venue || found.symbol != of.symbol) continue;
      market.settings = found;
      margin.rules = MarginRules{found};
      margin.mode = found.mode;
    }
    margin.tracked =
        (of.kind == InstrumentKind::LinearPerpetual || of.kind == InstrumentKind::LinearFuture) &&
        of.multiplier == Qty::from_units(1);
    market.rate_known = market.settings.funding_rate.has_value();
    market.rate = market.settings.funding_rate.value_or(Ratio{});
    margin_.add(margin);
  }
  for (const settings::SimulatedVenue& venue : settings.model.venues) {
    if (static_cast<std::size_t>(venue.venue) >= kVenuesMax) continue;
    if (settings.model.rate_limits)
      limits_[static_cast<std::size_t>(venue.venue)] = RequestLimits{venue};
    fees_[static_cast<std::size_t>(venue.venue)] = FeeSchedule{venue};
  }
  liquidated_.reserve(settings.open_orders_max);
}

void SimulatedExchange::on_time(WallTime at) noexcept {
  apply_outages();
  for (std::uint32_t i = 0; i < markets_.size(); ++i) {
    Market& market = markets_[i];
    const std::int64_t interval = market.settings.funding_interval_h * kHourNs;
    const bool pays =
        model_.funding && market.rate_known && perpetual(instruments_[i]->instrument());
    if (pays && market.next_funding == WallTime{})
      market.next_funding = next_multiple(at, interval);
    if (pays && at >= market.next_funding) {
      settle_funding(i);
      // Nothing was received for longer than an interval: those in between are not made up.
      market.next_funding = next_multiple(at, interval);
    }
    if (margined(i) && !market.mark_from_feed) {
      refresh_mark(i);
      check_liquidation(i);
    }
  }
  plan_time();
}

void SimulatedExchange::plan_time() noexcept {
  timed_at_ = kNever;
  for (const settings::Outage& outage : model_.outages) {
    for (const WallTime boundary : {outage.from, outage.to}) {
      if (boundary > now_) timed_at_ = std::min(timed_at_, boundary);
    }
  }
  for (const Market& market : markets_) {
    if (market.rate_known && market.next_funding > now_)
      timed_at_ = std::min(timed_at_, market.next_funding);
  }
  for (const MarginPosition& position : margin_.positions()) {
    if (position.qty != Qty{} && !markets_[position.instrument].mark_from_feed &&
        margined(position.instrument))
      timed_at_ = std::min(timed_at_, next_multiple(now_, kMarkEveryNs));
  }
}

void SimulatedExchange::apply_outages() noexcept {
  for (std::size_t i = 0; i < markets_.size(); ++i) {
    bool closed = false;
    bool maintenance = false;
    for (const settings::Outage& outage : model_.outages) {
      if (!covers(outage, instruments_[i]->instrument()) || now_ < outage.from || now_ >= outage.to)
        continue;
      closed = true;
      maintenance = maintenance || outage.kind == settings::OutageKind::Maintenance;
    }
    if (closed != markets_[i].closed) instruments_[i]->set_closed(closed);
    markets_[i].closed = closed;
    markets_[i].maintenance = maintenance;
  }
  tell_maintenance();
}

// Of the whole venue; that of one instrument shows in the answers to its orders.
void SimulatedExchange::tell_maintenance() noexcept {
  for (const std::unique_ptr<SimInstrument>& each : instruments_) {
    const Instrument& of = each->instrument();
    if (static_cast<std::size_t>(of.venue) >= kVenuesMax) continue;
    const bool now = std::ranges::any_of(model_.outages, [&](const settings::Outage& outage) {
      return outage.venue == of.venue && outage.symbol == Symbol{} &&
             outage.kind == settings::OutageKind::Maintenance && now_ >= outage.from &&
             now_ < outage.to;
    });
    if (std::exchange(in_maintenance_[static_cast<std::size_t>(of.venue)], now) == now) continue;
    VenueState state;
    state.venue = of.venue;
    state.condition = now ? VenueCondition::Maintenance : VenueCondition::Connected;
    auto record = make_record(RecordKind::VenueState, state);
    say(record.header, of.id);
  }
}

RejectCode SimulatedExchange::admit(const RecordHeader& request) noexcept {
  const SimInstrument* market = find(request.instrument);
  if (market == nullptr) return RejectCode::None;
  if (markets_[index_of(request.instrument)].maintenance) return RejectCode::Maintenance;
  const VenueId venue = market->instrument().venue;
  // Spot counts no order for an amend in place.
  const bool order = request.kind == RecordKind::OrderSent ||
                     (request.kind == RecordKind::AmendSent &&
                      (venue != VenueId::BinanceSpot ||
                       payload_of<AmendRequest>(request).style == AmendStyle::CancelReplace));
  return limits_[static_cast<std::size_t>(venue)].take(order, weight_of(venue, request), now_);
}

// A query that is turned away has no answer: silence is not a word about the order.
void SimulatedExchange::turn_away(const RecordHeader& request, RejectCode code) noexcept {
  if (request.kind == RecordKind::OrderSent)
    return reject(order_request_of(request), request.instrument, code);
  if (request.kind == RecordKind::AmendSent) {
    const auto& amend = payload_of<AmendRequest>(request);
    const OrderFate* fate = index_.find(amend.id);
    return refuse_amend(amend, fate == nullptr ? OrderFate{} : *fate, request.instrument, code);
  }
  if (request.kind != RecordKind::CancelSent) return;
  OrderReport refused;
  refused.id = payload_of<CancelRequest>(request).id;
  refused.kind = ReportKind::CancelRejected;
  refused.code = code;
  if (const OrderFate* fate = index_.find(refused.id)) {
    refused.venue_order_id = fate->venue_order_id;
    refused.cumulative_qty = fate->filled;
  }
  report(refused, request.instrument);
}

// PERCENT_PRICE and MAX_NUM_ORDERS. USD-M: a buy at most so far above the mark, a sell at least so
// far below; spot: both bounds for both sides, around the middle of the touch.
RejectCode SimulatedExchange::check_venue(const SimOrder& order, SimInstrument& market) noexcept {
  const std::uint32_t index = index_of(order.instrument);
  const settings::SimulatedInstrument& settings = markets_[index].settings;
  if (settings.venue != VenueId::None && markets_[index].open_orders >= settings.open_orders_max)
    return RejectCode::RateLimit;
  return check_band(order, market);
}

RejectCode SimulatedExchange::check_band(const SimOrder& order, SimInstrument& market) noexcept {
  const std::uint32_t index = index_of(order.instrument);
  const settings::SimulatedInstrument& settings = markets_[index].settings;
  const bool bounded = settings.price_up_ppm != 0 || settings.price_down_ppm != 0;
  if (!model_.filters || !bounded || order.type == OrderType::Market) return RejectCode::None;
  const bool spot = market.instrument().kind == InstrumentKind::Spot;
  const Price reference = spot ? market.middle() : refresh_mark(index);
  if (reference == Price{}) return RejectCode::None;
  constexpr Int128 kWhole = 1'000'000;
  const Int128 price = Int128{order.limit.raw()} * kWhole;
  const bool buy = order.side == Side::Buy;
  const bool above = settings.price_up_ppm != 0 && (spot || buy) &&
                     price > Int128{reference.raw()} * settings.price_up_ppm;
  const bool below = settings.price_down_ppm != 0 && (spot || !buy) &&
                     price < Int128{reference.raw()} * settings.price_down_ppm;
  return above || below ? RejectCode::Filter : RejectCode::None;
}

void SimulatedExchange::on_mark(const RecordHeader& record) noexcept {
  const std::uint32_t index = index_of(record.instrument);
  if (index >= markets_.size()) return;
  const auto& told = payload_of<MarkPrice>(record);
  if (told.mark <= Price{}) return;
  Market& market = markets_[index];
  market.mark_from_feed = true;
  margin_.instrument(index).mark = told.mark;
  // Dated futures have no funding: rate and time are empty there.
  if (told.next_funding > WallTime{}) {
    market.rate_known = true;
    market.rate = told.funding_rate;
    if (told.next_funding != market.next_funding) {
      market.next_funding = told.next_funding;
      plan_time();
    }
  }
  if (margined(index)) check_liquidation(index);
}

// position x mark x rate: longs pay when the rate is positive. Payments up, receipts down.
void SimulatedExchange::settle_funding(std::uint32_t index) noexcept {
  const Instrument& instrument = instruments_[index]->instrument();
  const Price mark = refresh_mark(index);
  if (mark == Price{}) return;
  for (AccountPosition& position : positions_) {
    if (index_of(position.instrument) != index || position.position == Qty{}) continue;
    const Ratio rate = markets_[index].rate;
    const bool pays = (position.position > Qty{}) == (rate > Ratio{});
    const Rounding rounding = pays ? Rounding::Up : Rounding::Down;
    const auto value = instrument.notional(mark, position.position, rounding);
    if (!value) continue;
    const Int128 size = rate < Ratio{} ? -Int128{rate.raw()} : Int128{rate.raw()};
    const auto amount = divide(size * value->raw, Ratio::kScale, rounding);
    if (!amount || *amount == 0) continue;
    FundingSettled settled;
    settled.mark = mark;
    settled.rate = rate;
    settled.position = position.position;
    settled.amount = {instrument.settle, pays ? -*amount : *amount};
    settled.funding_time = markets_[index].next_funding;
    settled.account = position.account;
    wallet_.at(instrument.venue, position.account, instrument.settle).total += settled.amount.raw;
    position.funding += settled.amount.raw;
    MarginPosition& held = margin_.position(position.account, index);
    if (margin_.isolated(held) && margined(index)) held.isolated += settled.amount.raw;
    auto record = make_record(RecordKind::FundingSettled, settled);
    say(record.header, instrument.id);
  }
  if (margined(index)) check_liquidation(index);
}
}  // namespace sq::backtest
