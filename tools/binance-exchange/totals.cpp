#include "tools/binance-exchange/totals.hpp"

#include <functional>

#include "tools/binance-exchange/params.hpp"

namespace sq::exchange {
bool Totals::see(std::uint64_t print) {
  constexpr std::size_t kSlotsMax = std::size_t{1} << 22U;
  if (seen_count_ >= seen_.size() / 2) {
    if (seen_.size() >= kSlotsMax) return false;
    std::vector<std::uint64_t> before(seen_.size() * 2);
    before.swap(seen_);
    seen_count_ = 0;
    for (const std::uint64_t each : before)
      if (each != 0) static_cast<void>(see(each));
  }
  std::size_t at = (print >> 1U) % seen_.size();
  while (seen_[at] != 0 && seen_[at] != print) at = (at + 1) % seen_.size();
  if (seen_[at] == print) return true;
  seen_[at] = print;
  ++seen_count_;
  return false;
}

void Totals::accepted(std::uint16_t account, const std::string& symbol,
                      const std::string& client_id) {
  ++symbols_[{account, symbol}].orders;
  ++orders_;
  if (see(std::hash<std::string>{}(std::to_string(account) + ':' + client_id) | 1U)) ++duplicates_;
}

void Totals::filled(std::uint16_t account, const std::string& symbol, Side side, Qty qty,
                    std::int64_t quote, std::uint64_t trade) {
  SymbolTotals& of = symbols_[{account, symbol}];
  ++of.fills;
  of.trade_ids += trade;
  (side == Side::Buy ? of.bought : of.sold) += qty;
  (side == Side::Buy ? of.paid : of.received) += quote;
}

void Totals::charged(std::uint16_t account, const std::string& symbol, const std::string& asset,
                     std::int64_t commission) {
  symbols_[{account, symbol}].commissions[asset] += commission;
}

void Totals::ended(std::uint16_t account, const std::string& symbol, const std::string& status) {
  SymbolTotals& of = symbols_[{account, symbol}];
  ++(status == "FILLED" ? of.filled : status == "CANCELED" ? of.cancelled : of.expired);
}

boost::json::object Totals::symbols(std::uint16_t account) const {
  boost::json::object made;
  for (const auto& [key, of] : symbols_) {
    if (key.first != account) continue;
    boost::json::object commissions;
    for (const auto& [asset, amount] : of.commissions) commissions[asset] = padded(amount);
    made[key.second] =
        boost::json::object{{"orders", of.orders},         {"filled", of.filled},
                            {"cancelled", of.cancelled},   {"expired", of.expired},
                            {"fills", of.fills},           {"tradeIds", of.trade_ids},
                            {"bought", padded(of.bought)}, {"sold", padded(of.sold)},
                            {"paid", padded(of.paid)},     {"received", padded(of.received)},
                            {"commissions", commissions}};
  }
  return made;
}
}  // namespace sq::exchange
