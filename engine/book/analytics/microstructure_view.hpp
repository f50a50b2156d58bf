// All microstructure measures of one instrument at one moment, for strategies and the admin port:
//   if (const Reading& micro = view[Measure::Microprice]; micro.known()) ... micro.value ...
// A measure that is not known yet has count 0. Thread: any (plain values). Names and units:
// name_of, unit_of; definitions and sources: the header of each measure, engine/book/analytics.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/book/analytics/numeric/reading.hpp"
#include "engine/types/time.hpp"

namespace sq::book::analytics {
enum class Measure : std::uint8_t {
  // of the last quote
  Mid,
  QuotedSpread,
  QuotedSpreadMean,
  WeightedMid,
  Microprice,
  Imbalance,
  // of the last depth: MicrostructureSettings::depths, in order
  DepthImbalanceFirst,
  DepthImbalanceSecond,
  DepthImbalanceThird,
  DepthImbalanceFourth,
  // order flow
  OrderFlowLast,
  OrderFlowRecent,
  OrderFlowImpact,
  OrderFlowImpactR2,
  // queues at the best prices
  BidCancels,
  BidTrades,
  BidAdditions,
  BidDepletion,
  AskCancels,
  AskTrades,
  AskAdditions,
  AskDepletion,
  // arrivals
  QuoteRate,
  BuyRate,
  SellRate,
  FlowImbalance,
  // trades
  EffectiveSpread,
  RealisedSpreadByTrades,
  PriceImpactByTrades,
  RealisedSpreadByTime,
  PriceImpactByTime,
  SignAutocorrelation,
  TickRuleAgreement,
  LeeReadyAgreement,
  Vpin,
  VpinBulk,
  KyleLambda,
  KyleLambdaError,
  KyleLambdaR2,
  RollSpread,
  TradeResponse,
  TradeResponsePermanent,
  // bars
  KyleLambdaBars,
  RollSpreadBars,
  Amihud,
  HasbrouckLambda,
  CorwinSchultz,
  Parkinson,
  GarmanKlass,
  RogersSatchell,
  YangZhang,
  RealisedVolatility,
  BipowerVolatility,
  JumpShare,
  // volume profile
  PointOfControl,
  ValueAreaLow,
  ValueAreaHigh,
};
constexpr std::size_t kMeasures = static_cast<std::size_t>(Measure::ValueAreaHigh) + 1;

[[nodiscard]] std::string_view name_of(Measure measure) noexcept;  // "order_flow_recent"
[[nodiscard]] std::string_view unit_of(Measure measure) noexcept;  // "price", "qty/s", ...

struct MicrostructureView {
  MonoTime at{};  // of the last event; a reading is as old as the event that it follows from
  std::array<Reading, kMeasures> readings{};

  [[nodiscard]] const Reading& operator[](Measure measure) const noexcept {
    return readings[static_cast<std::size_t>(measure)];
  }
  [[nodiscard]] Reading& operator[](Measure measure) noexcept {
    return readings[static_cast<std::size_t>(measure)];
  }
};
}  // namespace sq::book::analytics
