// A snapshot of an option chain as a venue quotes it, before anything is filtered or computed.
// Thread: plain values. Units: strikes in currency; prices in currency, or in coins where the chain
// is inverse (Deribit: one coin of premium, pay-off divided by the settlement price).
#pragma once

#include <string>
#include <vector>

#include "engine/options/result.hpp"
#include "engine/types/time.hpp"

namespace sq::options {
struct ChainQuote {
  OptionType type{OptionType::Call};
  double strike{0};
  WallTime expiry{};
  double bid{0};                // 0: none
  double ask{0};                // 0: none
  double quoted_volatility{0};  // the venue's own, 0.2 for 20 %; 0: none
  double quoted_delta{0};       // the venue's own; 0: none
  double open_interest{0};      // contracts
  WallTime quoted_at{};         // 0: not told
};

struct Chain {
  std::string underlying{};
  WallTime time{};  // of the quotes
  double spot{0};   // the index as quoted; it may be older than the options
  bool inverse{false};
  std::vector<ChainQuote> quotes{};
};
}  // namespace sq::options
