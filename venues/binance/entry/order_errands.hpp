// Orders and cancels over REST, one request each. Thread: the venue's. Cost: HTTP. Errors: as over
// a session: answered, certainly not sent, or not known. Source: protocol facts of binance_spot 8,
// binance_futures 6; faults X01, X02, C02.
#pragma once

#include <string>

#include "venues/binance/entry/order_flow.hpp"

namespace sq::binance {
class PlaceErrand final : public Errand {
 public:
  PlaceErrand(OrderFlow& flow, const OrderRequest& order, const RecordHeader& record,
              std::string_view query)
      : flow_{flow},
        order_{order},
        instrument_{record.instrument},
        decided_{record.mono},
        query_{query} {}

  [[nodiscard]] std::optional<RestAsk> next() override;
  void on_answer(const RestAnswer& answer) override;
  [[nodiscard]] OrderId order() const noexcept override { return order_.id; }
  [[nodiscard]] bool withdraw() override;

 private:
  OrderFlow& flow_;
  OrderRequest order_;
  InstrumentId instrument_;
  MonoTime decided_;
  std::string query_;
  bool asked_{false};
};

class CancelErrand final : public Errand {
 public:
  CancelErrand(OrderFlow& flow, const PendingRequest& asked) : flow_{flow}, asked_{asked} {}

  [[nodiscard]] std::optional<RestAsk> next() override;
  void on_answer(const RestAnswer& answer) override;
  [[nodiscard]] OrderId order() const noexcept override { return asked_.id; }

 private:
  OrderFlow& flow_;
  PendingRequest asked_;
  int tries_{0};
  bool done_{false};
};

// Everything that works on one symbol. What became of each order comes by the user data stream, or
// is in the answer. `cancels`: what it stands for; they leave one by one when it fails.
class CancelAllErrand final : public Errand {
 public:
  CancelAllErrand(OrderFlow& flow, const Instrument& instrument, CancelList cancels)
      : flow_{flow}, instrument_{instrument}, cancels_{std::move(cancels)} {}

  [[nodiscard]] std::optional<RestAsk> next() override;
  void on_answer(const RestAnswer& answer) override;

 private:
  OrderFlow& flow_;
  const Instrument& instrument_;
  CancelList cancels_;
  int tries_{0};
  bool done_{false};
};

// USD-M: up to ten cancels of one symbol in one request.
class CancelBatchErrand final : public Errand {
 public:
  CancelBatchErrand(OrderFlow& flow, CancelList cancels);

  [[nodiscard]] std::optional<RestAsk> next() override;
  void on_answer(const RestAnswer& answer) override;

 private:
  OrderFlow& flow_;
  std::vector<PendingRequest> asked_;
  int tries_{0};
  bool done_{false};
};
}  // namespace sq::binance
