// The words of a scenario line and their meaning. Errors: std::runtime_error for what is not
// understood.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/messaging/breakers.hpp"
#include "engine/messaging/account.hpp"
#include "engine/messaging/orders.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"

namespace sq::test {
template <class F>
F decimal(const std::string& text) {
  const auto value = parse_fixed<F>(text);
  if (!value) throw std::runtime_error("not a number: '" + text + "'");
  return *value;
}
inline VenueId venue_named(const std::string& text) {
  if (text == "usdm") return VenueId::BinanceUsdm;
  if (text == "spot") return VenueId::BinanceSpot;
  throw std::runtime_error("venue is usdm or spot, not '" + text + "'");
}
inline Currency currency_named(const std::string& text) {
  const auto currency = Currency::parse(text);
  if (!currency) throw std::runtime_error("not a currency: '" + text + "'");
  return *currency;
}
inline Side side_named(const std::string& text) {
  if (text == "buy") return Side::Buy;
  if (text == "sell") return Side::Sell;
  throw std::runtime_error("side is buy or sell, not '" + text + "'");
}
inline TimeInForce tif_named(const std::string& text) {
  if (text == "gtc") return TimeInForce::GoodTillCancel;
  if (text == "ioc") return TimeInForce::ImmediateOrCancel;
  if (text == "fok") return TimeInForce::FillOrKill;
  if (text == "post") return TimeInForce::PostOnly;
  throw std::runtime_error("time in force is gtc, ioc, fok or post, not '" + text + "'");
}

inline SelfTrade self_trade_named(const std::string& text) {
  for (const SelfTrade mode : {SelfTrade::CancelResting, SelfTrade::CancelIncoming,
                               SelfTrade::CancelBoth, SelfTrade::Decrement}) {
    if (text == text_of(mode)) return mode;
  }
  throw std::runtime_error("no self-trade mode '" + text + "'");
}

inline std::string code_text(RejectCode code) {
  switch (code) {
    case RejectCode::None:
      return "";
    case RejectCode::WouldTake:
      return " would-take";
    case RejectCode::Filter:
      return " filter";
    case RejectCode::InsufficientBalance:
      return " balance";
    case RejectCode::UnknownOrder:
      return " unknown-order";
    case RejectCode::RateLimit:
      return " rate-limit";
    case RejectCode::Halted:
      return " halted";
    case RejectCode::NoLiquidity:
      return " no-liquidity";
    case RejectCode::Other:
      return " other";
    case RejectCode::DuplicateId:
      return " duplicate";
    case RejectCode::ReduceOnly:
      return " reduce-only";
    case RejectCode::SelfTrade:
      return " self-trade";
    case RejectCode::TooOld:
      return " too-old";
    case RejectCode::NothingLeft:
      return " nothing-left";
    case RejectCode::InsufficientMargin:
      return " margin";
    case RejectCode::LeverageCap:
      return " leverage-cap";
    case RejectCode::Maintenance:
      return " maintenance";
    case RejectCode::Banned:
      return " banned";
    case RejectCode::Liquidation:
      return " liquidation";
  }
  return " ?";
}
inline std::string report_text(const OrderReport& report) {
  const std::string id = " " + std::to_string(report.id.value);
  const std::string total = " total " + to_text(report.cumulative_qty);
  switch (report.kind) {
    case ReportKind::Accepted:
      return "accepted" + id;
    case ReportKind::Rejected:
      return "rejected" + id + code_text(report.code);
    case ReportKind::Filled:
      return "filled" + id + " " + to_text(report.last_qty) + " @ " + to_text(report.last_price) +
             (report.maker != 0 ? " maker fee " : " taker fee ") + to_text(report.fee) + total;
    case ReportKind::Trade:
      return "trade" + id + " " + to_text(report.last_qty) + " @ " + to_text(report.last_price);
    case ReportKind::Cancelled:
      return "cancelled" + id + total;
    case ReportKind::Expired:
      return "expired" + id + total + code_text(report.code);
    case ReportKind::CancelRejected:
      return "cancel-rejected" + id + code_text(report.code);
    case ReportKind::Status:
      return "status" + id + " " + std::string{text_of(report.state)} + total +
             code_text(report.code);
    case ReportKind::Replaced:
      return "replaced" + id + " " + to_text(report.last_qty) + " @ " + to_text(report.last_price) +
             total + code_text(report.code);
    case ReportKind::ReplaceRejected:
      return "replace-rejected" + id + total + code_text(report.code);
    case ReportKind::ReplaceSplit:
    case ReportKind::Busted:
    case ReportKind::Corrected:
    case ReportKind::NotSent:
    case ReportKind::Unknown:
      break;
  }
  return "?";
}

// "funding 0 RATE @ MARK of POSITION: AMOUNT" and "liquidation 0 sell 1 @ 57000 fee 3 position 0".
inline std::string funding_text(const RecordHeader& record, const FundingSettled& funding) {
  return "funding " + std::to_string(index_of(record.instrument)) + " " + to_text(funding.rate) +
         " of " + to_text(funding.position) + " @ " + to_text(funding.mark) + ": " +
         to_text(funding.amount);
}
inline std::string account_text(const RecordHeader& record, const VenueAccount& account) {
  const auto money = [](std::int64_t raw) { return to_text(Int128{raw}, Amount::kDecimals); };
  std::string text = account.notice == AccountNotice::MarginCall    ? "margin-call "
                     : account.notice == AccountNotice::Liquidation ? "liquidation "
                     : account.notice == AccountNotice::Takeover    ? "takeover "
                                                                    : "account ";
  text += std::to_string(index_of(record.instrument));
  if (closes_position(account.notice)) {
    text += Side{account.side} == Side::Buy ? " buy " : " sell ";
    text += to_text(account.qty) + " @ " + to_text(account.price) + " fee " + money(account.fee);
  }
  return text + " position " + to_text(account.position) + " balance " +
         money(account.margin_balance) + " maintenance " + money(account.maintenance) +
         " initial " + money(account.initial) + " liquidation-price " +
         to_text(account.liquidation_price);
}
inline std::string answer_text(const RecordHeader& record) {
  if (record.kind == RecordKind::FundingSettled)
    return funding_text(record, payload_of<FundingSettled>(record));
  if (record.kind == RecordKind::VenueAccount)
    return account_text(record, payload_of<VenueAccount>(record));
  if (record.kind == RecordKind::VenueState)
    return "venue " + std::string{text_of(payload_of<VenueState>(record).condition)};
  return report_text(payload_of<OrderReport>(record));
}

class Words {
 public:
  explicit Words(const std::string& line) {
    std::istringstream in{line.substr(0, line.find('#'))};
    for (std::string word; in >> word;) words_.push_back(word);
  }
  [[nodiscard]] bool empty() const { return at_ == words_.size(); }
  [[nodiscard]] bool is(const std::string& word) const { return !empty() && words_[at_] == word; }
  std::string next() {
    if (empty()) throw std::runtime_error("the line ends too early");
    return words_[at_++];
  }
  bool accept(const std::string& word) {
    if (!is(word)) return false;
    ++at_;
    return true;
  }
  void expect(const std::string& word) {
    if (!accept(word)) throw std::runtime_error("expected '" + word + "'");
  }
  [[nodiscard]] std::string rest() {
    std::string text;
    while (!empty()) text += (text.empty() ? "" : " ") + next();
    return text;
  }

 private:
  std::vector<std::string> words_;
  std::size_t at_{0};
};
}  // namespace sq::test
