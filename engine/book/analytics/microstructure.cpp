#include "engine/book/analytics/microstructure.hpp"

#include <stdexcept>

namespace sq::book::analytics {
namespace {
const MicrostructureSettings& checked(const MicrostructureSettings& settings) {
  const bool in_range = settings.tick > Price{} && settings.trades_window >= 8 &&
                        settings.bars_window >= 2 && settings.quote_delay_ns >= 0 &&
                        settings.var_refresh_trades != 0 && settings.profile_refresh_trades != 0;
  if (!in_range)
    throw std::invalid_argument{"a setting of the microstructure measures is out of its range"};
  return settings;
}
Reading when(bool known, double value, std::uint64_t count) noexcept {
  return known ? Reading{value, count} : Reading{};
}
}  // namespace

Microstructure::Microstructure(const MicrostructureSettings& s)
    : settings_{checked(s)},
      quoted_spread_{s.time_window_ns},
      order_flow_{s.tick, s.flow_quotes, s.flow_block_quotes, s.flow_blocks},
      microprice_{{s.tick, s.imbalance_classes, s.spread_classes, s.microprice_refresh_quotes,
                   s.microprice_memory_quotes}},
      depth_imbalance_{s.depths},
      bid_queue_{Side::Buy, s.time_window_ns},
      ask_queue_{Side::Sell, s.time_window_ns},
      arrivals_{s.time_window_ns},
      tick_agreement_{s.trades_window},
      lee_ready_agreement_{s.trades_window},
      signs_{s.trades_window},
      costs_{s.trades_window, s.horizon_trades, s.horizon_ns},
      vpin_{s.vpin_bucket, s.vpin_window},
      vpin_bulk_{s.vpin_bucket, s.vpin_window},
      kyle_{s.trades_window},
      roll_{s.trades_window},
      var_{s.var_lags, s.var_window},
      profile_{s.tick, s.profile_bucket_ticks, s.profile_buckets},
      bars_{s.bars},
      bulk_{s.bars_window},
      kyle_bars_{s.bars_window},
      roll_bars_{s.bars_window},
      amihud_{s.bars_window},
      hasbrouck_lambda_{s.bars_window},
      corwin_schultz_{s.bars_window},
      range_volatility_{s.bars_window},
      realised_variance_{s.bars_window} {}

void Microstructure::pass_time(MonoTime at) noexcept {
  if (has_quote_) costs_.settle(at, quote_.twice_mid());
  if (bars_.on_time(at)) on_bar();
  view_.at = at;
}

void Microstructure::on_time(MonoTime now) noexcept {
  pass_time(now);
  write_costs_by_time();
  if (now.ns >= rates_due_ns_) write_rates();
}

void Microstructure::on_top(Level bid, Level ask, MonoTime at) noexcept {
  pass_time(at);
  const Quote quote{bid, ask};
  if (!quote.usable()) [[unlikely]] {
    lose_quote(at);
    return;
  }
  quote_ = quote;
  has_quote_ = true;
  ++quotes_;
  if (settings_.quote_delay_ns > 0) history_.on_quote(quote.twice_mid(), at);
  quoted_spread_.on_quote(quote, at);
  order_flow_.on_quote(quote);
  microprice_.on_quote(quote);
  bid_queue_.on_quote(quote, at);
  ask_queue_.on_quote(quote, at);
  arrivals_.on_quote(at);
  write_quote(quote);
  if (at.ns >= rates_due_ns_) write_rates();
  write_depletion();
  write_costs_by_time();
}

void Microstructure::on_book_lost(MonoTime at) noexcept {
  pass_time(at);
  lose_quote(at);
  depth_imbalance_.on_no_book();
  for (std::size_t k = 0; k < DepthImbalance::kDepths; ++k)
    view_.readings[static_cast<std::size_t>(Measure::DepthImbalanceFirst) + k] = {};
}

void Microstructure::lose_quote(MonoTime at) noexcept {
  has_quote_ = false;
  history_.clear();
  quoted_spread_.on_no_quote(at);
  order_flow_.on_no_quote();
  microprice_.on_no_quote();
  bid_queue_.on_no_quote();
  ask_queue_.on_no_quote();
  costs_.on_no_quote();
  var_.on_no_quote();
  for (const Measure measure :
       {Measure::Mid, Measure::QuotedSpread, Measure::WeightedMid, Measure::Microprice,
        Measure::Imbalance, Measure::BidDepletion, Measure::AskDepletion})
    view_[measure] = {};
}

void Microstructure::on_depth(const L2Book& book, MonoTime at) noexcept {
  pass_time(at);
  depth_imbalance_.on_depth(book);
  const auto& readings = depth_imbalance_.readings();
  for (std::size_t k = 0; k < readings.size(); ++k)
    view_.readings[static_cast<std::size_t>(Measure::DepthImbalanceFirst) + k] = readings[k];
}

void Microstructure::on_trade(Price price, Qty qty, std::optional<Side> aggressor,
                              MonoTime at) noexcept {
  pass_time(at);
  if (!usable(price) || qty <= Qty{}) [[unlikely]] {
    ++refused_;
    return;
  }
  const int by_tick = tick_rule_.on_price(price);
  const bool delayed = settings_.quote_delay_ns > 0;
  const std::int64_t twice_mid = !has_quote_ ? 0
                                 : delayed   ? history_.twice_mid_at(at - settings_.quote_delay_ns)
                                             : quote_.twice_mid();
  const int by_quote = has_quote_ ? quote_rule(price, twice_mid) : 0;
  const int by_both = by_quote != 0 ? by_quote : by_tick;
  int sign = by_both;
  if (aggressor) {
    sign = sign_of(*aggressor);
    tick_agreement_.on_sign(sign, by_tick);
    lee_ready_agreement_.on_sign(sign, by_both);
  }
  arrivals_.on_trade(sign, qty, at);
  if (sign > 0) ask_queue_.on_trade(price, qty, at);
  if (sign < 0) bid_queue_.on_trade(price, qty, at);
  if (has_quote_) on_costs(price, twice_mid, sign, at);
  if (sign != 0) signs_.on_sign(sign);
  vpin_.add(qty, 0.5 * (1 + sign));
  kyle_.on_price(price, sign * qty.to_double());
  roll_.on_price(price);
  profile_.add(price, qty);
  if (++profile_due_ >= settings_.profile_refresh_trades) refresh_profile();
  if (bars_.add(price, qty, sign, at)) on_bar();
  write_trades();
  if (at.ns >= rates_due_ns_) write_rates();
}

void Microstructure::on_costs(Price price, std::int64_t twice_mid, int sign, MonoTime at) noexcept {
  costs_.on_trade(price, twice_mid, sign, at);
  var_.on_trade(twice_mid, sign);
  if (++var_due_ >= settings_.var_refresh_trades) refresh_response();
}

void Microstructure::on_bar() noexcept {
  const Bar& bar = bars_.finished();
  const Reading buy_share = bulk_.on_close(bar.close);
  if (buy_share.known()) vpin_bulk_.add(bar.volume, buy_share.value);
  kyle_bars_.on_price(bar.close, bar.signed_volume.to_double());
  roll_bars_.on_price(bar.close);
  if (bar_before_.trades == 0) {
    range_volatility_.on_first_bar(bar);
  } else {
    amihud_.on_bar(bar_before_, bar);
    hasbrouck_lambda_.on_bar(bar_before_, bar);
    corwin_schultz_.on_bar(bar_before_, bar);
    range_volatility_.on_bar(bar_before_, bar);
    realised_variance_.on_bar(bar_before_, bar);
  }
  bar_before_ = bar;
  write_bars();
}

void Microstructure::refresh_response() noexcept {
  var_due_ = 0;
  var_fit_ = var_.fit();
  const bool known = var_fit_.count != 0;
  view_[Measure::TradeResponse] = when(known, var_fit_.response.front(), var_fit_.count);
  view_[Measure::TradeResponsePermanent] = when(known, var_fit_.response.back(), var_fit_.count);
}

void Microstructure::refresh_profile() noexcept {
  profile_due_ = 0;
  const ValueArea area = profile_.value_area();
  const bool known = area.volume != 0;
  const std::uint64_t trades =
      view_[Measure::PointOfControl].count + settings_.profile_refresh_trades;
  view_[Measure::PointOfControl] = when(known, area.point_of_control.to_double(), trades);
  view_[Measure::ValueAreaLow] = when(known, area.low.to_double(), trades);
  view_[Measure::ValueAreaHigh] = when(known, area.high.to_double(), trades);
}

void Microstructure::write_quote(const Quote& quote) noexcept {
  const double imbalance = quote.imbalance();
  const double weighted = quote.weighted_mid();
  view_[Measure::Mid] = {quote.mid(), quotes_};
  view_[Measure::QuotedSpread] = {quote.spread().to_double(), quotes_};
  view_[Measure::QuotedSpreadMean] = quoted_spread_.mean();
  view_[Measure::WeightedMid] = {weighted, quotes_};
  view_[Measure::Microprice] = microprice_.value();
  view_[Measure::Imbalance] = {imbalance, quotes_};
  view_[Measure::OrderFlowLast] = order_flow_.last();
  view_[Measure::OrderFlowRecent] = order_flow_.recent();
  if (order_flow_.block_ended()) {
    const RegressionFit impact = order_flow_.impact();
    view_[Measure::OrderFlowImpact] = impact.slope_reading();
    view_[Measure::OrderFlowImpactR2] = when(impact.count != 0, impact.r2, impact.count);
  }
}

void Microstructure::write_depletion() noexcept {
  view_[Measure::BidDepletion] = bid_queue_.depletion_time(bid_leaving_);
  view_[Measure::AskDepletion] = ask_queue_.depletion_time(ask_leaving_);
}

void Microstructure::write_rates() noexcept {
  rates_due_ns_ = view_.at.ns + settings_.time_window_ns / 1024;
  const QueueRates bids = bid_queue_.rates();
  const QueueRates asks = ask_queue_.rates();
  bid_leaving_ = bids.leaving;
  ask_leaving_ = asks.leaving;
  view_[Measure::BidCancels] = bids.cancels;
  view_[Measure::BidTrades] = bids.trades;
  view_[Measure::BidAdditions] = bids.additions;
  view_[Measure::AskCancels] = asks.cancels;
  view_[Measure::AskTrades] = asks.trades;
  view_[Measure::AskAdditions] = asks.additions;
  const ArrivalReadings arrivals = arrivals_.readings();
  view_[Measure::QuoteRate] = arrivals.quotes;
  view_[Measure::BuyRate] = arrivals.buys;
  view_[Measure::SellRate] = arrivals.sells;
  view_[Measure::FlowImbalance] = arrivals.flow;
}

void Microstructure::write_costs_by_time() noexcept {
  view_[Measure::RealisedSpreadByTime] = costs_.by_time().realised_spread();
  view_[Measure::PriceImpactByTime] = costs_.by_time().price_impact();
}

void Microstructure::write_trades() noexcept {
  view_[Measure::EffectiveSpread] = costs_.effective();
  view_[Measure::RealisedSpreadByTrades] = costs_.by_trades().realised_spread();
  view_[Measure::PriceImpactByTrades] = costs_.by_trades().price_impact();
  write_costs_by_time();
  view_[Measure::SignAutocorrelation] = signs_.value();
  view_[Measure::TickRuleAgreement] = tick_agreement_.share();
  view_[Measure::LeeReadyAgreement] = lee_ready_agreement_.share();
  view_[Measure::Vpin] = vpin_.value();
  const RegressionFit kyle = kyle_.fit();
  view_[Measure::KyleLambda] = kyle.slope_reading();
  view_[Measure::KyleLambdaError] = when(kyle.count != 0, kyle.slope_error, kyle.count);
  view_[Measure::KyleLambdaR2] = when(kyle.count != 0, kyle.r2, kyle.count);
  view_[Measure::RollSpread] = roll_.spread();
}

void Microstructure::write_bars() noexcept {
  view_[Measure::VpinBulk] = vpin_bulk_.value();
  view_[Measure::KyleLambdaBars] = kyle_bars_.fit().slope_reading();
  view_[Measure::RollSpreadBars] = roll_bars_.spread();
  view_[Measure::Amihud] = amihud_.by_log_return();
  view_[Measure::HasbrouckLambda] = hasbrouck_lambda_.value();
  view_[Measure::CorwinSchultz] = corwin_schultz_.mean();
  view_[Measure::Parkinson] = range_volatility_.parkinson();
  view_[Measure::GarmanKlass] = range_volatility_.garman_klass();
  view_[Measure::RogersSatchell] = range_volatility_.rogers_satchell();
  view_[Measure::YangZhang] = range_volatility_.yang_zhang();
  view_[Measure::RealisedVolatility] = realised_variance_.volatility();
  view_[Measure::BipowerVolatility] = realised_variance_.bipower_volatility();
  view_[Measure::JumpShare] = realised_variance_.jump_share();
}
}  // namespace sq::book::analytics
