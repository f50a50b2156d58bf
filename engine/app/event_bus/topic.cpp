#include "engine/app/event_bus/topic.hpp"

#include <algorithm>

namespace sq::app {
namespace {
template <class P>
std::optional<StrategyId> named_in(const RecordHeader& record) noexcept {
  if (!holds<P>(record)) return std::nullopt;
  return payload_of<P>(record).strategy;
}
}  // namespace

std::string_view text_of(Topic topic) noexcept {
  switch (topic) {
    case Topic::Orders:
      return "orders";
    case Topic::Fills:
      return "fills";
    case Topic::Positions:
      return "positions";
    case Topic::Kill:
      return "kill";
    case Topic::Strategies:
      return "strategies";
    case Topic::Commands:
      return "commands";
    case Topic::Books:
      return "books";
    case Topic::Trades:
      return "trades";
    case Topic::Prices:
      return "prices";
    case Topic::Feeds:
      return "feeds";
    case Topic::DeadLetters:
      return "dead-letters";
    case Topic::LogState:
      return "log-state";
    case Topic::Run:
      return "run";
  }
  return "?";
}

TopicSet topics_of(RecordKind kind) noexcept {
  switch (kind) {
    case RecordKind::None:
      return {};
    case RecordKind::OrderReport:
    case RecordKind::OrderSent:
    case RecordKind::CancelSent:
    case RecordKind::AmendSent:
    case RecordKind::QuerySent:
    case RecordKind::OrderRefused:
    case RecordKind::OrderChanged:
    case RecordKind::OrderAdopted:
    case RecordKind::VenueOrder:
    case RecordKind::ParentChanged:
    case RecordKind::ConditionalChanged:
    case RecordKind::LinkChanged:
    case RecordKind::LegsChanged:
      return {Topic::Orders};
    case RecordKind::FillBooked:
    case RecordKind::TradeCorrected:
      return {Topic::Fills, Topic::Positions};
    case RecordKind::BreakChanged:
    case RecordKind::PositionAdjusted:
    case RecordKind::VenuePosition:
    case RecordKind::VenueBalance:
    case RecordKind::VenueSnapshot:
    case RecordKind::FundingBooked:
    case RecordKind::FundingSettled:
    case RecordKind::VenueAccount:
    case RecordKind::DayStarted:
    case RecordKind::DayClosed:
      return {Topic::Positions};
    case RecordKind::BreakerChanged:
    case RecordKind::VenueState:
    case RecordKind::KillChanged:
      return {Topic::Kill};
    case RecordKind::StrategyChanged:
    case RecordKind::StrategySaved:
      return {Topic::Strategies};
    case RecordKind::AdminCommand:
    case RecordKind::ManualOrder:
    case RecordKind::AlertCommand:
    case RecordKind::LimitsChanged:
    case RecordKind::LimitSet:
      return {Topic::Commands};
    case RecordKind::DepthUpdate:
    case RecordKind::DepthSnapshot:
    case RecordKind::TopOfBook:
    case RecordKind::MarketOrder:
    case RecordKind::BookChanged:
      return {Topic::Books};
    case RecordKind::TradePrint:
      return {Topic::Trades};
    case RecordKind::MarkPrice:
    case RecordKind::Candle:
    case RecordKind::GreeksUpdate:
      return {Topic::Prices};
    case RecordKind::FeedStatus:
    case RecordKind::FeedDropped:
    case RecordKind::FxReference:
      return {Topic::Feeds};
    case RecordKind::DeadLetter:
      return {Topic::DeadLetters};
    case RecordKind::LogStateChanged:
      return {Topic::LogState};
    case RecordKind::SessionEvent:
    case RecordKind::StaticData:
    case RecordKind::EpochStarted:
    case RecordKind::ConfigLoaded:
    case RecordKind::InstrumentDefined:
    case RecordKind::TimeTick:
    case RecordKind::RunEnded:
    case RecordKind::RecoveryFinished:
      return {Topic::Run};
  }
  return {};
}

std::optional<TopicSet> parse_topics(std::string_view text) noexcept {
  if (text.empty() || text == "all") return TopicSet::all();
  TopicSet set;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view name = text.substr(0, comma);
    std::size_t t = 0;
    while (t < kTopics && text_of(static_cast<Topic>(t)) != name) ++t;
    if (t == kTopics) return std::nullopt;
    set.add(static_cast<Topic>(t));
    if (comma == std::string_view::npos) return set;
    text.remove_prefix(comma + 1);
  }
}

std::optional<StrategyId> strategy_of(const RecordHeader& record) noexcept {
  switch (record.kind) {
    case RecordKind::OrderSent:
      return named_in<OrderRequest>(record);
    case RecordKind::CancelSent:
      return named_in<CancelRequest>(record);
    case RecordKind::AmendSent:
      return named_in<AmendRequest>(record);
    case RecordKind::TradeCorrected:
      return named_in<TradeCorrected>(record);
    case RecordKind::OrderRefused:
      return named_in<OrderRefused>(record);
    case RecordKind::FillBooked:
      return named_in<FillBooked>(record);
    case RecordKind::FundingBooked:
      return named_in<FundingBooked>(record);
    case RecordKind::DayStarted:
      return named_in<DayStarted>(record);
    case RecordKind::StrategyChanged:
      return named_in<StrategyChanged>(record);
    case RecordKind::StrategySaved:
      return named_in<StrategyStateHeader>(record);
    case RecordKind::ParentChanged:
      return named_in<ParentChanged>(record);
    case RecordKind::ConditionalChanged:
      return named_in<ConditionalChanged>(record);
    case RecordKind::LinkChanged:
      return named_in<LinkChanged>(record);
    case RecordKind::LegsChanged:
      return named_in<LegsChanged>(record);
    case RecordKind::AdminCommand:
      if (payload_bytes(record).size() < kAdminCommandBytesMin) return std::nullopt;
      return admin_command_of(record).strategy;
    default:
      return std::nullopt;
  }
}

bool EventFilter::wants(const RecordHeader& record) const noexcept {
  const bool subject = kinds.empty()
                           ? topics.meets(topics_of(record.kind))
                           : std::find(kinds.begin(), kinds.end(), record.kind) != kinds.end();
  if (!subject) return false;
  if (instrument && record.instrument != *instrument) return false;
  return !strategy || strategy_of(record) == strategy;
}

bool EventFilter::wants_feed_log() const noexcept {
  if (!kinds.empty()) return std::any_of(kinds.begin(), kinds.end(), is_market_data);
  return topics.meets({Topic::Books, Topic::Trades, Topic::Prices, Topic::Feeds});
}
}  // namespace sq::app
