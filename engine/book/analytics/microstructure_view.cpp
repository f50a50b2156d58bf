#include "engine/book/analytics/microstructure_view.hpp"

namespace sq::book::analytics {
namespace {
struct Label {
  std::string_view name;
  std::string_view unit;
};
constexpr Label label_of(Measure measure) noexcept {
  switch (measure) {
    case Measure::Mid:
      return {"mid", "price"};
    case Measure::QuotedSpread:
      return {"quoted_spread", "price"};
    case Measure::QuotedSpreadMean:
      return {"quoted_spread_mean", "price"};
    case Measure::WeightedMid:
      return {"weighted_mid", "price"};
    case Measure::Microprice:
      return {"microprice", "price"};
    case Measure::Imbalance:
      return {"imbalance", "1"};
    case Measure::DepthImbalanceFirst:
      return {"depth_imbalance_first", "1"};
    case Measure::DepthImbalanceSecond:
      return {"depth_imbalance_second", "1"};
    case Measure::DepthImbalanceThird:
      return {"depth_imbalance_third", "1"};
    case Measure::DepthImbalanceFourth:
      return {"depth_imbalance_fourth", "1"};
    case Measure::OrderFlowLast:
      return {"order_flow_last", "qty"};
    case Measure::OrderFlowRecent:
      return {"order_flow_recent", "qty"};
    case Measure::OrderFlowImpact:
      return {"order_flow_impact", "ticks/qty"};
    case Measure::OrderFlowImpactR2:
      return {"order_flow_impact_r2", "1"};
    case Measure::BidCancels:
      return {"bid_cancels", "qty/s"};
    case Measure::BidTrades:
      return {"bid_trades", "qty/s"};
    case Measure::BidAdditions:
      return {"bid_additions", "qty/s"};
    case Measure::BidDepletion:
      return {"bid_depletion", "s"};
    case Measure::AskCancels:
      return {"ask_cancels", "qty/s"};
    case Measure::AskTrades:
      return {"ask_trades", "qty/s"};
    case Measure::AskAdditions:
      return {"ask_additions", "qty/s"};
    case Measure::AskDepletion:
      return {"ask_depletion", "s"};
    case Measure::QuoteRate:
      return {"quote_rate", "1/s"};
    case Measure::BuyRate:
      return {"buy_rate", "1/s"};
    case Measure::SellRate:
      return {"sell_rate", "1/s"};
    case Measure::FlowImbalance:
      return {"flow_imbalance", "1"};
    case Measure::EffectiveSpread:
      return {"effective_spread", "price"};
    case Measure::RealisedSpreadByTrades:
      return {"realised_spread_by_trades", "price"};
    case Measure::PriceImpactByTrades:
      return {"price_impact_by_trades", "price"};
    case Measure::RealisedSpreadByTime:
      return {"realised_spread_by_time", "price"};
    case Measure::PriceImpactByTime:
      return {"price_impact_by_time", "price"};
    case Measure::SignAutocorrelation:
      return {"sign_autocorrelation", "1"};
    case Measure::TickRuleAgreement:
      return {"tick_rule_agreement", "1"};
    case Measure::LeeReadyAgreement:
      return {"lee_ready_agreement", "1"};
    case Measure::Vpin:
      return {"vpin", "1"};
    case Measure::VpinBulk:
      return {"vpin_bulk", "1"};
    case Measure::KyleLambda:
      return {"kyle_lambda", "price/qty"};
    case Measure::KyleLambdaError:
      return {"kyle_lambda_error", "price/qty"};
    case Measure::KyleLambdaR2:
      return {"kyle_lambda_r2", "1"};
    case Measure::RollSpread:
      return {"roll_spread", "price"};
    case Measure::TradeResponse:
      return {"trade_response", "price"};
    case Measure::TradeResponsePermanent:
      return {"trade_response_permanent", "price"};
    case Measure::KyleLambdaBars:
      return {"kyle_lambda_bars", "price/qty"};
    case Measure::RollSpreadBars:
      return {"roll_spread_bars", "price"};
    case Measure::Amihud:
      return {"amihud", "1/quote"};
    case Measure::HasbrouckLambda:
      return {"hasbrouck_lambda", "1/sqrt(quote)"};
    case Measure::CorwinSchultz:
      return {"corwin_schultz", "1"};
    case Measure::Parkinson:
      return {"parkinson", "log/bar"};
    case Measure::GarmanKlass:
      return {"garman_klass", "log/bar"};
    case Measure::RogersSatchell:
      return {"rogers_satchell", "log/bar"};
    case Measure::YangZhang:
      return {"yang_zhang", "log/bar"};
    case Measure::RealisedVolatility:
      return {"realised_volatility", "log/bar"};
    case Measure::BipowerVolatility:
      return {"bipower_volatility", "log/bar"};
    case Measure::JumpShare:
      return {"jump_share", "1"};
    case Measure::PointOfControl:
      return {"point_of_control", "price"};
    case Measure::ValueAreaLow:
      return {"value_area_low", "price"};
    case Measure::ValueAreaHigh:
      return {"value_area_high", "price"};
  }
  return {};
}
}  // namespace

std::string_view name_of(Measure measure) noexcept { return label_of(measure).name; }
std::string_view unit_of(Measure measure) noexcept { return label_of(measure).unit; }
}  // namespace sq::book::analytics
