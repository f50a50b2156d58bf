// What can be subscribed to: topics over record kinds, payload types over record kinds, and a
// filter by instrument and strategy. A topic is a view of the log: the records are the log's own.
// Thread: plain values. Cost: a switch and two compares a record. Errors: unknown names are empty.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/messaging/account.hpp"
#include "engine/messaging/control.hpp"
#include "engine/messaging/greeks.hpp"
#include "engine/messaging/market_data.hpp"
#include "engine/messaging/orders.hpp"
#include "engine/messaging/parents.hpp"

namespace sq::app {
enum class Topic : std::uint8_t {
  Orders,       // sent, cancelled, queried, refused, changed, and what venues report
  Fills,        // booked
  Positions,    // what moves a position or the day's base: fills, funding, a new day
  Kill,         // the kill switch closed or opened
  Strategies,   // states and saved states
  Commands,     // of operators
  Books,        // depth, top of book, single orders, and the state of our book
  Trades,       // prints of the venue
  Prices,       // marks, candles, Greeks
  Feeds,        // connected, halted, dropped
  DeadLetters,  // inputs that the core could not handle
  LogState,     // the log's disk
  Run           // start, configuration, instruments, recovery, time, end
};
constexpr std::size_t kTopics = 13;
[[nodiscard]] std::string_view text_of(Topic topic) noexcept;

class TopicSet {
 public:
  constexpr TopicSet() noexcept = default;
  constexpr TopicSet(std::initializer_list<Topic> topics) noexcept {
    for (const Topic topic : topics) add(topic);
  }
  static constexpr TopicSet all() noexcept {
    TopicSet set;
    set.bits_ = (1U << kTopics) - 1;
    return set;
  }
  constexpr void add(Topic topic) noexcept { bits_ |= 1U << static_cast<unsigned>(topic); }
  [[nodiscard]] constexpr bool has(Topic topic) const noexcept {
    return (bits_ >> static_cast<unsigned>(topic) & 1U) != 0;
  }
  [[nodiscard]] constexpr bool meets(TopicSet other) const noexcept {
    return (bits_ & other.bits_) != 0;
  }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }

 private:
  std::uint32_t bits_{0};
};
// A fill is both in Fills and in Positions. Empty for a kind that is not known.
[[nodiscard]] TopicSet topics_of(RecordKind kind) noexcept;
// "fills,orders"; "" and "all": every topic. Empty: a name that is none.
[[nodiscard]] std::optional<TopicSet> parse_topics(std::string_view text) noexcept;

// The strategy that a record names itself. Reports, changes and queries name only an order.
[[nodiscard]] std::optional<StrategyId> strategy_of(const RecordHeader& record) noexcept;

// The kinds that carry payload P, for subscribe<P>().
template <class P>
struct KindsOf;
template <RecordKind... Kind>
struct Kinds {
  static std::vector<RecordKind> list() { return {Kind...}; }
};
template <>
struct KindsOf<OrderRequest> : Kinds<RecordKind::OrderSent> {};
template <>
struct KindsOf<CancelRequest> : Kinds<RecordKind::CancelSent> {};
template <>
struct KindsOf<AmendRequest> : Kinds<RecordKind::AmendSent> {};
template <>
struct KindsOf<TradeCorrected> : Kinds<RecordKind::TradeCorrected> {};
template <>
struct KindsOf<QueryRequest> : Kinds<RecordKind::QuerySent> {};
template <>
struct KindsOf<OrderReport> : Kinds<RecordKind::OrderReport> {};
template <>
struct KindsOf<OrderRefused> : Kinds<RecordKind::OrderRefused> {};
template <>
struct KindsOf<OrderChanged> : Kinds<RecordKind::OrderChanged> {};
template <>
struct KindsOf<FillBooked> : Kinds<RecordKind::FillBooked> {};
template <>
struct KindsOf<FundingBooked> : Kinds<RecordKind::FundingBooked> {};
template <>
struct KindsOf<FundingSettled> : Kinds<RecordKind::FundingSettled> {};
template <>
struct KindsOf<VenueAccount> : Kinds<RecordKind::VenueAccount> {};
template <>
struct KindsOf<DayStarted> : Kinds<RecordKind::DayStarted> {};
template <>
struct KindsOf<ParentChanged> : Kinds<RecordKind::ParentChanged> {};
template <>
struct KindsOf<ConditionalChanged> : Kinds<RecordKind::ConditionalChanged> {};
template <>
struct KindsOf<LinkChanged> : Kinds<RecordKind::LinkChanged> {};
template <>
struct KindsOf<LegsChanged> : Kinds<RecordKind::LegsChanged> {};
template <>
struct KindsOf<KillChanged> : Kinds<RecordKind::KillChanged> {};
template <>
struct KindsOf<StrategyChanged> : Kinds<RecordKind::StrategyChanged> {};
template <>
struct KindsOf<AdminCommand> : Kinds<RecordKind::AdminCommand> {};
template <>
struct KindsOf<DepthHeader> : Kinds<RecordKind::DepthUpdate, RecordKind::DepthSnapshot> {};
template <>
struct KindsOf<TopOfBook> : Kinds<RecordKind::TopOfBook> {};
template <>
struct KindsOf<MarketOrder> : Kinds<RecordKind::MarketOrder> {};
template <>
struct KindsOf<BookChanged> : Kinds<RecordKind::BookChanged> {};
template <>
struct KindsOf<TradePrint> : Kinds<RecordKind::TradePrint> {};
template <>
struct KindsOf<MarkPrice> : Kinds<RecordKind::MarkPrice> {};
template <>
struct KindsOf<Candle> : Kinds<RecordKind::Candle> {};
template <>
struct KindsOf<GreeksUpdate> : Kinds<RecordKind::GreeksUpdate> {};
template <>
struct KindsOf<FeedStatus> : Kinds<RecordKind::FeedStatus> {};
template <>
struct KindsOf<FeedDropped> : Kinds<RecordKind::FeedDropped> {};
template <>
struct KindsOf<FxReference> : Kinds<RecordKind::FxReference> {};
template <>
struct KindsOf<DeadLetter> : Kinds<RecordKind::DeadLetter> {};
template <>
struct KindsOf<LogStateChanged> : Kinds<RecordKind::LogStateChanged> {};
template <>
struct KindsOf<EpochStarted> : Kinds<RecordKind::EpochStarted> {};

// The payload is whole: bytes of a log are from outside.
template <class P>
[[nodiscard]] bool holds(const RecordHeader& record) noexcept {
  return record.length >= sizeof(RecordHeader) + kShortestPayload<P>;
}
template <>
[[nodiscard]] inline bool holds<DepthHeader>(const RecordHeader& record) noexcept {
  constexpr std::size_t kFixed = sizeof(RecordHeader) + sizeof(DepthHeader);
  if (record.length < kFixed) return false;
  const auto& depth = payload_of<DepthHeader>(record);
  const std::uint64_t levels = std::uint64_t{depth.bid_count} + depth.ask_count;
  return (record.length - kFixed) / sizeof(Level) >= levels;
}

struct EventFilter {
  TopicSet topics{TopicSet::all()};
  std::vector<RecordKind> kinds;  // not empty: these instead of `topics`
  std::optional<InstrumentId> instrument;
  std::optional<StrategyId> strategy;  // records that name no strategy do not pass

  [[nodiscard]] bool wants(const RecordHeader& record) const noexcept;
  [[nodiscard]] bool wants_feed_log() const noexcept;  // market data are in a log of their own
};
}  // namespace sq::app
