// One order as the venue has it, over REST: its state, then its fills. What the answer to a
// QuerySent is made of, and what a gap in the user data stream is closed with. Thread: the venue's.
// Cost: a request, another for each 1,000 fills. Errors: Failed: no information, which is never
// taken for "not found" (fault X04). Source: venue/order_entry.hpp (how queries are answered);
// protocol facts of binance_spot 8, binance_futures 6.
#pragma once

#include <optional>
#include <vector>

#include "venues/binance/entry/rest_lane.hpp"

namespace sq::binance {
struct OrderSubject {
  OrderId id{};
  std::uint64_t venue_order_id{0};  // asked by it when the order is none of ours
  InstrumentId instrument{kNoInstrument};
  bool foreign{false};
};

class OrderLookup {
 public:
  OrderLookup(LinkContext& context, const OrderSubject& subject)
      : context_{context}, subject_{subject} {}

  enum class Outcome : std::uint8_t { Asking, Found, NotFound, Failed };
  [[nodiscard]] Outcome outcome() const noexcept { return outcome_; }
  [[nodiscard]] std::optional<RestAsk> next();
  void on_answer(const RestAnswer& answer);
  // Fills, told again, and then the state. Once it is Found or NotFound.
  void report();

 private:
  void on_order(const RestAnswer& answer);
  void on_trades(const RestAnswer& answer);

  LinkContext& context_;
  OrderSubject subject_;
  Outcome outcome_{Outcome::Asking};
  std::optional<ToldOrder> order_;
  std::vector<ToldTrade> trades_;
  std::uint64_t from_trade_{0};
};

// For the core.
class QueryErrand final : public Errand {
 public:
  QueryErrand(LinkContext& context, const OrderSubject& subject)
      : context_{context}, id_{subject.id}, lookup_{context, subject} {}
  [[nodiscard]] OrderId order() const noexcept override { return id_; }
  [[nodiscard]] std::optional<RestAsk> next() override { return lookup_.next(); }
  void on_answer(const RestAnswer& answer) override {
    lookup_.on_answer(answer);
    if (lookup_.outcome() == OrderLookup::Outcome::Asking) return;
    if (lookup_.outcome() == OrderLookup::Outcome::Failed) {
      ++context_.counters.queries_failed;
      return;
    }
    ++context_.counters.queries;
    lookup_.report();
  }

 private:
  LinkContext& context_;
  OrderId id_;
  OrderLookup lookup_;
};
}  // namespace sq::binance
