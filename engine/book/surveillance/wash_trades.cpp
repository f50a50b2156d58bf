#include "engine/book/surveillance/wash_trades.hpp"

#include <algorithm>

#include "engine/book/analytics/numeric/real_math.hpp"

namespace sq::book::surveillance {
WashTrades::Chain& WashTrades::chain_of(const AggressorTrade& trade) noexcept {
  Chain* oldest = chains_.data();
  for (Chain& chain : chains_) {
    if (chain.price == trade.price && chain.qty == trade.qty) {
      if (trade.at - chain.from > settings_.window_ns) chain = {};
      oldest = &chain;
      break;
    }
    if (chain.qty == Qty{} || chain.from < oldest->from) oldest = &chain;
  }
  if (oldest->price != trade.price || oldest->qty != trade.qty) {
    *oldest = {};
    oldest->price = trade.price;
    oldest->qty = trade.qty;
    oldest->from = trade.at;
    oldest->first_trade = sizes_.seen() - 1;
  }
  return *oldest;
}

// P(N >= k), N Poisson: 1 - sum of the first k terms.
double WashTrades::chance(const Chain& chain, std::uint32_t pairs) const noexcept {
  const auto trades = static_cast<double>(sizes_.seen() - chain.first_trade);
  const double mean = trades * sizes_.frequency(chain.qty.raw());
  double term = analytics::exp_of(-std::min(mean, 700.0));
  double below = 0;
  for (std::uint32_t k = 0; k < 2 * pairs - 1; ++k) {
    below += term;
    term *= mean / (k + 1);
  }
  return std::clamp(1 - below, 0.0, 1.0);
}

std::optional<Alert> WashTrades::on_trade(const AggressorTrade& trade) noexcept {
  sizes_.push(trade.qty.raw());
  const auto size = static_cast<double>(trade.qty.raw());
  if (size < settings_.size_multiple * static_cast<double>(sizes_.median())) return std::nullopt;
  Chain& chain = chain_of(trade);
  const std::uint32_t before = std::min(chain.count[0], chain.count[1]);
  const std::uint32_t n = chain.count[0] + chain.count[1];
  ++chain.count[trade.aggressor == Side::Sell];
  chain.trades[n % chain.trades.size()] = trade;
  const std::uint32_t pairs = std::min(chain.count[0], chain.count[1]);
  if (pairs == before || pairs < settings_.pairs || sizes_.seen() < settings_.warm_trades)
    return std::nullopt;
  const double by_chance = chance(chain, pairs);
  if (by_chance > settings_.chance_max) return std::nullopt;
  Alert alert;
  alert.kind = AlertKind::WashPattern;
  alert.score = 1 - by_chance;
  alert.severity = Severity::Low;
  alert.side = trade.aggressor;
  alert.from = chain.from;
  alert.until = trade.at;
  const std::uint32_t kept = std::min<std::uint32_t>(n + 1, Alert::kEvidence);
  for (std::uint32_t k = 0; k < kept; ++k) {
    const AggressorTrade& one = chain.trades[k];
    alert.add({one.id, one.at, {}, one.price, one.qty, Evidence::Role::Trade, one.aggressor});
  }
  alert.evidence_count = n + 1;
  return alert;
}

std::optional<Alert> OwnWashTrades::on_own_fill(std::uint64_t trade, Side side, Price price,
                                                Qty qty, WallTime at) noexcept {
  if (trade == 0) return std::nullopt;
  const std::uint64_t kept = std::min<std::uint64_t>(total_, fills_.size());
  const AggressorTrade own{trade, at, price, qty, side};
  std::optional<Alert> alert;
  for (std::uint64_t n = 0; n < kept && !alert; ++n) {
    const AggressorTrade& other = fills_[n];
    if (other.id != trade || other.aggressor == side) continue;
    alert.emplace();
    alert->kind = AlertKind::OwnWashTrade;
    alert->score = 1;
    alert->severity = Severity::High;
    alert->side = side;
    alert->from = std::min(other.at, at);
    alert->until = at;
    for (const AggressorTrade& one : {other, own})
      alert->add({one.id, one.at, {}, one.price, one.qty, Evidence::Role::Trade, one.aggressor});
  }
  fills_[total_++ % fills_.size()] = own;
  return alert;
}
}  // namespace sq::book::surveillance
