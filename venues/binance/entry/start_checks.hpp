// What must be true before the first order leaves: the key may trade and may not withdraw, the
// instruments are as the venue has them, a futures account is in one-way mode; and what the
// settings want changed at the venue: leverage, margin mode. Thread: the venue's. Cost: requests,
// once. Errors: what is wrong stops the link for good, naming both sides; what could not be asked
// is asked again. Source: issue scope 2, 4 and 7; protocol facts of binance_spot 6 to 8,
// binance_futures 4 and 5.
#pragma once

#include <vector>

#include "venues/binance/entry/rest_lane.hpp"

namespace sq::binance {
class StartChecks final : public Errand {
 public:
  // `done` and `failed` outlive the errand; one of them is set at its end, unless the link stops.
  StartChecks(LinkContext& context, bool& done, bool& failed);

  [[nodiscard]] std::optional<RestAsk> next() override;
  void on_answer(const RestAnswer& answer) override;

 private:
  enum class Step : std::uint8_t { Filters, Restrictions, Account, Mode, Margin, Leverage };
  struct Due {
    Step step{Step::Filters};
    const Instrument* instrument{nullptr};  // Margin, Leverage
  };
  void check(const Due& due, const RestAnswer& answer);
  void refused(const Due& due, const RestAnswer& answer);

  LinkContext& context_;
  bool& done_;
  bool& failed_;
  std::vector<Due> due_;
  std::size_t at_{0};
};
}  // namespace sq::binance
