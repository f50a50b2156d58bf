// Typed views of every ITCH 5.0 message: fields at their offsets, nothing copied, nothing judged
// (a side that is neither B nor S, a code not in the list are the reader's to refuse; side() is Buy
// only for 'B'). Text comes without trailing spaces. Units, thread, cost: message.hpp.
// Source: NASDAQ TotalView-ITCH 5.0, section 1.
#pragma once

#include "engine/feed/itch/message.hpp"

namespace sq::feed::itch {
struct SystemEvent : Message {
  static constexpr char kType = 'S';
  using Message::Message;
  // O start of messages, S system hours, Q market hours, M end of market hours, E end of system
  // hours, C end of messages.
  [[nodiscard]] char code() const noexcept { return character(11); }
};

struct StockDirectory : Message {
  static constexpr char kType = 'R';
  using Message::Message;
  [[nodiscard]] std::string_view symbol() const noexcept { return text(11, 8); }
  [[nodiscard]] char market_category() const noexcept { return character(19); }
  [[nodiscard]] char financial_status() const noexcept { return character(20); }
  [[nodiscard]] std::uint32_t round_lot() const noexcept { return u32(21); }
  [[nodiscard]] bool round_lots_only() const noexcept { return yes(25); }
  [[nodiscard]] char issue_class() const noexcept { return character(26); }
  [[nodiscard]] std::string_view issue_sub_type() const noexcept { return text(27, 2); }
  [[nodiscard]] char authenticity() const noexcept { return character(29); }  // P live, T test
  [[nodiscard]] char short_sale_threshold() const noexcept { return character(30); }
  [[nodiscard]] char ipo_flag() const noexcept { return character(31); }
  [[nodiscard]] char luld_tier() const noexcept { return character(32); }
  [[nodiscard]] char etp_flag() const noexcept { return character(33); }
  [[nodiscard]] std::uint32_t etp_leverage() const noexcept { return u32(34); }
  [[nodiscard]] bool inverse() const noexcept { return yes(38); }
};

struct TradingAction : Message {
  static constexpr char kType = 'H';
  using Message::Message;
  [[nodiscard]] std::string_view symbol() const noexcept { return text(11, 8); }
  [[nodiscard]] char state() const noexcept { return character(19); }  // H P Q T
  [[nodiscard]] char reserved() const noexcept { return character(20); }
  [[nodiscard]] std::string_view reason() const noexcept { return text(21, 4); }
};

struct RegSho : Message {
  static constexpr char kType = 'Y';
  using Message::Message;
  [[nodiscard]] std::string_view symbol() const noexcept { return text(11, 8); }
  [[nodiscard]] char action() const noexcept { return character(19); }  // 0 none, 1 new, 2 remains
};

struct MarketMakerPosition : Message {
  static constexpr char kType = 'L';
  using Message::Message;
  [[nodiscard]] std::string_view mpid() const noexcept { return text(11, 4); }
  [[nodiscard]] std::string_view symbol() const noexcept { return text(15, 8); }
  [[nodiscard]] bool primary() const noexcept { return yes(23); }
  [[nodiscard]] char mode() const noexcept { return character(24); }   // N P S R L
  [[nodiscard]] char state() const noexcept { return character(25); }  // A E W S D
};

struct BreakerLevels : Message {  // market-wide circuit breaker
  static constexpr char kType = 'V';
  using Message::Message;
  // Empty: beyond Price's range.
  [[nodiscard]] std::optional<Price> level_1() const noexcept {
    return price_of_8_decimals(u64(11));
  }
  [[nodiscard]] std::optional<Price> level_2() const noexcept {
    return price_of_8_decimals(u64(19));
  }
  [[nodiscard]] std::optional<Price> level_3() const noexcept {
    return price_of_8_decimals(u64(27));
  }
};

struct BreakerStatus : Message {
  static constexpr char kType = 'W';
  using Message::Message;
  [[nodiscard]] char level() const noexcept { return character(11); }  // '1' to '3'
};

struct IpoQuoting : Message {  // locate is 0 although a symbol is named
  static constexpr char kType = 'K';
  using Message::Message;
  [[nodiscard]] std::string_view symbol() const noexcept { return text(11, 8); }
  [[nodiscard]] std::uint32_t release_seconds() const noexcept { return u32(19); }  // of the day
  [[nodiscard]] char qualifier() const noexcept { return character(23); }
  [[nodiscard]] Price ipo_price() const noexcept { return price4(24); }
};

struct AuctionCollar : Message {  // limit up, limit down
  static constexpr char kType = 'J';
  using Message::Message;
  [[nodiscard]] std::string_view symbol() const noexcept { return text(11, 8); }
  [[nodiscard]] Price reference() const noexcept { return price4(19); }
  [[nodiscard]] Price upper() const noexcept { return price4(23); }
  [[nodiscard]] Price lower() const noexcept { return price4(27); }
  [[nodiscard]] std::uint32_t extensions() const noexcept { return u32(31); }
};

struct OperationalHalt : Message {
  static constexpr char kType = 'h';
  using Message::Message;
  [[nodiscard]] std::string_view symbol() const noexcept { return text(11, 8); }
  [[nodiscard]] char market() const noexcept { return character(19); }  // Q B X
  [[nodiscard]] char action() const noexcept { return character(20); }  // H halted, T resumed
};

struct AddOrder : Message {
  static constexpr char kType = 'A';
  using Message::Message;
  [[nodiscard]] std::uint64_t order() const noexcept { return u64(11); }
  [[nodiscard]] char side_code() const noexcept { return character(19); }
  [[nodiscard]] Side side() const noexcept { return side_code() == 'B' ? Side::Buy : Side::Sell; }
  [[nodiscard]] std::uint32_t shares() const noexcept { return u32(20); }
  [[nodiscard]] std::string_view symbol() const noexcept { return text(24, 8); }
  [[nodiscard]] Price price() const noexcept { return price4(32); }
  [[nodiscard]] std::uint32_t price_ticks() const noexcept { return u32(32); }
};

struct AddOrderMpid : AddOrder {
  static constexpr char kType = 'F';
  using AddOrder::AddOrder;
  [[nodiscard]] std::string_view mpid() const noexcept { return text(36, 4); }
};

struct OrderExecuted : Message {  // at the order's own price
  static constexpr char kType = 'E';
  using Message::Message;
  [[nodiscard]] std::uint64_t order() const noexcept { return u64(11); }
  [[nodiscard]] std::uint32_t shares() const noexcept { return u32(19); }
  [[nodiscard]] std::uint64_t match() const noexcept { return u64(23); }
};

struct OrderExecutedWithPrice : OrderExecuted {
  static constexpr char kType = 'C';
  using OrderExecuted::OrderExecuted;
  [[nodiscard]] bool printable() const noexcept { return yes(31); }  // counts in volume
  [[nodiscard]] Price price() const noexcept { return price4(32); }
  [[nodiscard]] std::uint32_t price_ticks() const noexcept { return u32(32); }
};

struct OrderCancel : Message {
  static constexpr char kType = 'X';
  using Message::Message;
  [[nodiscard]] std::uint64_t order() const noexcept { return u64(11); }
  [[nodiscard]] std::uint32_t shares() const noexcept { return u32(19); }  // removed, not left
};

struct OrderDelete : Message {
  static constexpr char kType = 'D';
  using Message::Message;
  [[nodiscard]] std::uint64_t order() const noexcept { return u64(11); }
};

struct OrderReplace : Message {  // side, symbol, MPID carry over; last in its queue
  static constexpr char kType = 'U';
  using Message::Message;
  [[nodiscard]] std::uint64_t order() const noexcept { return u64(11); }
  [[nodiscard]] std::uint64_t new_order() const noexcept { return u64(19); }
  [[nodiscard]] std::uint32_t shares() const noexcept { return u32(27); }  // new total
  [[nodiscard]] Price price() const noexcept { return price4(31); }
  [[nodiscard]] std::uint32_t price_ticks() const noexcept { return u32(31); }
};

struct Trade : Message {  // against an order that was not displayed
  static constexpr char kType = 'P';
  using Message::Message;
  [[nodiscard]] std::uint64_t order() const noexcept { return u64(11); }   // 0 since 2010-12-06
  [[nodiscard]] char side_code() const noexcept { return character(19); }  // B since 2014-07-14
  [[nodiscard]] Side side() const noexcept { return side_code() == 'B' ? Side::Buy : Side::Sell; }
  [[nodiscard]] std::uint32_t shares() const noexcept { return u32(20); }
  [[nodiscard]] std::string_view symbol() const noexcept { return text(24, 8); }
  [[nodiscard]] Price price() const noexcept { return price4(32); }
  [[nodiscard]] std::uint64_t match() const noexcept { return u64(36); }
};

struct CrossTrade : Message {
  static constexpr char kType = 'Q';
  using Message::Message;
  [[nodiscard]] std::uint64_t shares() const noexcept { return u64(11); }  // may be 0
  [[nodiscard]] std::string_view symbol() const noexcept { return text(19, 8); }
  [[nodiscard]] Price price() const noexcept { return price4(27); }
  [[nodiscard]] std::uint64_t match() const noexcept { return u64(31); }
  [[nodiscard]] char cross_type() const noexcept { return character(39); }  // O C H, once I
};

struct BrokenTrade : Message {
  static constexpr char kType = 'B';
  using Message::Message;
  [[nodiscard]] std::uint64_t match() const noexcept { return u64(11); }
};

struct OrderImbalance : Message {
  static constexpr char kType = 'I';
  using Message::Message;
  [[nodiscard]] std::uint64_t paired() const noexcept { return u64(11); }
  [[nodiscard]] std::uint64_t imbalance() const noexcept { return u64(19); }
  [[nodiscard]] char direction() const noexcept { return character(27); }  // B S N O P
  [[nodiscard]] std::string_view symbol() const noexcept { return text(28, 8); }
  [[nodiscard]] Price far_price() const noexcept { return price4(36); }
  [[nodiscard]] Price near_price() const noexcept { return price4(40); }
  [[nodiscard]] Price reference() const noexcept { return price4(44); }
  [[nodiscard]] char cross_type() const noexcept { return character(48); }  // O C H A
  [[nodiscard]] char variation() const noexcept { return character(49); }
};

struct RetailInterest : Message {
  static constexpr char kType = 'N';
  using Message::Message;
  [[nodiscard]] std::string_view symbol() const noexcept { return text(11, 8); }
  [[nodiscard]] char interest() const noexcept { return character(19); }  // B S A N
};

struct DirectListing : Message {  // price discovery before a direct listing with capital raise
  static constexpr char kType = 'O';
  using Message::Message;
  [[nodiscard]] std::string_view symbol() const noexcept { return text(11, 8); }
  [[nodiscard]] bool eligible() const noexcept { return yes(19); }
  [[nodiscard]] Price price_min() const noexcept { return price4(20); }
  [[nodiscard]] Price price_max() const noexcept { return price4(24); }
  [[nodiscard]] Price near_price() const noexcept { return price4(28); }
  [[nodiscard]] std::uint64_t near_time_ns() const noexcept { return u64(32); }
  [[nodiscard]] Price collar_lower() const noexcept { return price4(40); }
  [[nodiscard]] Price collar_upper() const noexcept { return price4(44); }
};
}  // namespace sq::feed::itch
