#include "engine/risk/limit_key.hpp"

namespace sq::risk {
std::string_view text_of(ScopeKind scope) noexcept {
  switch (scope) {
    case ScopeKind::None: return "none";
    case ScopeKind::Firm: return "firm";
    case ScopeKind::Account: return "account";
    case ScopeKind::Venue: return "venue";
    case ScopeKind::Strategy: return "strategy";
    case ScopeKind::Instrument: return "instrument";
    case ScopeKind::StrategyInstrument: return "strategy-instrument";
    case ScopeKind::Currency: return "currency";
  }
  return "?";
}

std::string_view text_of(LimitKind kind) noexcept {
  switch (kind) {
    case LimitKind::None: return "none";
    case LimitKind::OpenOrders: return "open-orders";
    case LimitKind::OrdersPerSecond: return "orders-per-second";
    case LimitKind::OpenValue: return "open-value";
    case LimitKind::GrossNotional: return "gross-notional";
    case LimitKind::NetNotional: return "net-notional";
    case LimitKind::Turnover: return "turnover";
    case LimitKind::DailyLoss: return "daily-loss";
    case LimitKind::DailyLossHalt: return "daily-loss-halt";
    case LimitKind::Drawdown: return "drawdown";
    case LimitKind::DrawdownHalt: return "drawdown-halt";
    case LimitKind::Credit: return "credit";
    case LimitKind::OrderValue: return "order-value";
    case LimitKind::OrderQty: return "order-qty";
    case LimitKind::PositionLong: return "position-long";
    case LimitKind::PositionShort: return "position-short";
    case LimitKind::Collar: return "collar";
    case LimitKind::AwayCollar: return "away-collar";
    case LimitKind::BandLow: return "band-low";
    case LimitKind::BandHigh: return "band-high";
    case LimitKind::Jump: return "jump";
    case LimitKind::JumpWindow: return "jump-window";
    case LimitKind::ReferenceAge: return "reference-age";
  }
  return "?";
}

std::string_view unit_of(LimitKind kind) noexcept {
  switch (kind) {
    case LimitKind::None: return "";
    case LimitKind::OpenOrders:
    case LimitKind::OrdersPerSecond: return "orders";
    case LimitKind::OpenValue:
    case LimitKind::GrossNotional:
    case LimitKind::NetNotional:
    case LimitKind::Turnover:
    case LimitKind::DailyLoss:
    case LimitKind::DailyLossHalt:
    case LimitKind::Drawdown:
    case LimitKind::DrawdownHalt:
    case LimitKind::Credit:
    case LimitKind::OrderValue: return "1e-8 currency units";
    case LimitKind::OrderQty:
    case LimitKind::PositionLong:
    case LimitKind::PositionShort: return "1e-8 base units";
    case LimitKind::Collar:
    case LimitKind::AwayCollar:
    case LimitKind::Jump: return "1e-9 of the reference";
    case LimitKind::BandLow:
    case LimitKind::BandHigh: return "1e-9 price units";
    case LimitKind::JumpWindow:
    case LimitKind::ReferenceAge: return "ns";
  }
  return "?";
}

std::string_view text_of(LimitChange change) noexcept {
  switch (change) {
    case LimitChange::Done: return "done";
    case LimitChange::NoSuchLimit: return "no such limit";
    case LimitChange::OutOfRange: return "outside the range that was reserved at start";
    case LimitChange::Needed: return "this limit cannot be off";
  }
  return "?";
}
}  // namespace sq::risk
