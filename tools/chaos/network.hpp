// The order connection and the simulated exchange behind it: requests and reports take their time,
// get lost, are doubled, overtake each other; errors leave open what happened. Tells the oracle
// what truly becomes of each message. Thread: one. Cost: a heap operation a message. Errors: none.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <unordered_map>
#include <vector>

#include "engine/backtest/exchange.hpp"
#include "engine/backtest/order_link.hpp"
#include "engine/venue/order_entry.hpp"
#include "tools/chaos/draws.hpp"
#include "tools/chaos/faults.hpp"
#include "tools/chaos/oracle.hpp"
#include "tools/chaos/process.hpp"

namespace sq::chaos {
// What a venue says: any of the records that ReportSink takes.
struct Answer {
  std::array<std::uint64_t, backtest::kAnswerBytesMax / sizeof(std::uint64_t)> words{};
  [[nodiscard]] RecordHeader& header() noexcept {
    return *reinterpret_cast<RecordHeader*>(words.data());
  }
};

class Network final : public venue::OrderEntry, private backtest::ReportSink {
 public:
  // Told of each fault that happened to a message about an order.
  using Hit = std::function<void(FaultKind, OrderId)>;

  using Trace = void (*)(WallTime now, const char* where, const RecordHeader& message);

  Network(const backtest::SimulationSettings& settings, const std::vector<Instrument>& list,
          Process& process, const LogMemory& log, Oracle& oracle, std::uint64_t seed);

  Hit hit;
  Trace trace{nullptr};
  void fault(const Fault& fault);
  // What was armed and has not happened is forgotten; the connection is whole.
  void mend();

  // Moves to `now`: what arrives at the venue by then, arrives.
  void advance(WallTime now);
  [[nodiscard]] WallTime next_time() const noexcept;
  void on_market(const RecordHeader& record) noexcept { exchange_.on_market(record, now_); }
  // The next report that reaches the engine by now; false: none.
  bool take(Answer& out);
  // A process of the engine begins, which approves with this key.
  void begin(const risk::ApprovalKey& key);
  // The engine's process died: nobody reads what comes.
  void drop_reports();
  [[nodiscard]] bool quiet() const noexcept { return to_venue_.empty() && to_engine_.empty(); }
  [[nodiscard]] backtest::Account account() const { return exchange_.account(); }

  void send(const risk::Approved& request) noexcept override;
  void ask(const RecordHeader& request) noexcept override;

 private:
  struct Request {
    std::int64_t at{0};
    std::uint64_t number{0};
    RecordKind kind{RecordKind::None};
    InstrumentId instrument{};
    OrderId id{};
    OrderRequest order{};
    CancelRequest cancel{};
    bool operator<(const Request& other) const {
      return at != other.at ? at > other.at : number > other.number;
    }
  };
  struct Delivery {
    std::int64_t at{0};
    std::uint64_t number{0};
    Answer answer{};
    bool operator<(const Delivery& other) const {
      return at != other.at ? at > other.at : number > other.number;
    }
  };

  [[nodiscard]] std::int64_t delay() noexcept {
    return draws_.between(kNsPerMs / 2, (draws_.chance(20) ? 400 : 40) * kNsPerMs);
  }
  void request(const RecordHeader& record);
  void leave(const Request& request, std::int64_t extra_ns);
  void lose(const Request& request);
  void apply(const Fault& fault, const Request& request);
  void arrive(const Request& request);
  void arrive_order(const Request& request);
  void pass(RecordHeader& header, InstrumentId instrument);
  void answer(OrderId id, InstrumentId instrument, ReportKind kind, RejectCode code);
  void deliver(const RecordHeader& report, std::int64_t extra_ns);
  void on_report(RecordHeader& report, VenueId, WallTime) noexcept override;

  backtest::SimulatedExchange exchange_;
  Process& process_;
  const LogMemory& log_;
  Oracle& oracle_;
  Draws draws_;
  std::size_t instruments_;
  WallTime now_{};
  std::uint64_t number_{0};
  std::deque<Fault> for_requests_;
  std::deque<Fault> for_orders_;  // only a new order can be rejected
  std::deque<Fault> for_reports_;
  std::deque<Fault> for_queries_;
  risk::EgressLatch latch_;
  std::unique_ptr<risk::ApprovalChecker> approvals_;
  WallTime down_until_{};
  WallTime stalled_until_{};
  std::priority_queue<Request> to_venue_;
  std::priority_queue<Delivery> to_engine_;
  std::unordered_map<std::uint64_t, WallTime> known_;  // ids that the venue has seen
};
}  // namespace sq::chaos
