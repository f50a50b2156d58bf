// After the user data stream was away: the venue's list of open orders against those that work as
// far as the link knows; every order that is not there, or has filled meanwhile, is looked up and
// reported. Thread: the venue's. Cost: requests. Errors: failed(): nothing is concluded, it is done
// again. Source: faults X08, N03, N11.
#pragma once

#include <optional>
#include <vector>

#include "venues/binance/entry/order_lookup.hpp"

namespace sq::binance {
class CatchUp final : public Errand {
 public:
  // `done` and `failed` outlive the errand; one of them is set at its end.
  CatchUp(LinkContext& context, bool& done, bool& failed)
      : context_{context}, done_{done}, failed_{failed} {}

  [[nodiscard]] std::optional<RestAsk> next() override;
  void on_answer(const RestAnswer& answer) override;

 private:
  void compare(const std::vector<ToldOrder>& open);

  LinkContext& context_;
  bool& done_;
  bool& failed_;
  bool listed_{false};
  std::vector<OrderSubject> subjects_;  // to look up
  std::optional<OrderLookup> lookup_;   // of the last of them
};
}  // namespace sq::binance
