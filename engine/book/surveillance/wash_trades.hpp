// Wash patterns. Public feeds name no participants: that two trades offset each other can be seen,
// that one owner stood on both sides cannot. What can honestly be said of them is "so many
// offsetting trades of this size do not come about by chance"; hence these alerts are always Low.
//
// WashPattern (anonymous). A chain is the trades of exactly one price and quantity, aggressors
// known,
//   the quantity at least size_multiple x the median trade, within window_ns of its first. Its
//   pairs are the smaller of the number of buyers' and sellers' trades. Alarm at `pairs`, when at
//   most chance_max is the chance of 2 x pairs - 1 more such trades among the n that came
//   meanwhile: the tail of a Poisson law with mean n x (recent share of trades of about this size,
//   which counts the chain itself and more, so errs to the careful side). Score: 1 - that chance.
// OwnWashTrade (our accounts, exact). Two own fills of the same venue trade number on opposite
// sides.
//   Score 1.
// Thread: one writer. Cost: 6 ns a trade; of large ones 15 ns. Allocates nothing after
// construction. Source: Regulation (EU) 2016/522, Annex II, section 1, 3(a) (wash trades); US 7 USC
// 6c(a)(2)(A)(i); FINRA rule 5210.02 (self-trades).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "engine/book/surveillance/alert.hpp"
#include "engine/book/surveillance/momentum_ignition.hpp"
#include "engine/book/surveillance/settings.hpp"
#include "engine/book/surveillance/usual_size.hpp"

namespace sq::book::surveillance {
class WashTrades {
 public:
  explicit WashTrades(const WashSettings& settings) : settings_{settings} {}

  std::optional<Alert> on_trade(const AggressorTrade& trade) noexcept;

 private:
  static constexpr std::size_t kChains = 8;
  struct Chain {
    Price price{};
    Qty qty{};  // 0: free
    WallTime from{};
    std::uint64_t first_trade{0};  // count of all trades before it
    std::uint32_t count[2]{};      // buyers, sellers
    std::array<AggressorTrade, Alert::kEvidence> trades{};
  };
  [[nodiscard]] Chain& chain_of(const AggressorTrade& trade) noexcept;
  [[nodiscard]] double chance(const Chain& chain, std::uint32_t pairs) const noexcept;

  WashSettings settings_;
  UsualSize sizes_;
  std::array<Chain, kChains> chains_{};
};

class OwnWashTrades {
 public:
  // trade 0: the venue gives no number; not followed.
  std::optional<Alert> on_own_fill(std::uint64_t trade, Side side, Price price, Qty qty,
                                   WallTime at) noexcept;

 private:
  std::array<AggressorTrade, 64> fills_{};
  std::uint64_t total_{0};
};
}  // namespace sq::book::surveillance
