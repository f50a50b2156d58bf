// What the accounts hold at the simulated exchange.
// Spot currencies are held in full: an order reserves what it may pay. The settlement currencies of
// derivatives are kept as plain flows (a purchase takes the full value out, a sale puts it in), so
// a negative balance beside a long position is normal, and balance + position x mark is the equity.
// Thread: its owner's. Cost: a scan of a few entries an order or fill. Units: 1e-8 of the currency.
// Errors: reserve() is false when too little is free. Allocates when a currency is first met.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/types/amount.hpp"
#include "engine/types/ids.hpp"

namespace sq::backtest {
struct Holding {
  VenueId venue{VenueId::None};
  AccountId account{};
  Currency currency{};
  Int128 total{0};
  Int128 reserved{0};  // for open spot orders
};

class Wallet {
 public:
  [[nodiscard]] Holding& at(VenueId venue, AccountId account, Currency currency) {
    for (Holding& holding : holdings_) {
      if (holding.venue == venue && holding.account == account && holding.currency == currency)
        return holding;
    }
    return holdings_.emplace_back(Holding{venue, account, currency});
  }
  [[nodiscard]] const std::vector<Holding>& holdings() const noexcept { return holdings_; }

 private:
  std::vector<Holding> holdings_;
};

[[nodiscard]] inline bool reserve(Holding& holding, std::int64_t amount) noexcept {
  if (holding.total - holding.reserved < amount) return false;
  holding.reserved += amount;
  return true;
}
}  // namespace sq::backtest
