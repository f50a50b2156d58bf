// What a session did, folded from its records: every order with its fate, P&L, the course of it,
// refusals. A live, a paper and a simulated session give the same facts in the same way.
// Thread: one. Cost: that of the books and the ledger; memory: about 200 bytes an order or refusal.
// Errors: none; what an order never got stays empty. Units: prices, quantities and money exact,
// money in 1e-8 of the settlement currency; times in ns.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/app/summary.hpp"
#include "engine/core/core.hpp"
#include "engine/settings/config.hpp"

namespace sq::app {
// An order that a strategy wanted: sent, or refused by the gate.
struct OrderFacts {
  std::uint64_t sequence{0};  // of OrderSent or OrderRefused
  OrderId id{};               // none: refused
  StrategyId strategy{kNoStrategy};
  InstrumentId instrument{kNoInstrument};
  Side side{Side::Buy};
  OrderType type{OrderType::Limit};
  TimeInForce tif{TimeInForce::GoodTillCancel};
  std::uint8_t rule{0};  // refused: risk::Rule
  bool sent{false};
  Price limit{};
  Qty qty{};
  WallTime decided{};
  WallTime acknowledged{};  // first acceptance; 0: none
  WallTime filled_first{};  // 0: none
  Qty filled{};
  Int128 value{0};  // of the fills: sum of raw price x raw quantity
  std::int64_t fees{0};
  std::uint32_t fills{0};

  [[nodiscard]] double fill_price() const noexcept {  // mean; 0: no fill
    return filled.raw() == 0
               ? 0.0
               : static_cast<double>(value) / static_cast<double>(filled.raw()) / Price::kScale;
  }
};

struct SessionFacts {
  Summary summary;
  std::vector<OrderFacts> orders;  // in the order of the decisions
  std::vector<Instrument> instruments;
  std::vector<std::string> strategies;
  WallTime last_wall{};

  [[nodiscard]] std::string strategy_name(StrategyId id) const {
    return index_of(id) < strategies.size() ? strategies[index_of(id)] : "unallocated";
  }
};

class SessionFold {
 public:
  // `config`: the session's last one; earlier epochs have a part of its strategies and instruments.
  explicit SessionFold(settings::Config config);
  ~SessionFold();

  void take(const RecordHeader& record);  // of both streams, in the order of the sequence
  [[nodiscard]] SessionFacts finish(std::string origin);

 private:
  class Quiet;

  void sample();
  void take_decision(const RecordHeader& record);
  void take_report(const RecordHeader& record);
  [[nodiscard]] OrderFacts* find(OrderId id) noexcept;

  settings::Config config_;
  std::unique_ptr<Quiet> quiet_;
  core::Core core_;
  SessionFacts facts_;
  std::unordered_map<std::uint64_t, std::size_t> by_id_;
  EquityCurve equity_;
  WallTime first_wall_{};
  WallTime sampled_{};  // of the input whose decisions are being taken
  bool sample_due_{false};
};
}  // namespace sq::app
