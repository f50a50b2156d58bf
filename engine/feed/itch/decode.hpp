// ITCH 5.0 bytes to typed views: one message, or a buffer of messages each after its length of two
// bytes (BinaryFILE; the blocks of a MoldUDP64 packet have the same form).
//
//   decode_message(bytes, [](const auto& message) { ... });   // or an overloaded set
//
// The visitor is called with a view of messages.hpp, once a message, in order; its result is
// dropped. Thread: any. Cost: about 4 ns a message, no allocation. Errors: a message of an unknown
// type or of another length than its type's is not shown to the visitor and is counted; framing
// goes on behind it, because the frame's length says where. Zero-copy: views point into `bytes`.
// Source: NASDAQ TotalView-ITCH 5.0; BinaryFILE 1.00 (2010-03-30).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "engine/feed/itch/messages.hpp"

namespace sq::feed::itch {
enum class Decoded : std::uint8_t {
  Ok,
  Empty,        // no bytes at all
  UnknownType,  // not in the table of message.hpp
  WrongLength   // shorter or longer than its type's length
};
[[nodiscard]] std::string_view name_of(Decoded decoded) noexcept;

[[nodiscard]] inline Decoded check_message(std::span<const std::byte> bytes) noexcept {
  if (bytes.empty()) return Decoded::Empty;
  const std::size_t length = kMessageLengths[static_cast<std::uint8_t>(bytes[0])];
  if (bytes.size() == length) [[likely]]
    return Decoded::Ok;
  return length == 0 ? Decoded::UnknownType : Decoded::WrongLength;
}

// `bytes` passed check_message. The most frequent types by comparison: the indirect jump of a
// switch is mispredicted for two messages in three, these branches for fewer.
template <class Visitor>
[[gnu::always_inline]] inline void visit_checked(const std::byte* bytes, Visitor&& visitor) {
  const auto type = static_cast<char>(*bytes);
  if (type == AddOrder::kType) return static_cast<void>(visitor(AddOrder{bytes}));
  if (type == OrderDelete::kType) return static_cast<void>(visitor(OrderDelete{bytes}));
  if (type == OrderExecuted::kType) return static_cast<void>(visitor(OrderExecuted{bytes}));
  if (type == OrderReplace::kType) return static_cast<void>(visitor(OrderReplace{bytes}));
  switch (type) {
    case OrderCancel::kType:
      return static_cast<void>(visitor(OrderCancel{bytes}));
    case AddOrderMpid::kType:
      return static_cast<void>(visitor(AddOrderMpid{bytes}));
    case OrderExecutedWithPrice::kType:
      return static_cast<void>(visitor(OrderExecutedWithPrice{bytes}));
    case Trade::kType:
      return static_cast<void>(visitor(Trade{bytes}));
    case OrderImbalance::kType:
      return static_cast<void>(visitor(OrderImbalance{bytes}));
    case SystemEvent::kType:
      return static_cast<void>(visitor(SystemEvent{bytes}));
    case StockDirectory::kType:
      return static_cast<void>(visitor(StockDirectory{bytes}));
    case TradingAction::kType:
      return static_cast<void>(visitor(TradingAction{bytes}));
    case RegSho::kType:
      return static_cast<void>(visitor(RegSho{bytes}));
    case MarketMakerPosition::kType:
      return static_cast<void>(visitor(MarketMakerPosition{bytes}));
    case BreakerLevels::kType:
      return static_cast<void>(visitor(BreakerLevels{bytes}));
    case BreakerStatus::kType:
      return static_cast<void>(visitor(BreakerStatus{bytes}));
    case IpoQuoting::kType:
      return static_cast<void>(visitor(IpoQuoting{bytes}));
    case AuctionCollar::kType:
      return static_cast<void>(visitor(AuctionCollar{bytes}));
    case OperationalHalt::kType:
      return static_cast<void>(visitor(OperationalHalt{bytes}));
    case CrossTrade::kType:
      return static_cast<void>(visitor(CrossTrade{bytes}));
    case BrokenTrade::kType:
      return static_cast<void>(visitor(BrokenTrade{bytes}));
    case RetailInterest::kType:
      return static_cast<void>(visitor(RetailInterest{bytes}));
    case DirectListing::kType:
      return static_cast<void>(visitor(DirectListing{bytes}));
    default:
      __builtin_unreachable();  // check_message refused it
  }
}

// One whole message, without a length in front.
template <class Visitor>
inline Decoded decode_message(std::span<const std::byte> bytes, Visitor&& visitor) {
  const Decoded decoded = check_message(bytes);
  if (decoded == Decoded::Ok) [[likely]]
    visit_checked(bytes.data(), visitor);
  return decoded;
}

struct FramesDecoded {
  std::size_t bytes{0};            // consumed: whole frames; the rest is the begin of the next one
  std::uint64_t messages{0};       // shown to the visitor
  std::uint64_t unknown_types{0};  // not shown
  std::uint64_t wrong_lengths{0};  // not shown
  bool ended{false};               // a frame of length 0, the end of the session: nothing after it
};

// Calls fn(std::span<const std::byte> message) for each whole frame, unchecked. Returns the bytes
// consumed; stops behind a frame of length 0 and sets `ended`.
template <class Fn>
inline std::size_t for_each_frame(std::span<const std::byte> bytes, bool& ended, Fn&& fn) {
  std::size_t at = 0;
  ended = false;
  while (bytes.size() - at >= 2) {
    const std::size_t length = load_u16(bytes.data() + at);
    if (length == 0) [[unlikely]] {
      ended = true;
      return at + 2;
    }
    if (bytes.size() - at - 2 < length) break;
    fn(bytes.subspan(at + 2, length));
    at += 2 + length;
  }
  return at;
}

template <class Visitor>
inline FramesDecoded decode_frames(std::span<const std::byte> bytes, Visitor&& visitor) {
  FramesDecoded result;
  result.bytes = for_each_frame(bytes, result.ended, [&](std::span<const std::byte> message) {
    const Decoded decoded = decode_message(message, visitor);
    result.messages += decoded == Decoded::Ok;
    result.unknown_types += decoded == Decoded::UnknownType;
    result.wrong_lengths += decoded == Decoded::WrongLength;
  });
  return result;
}
}  // namespace sq::feed::itch
