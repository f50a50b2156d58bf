#include "venues/binance/order_status.hpp"

namespace sq::binance {
OrderStatus order_status(std::string_view word) noexcept {
  if (word == "NEW" || word == "PARTIALLY_FILLED" || word == "PENDING_CANCEL")
    return {OrderState::Open, RejectCode::None};
  // Held by an order list until its other leg is filled: the venue has it, nothing can fill yet.
  if (word == "PENDING_NEW") return {OrderState::Open, RejectCode::None};
  if (word == "FILLED") return {OrderState::Filled, RejectCode::None};
  if (word == "CANCELED") return {OrderState::Cancelled, RejectCode::None};
  if (word == "REJECTED") return {OrderState::Rejected, RejectCode::Other};
  if (word == "EXPIRED") return {OrderState::Expired, RejectCode::None};
  if (word == "EXPIRED_IN_MATCH") return {OrderState::Expired, RejectCode::SelfTrade};
  return {};
}

std::string_view self_trade_word(SelfTrade mode) noexcept {
  switch (mode) {
    case SelfTrade::None:
      return "";
    case SelfTrade::CancelResting:
      return "EXPIRE_MAKER";
    case SelfTrade::CancelIncoming:
      return "EXPIRE_TAKER";
    case SelfTrade::CancelBoth:
      return "EXPIRE_BOTH";
    case SelfTrade::Decrement:
      return "DECREMENT";
  }
  return "";
}
}  // namespace sq::binance
