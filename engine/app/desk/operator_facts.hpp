// What the log says about people's requests and about refusals: the youngest of each, for the admin
// port. Follows the order log beside the ledger's view.
// Thread: the admin's. Cost: a branch for most records. Memory: fixed. Errors: none.
#pragma once

#include <cstdint>
#include <deque>

#include "engine/messaging/manual_order.hpp"

namespace sq::app {
struct RefusalLine {
  OrderRefused refusal{};
  InstrumentId instrument{kNoInstrument};
  WallTime wall{};
  std::uint64_t sequence{0};
  std::uint64_t times{1};  // alike, one after the other
};

enum class RequestOutcome : std::uint8_t {
  Pending,
  Sent,
  Refused,
  CancelSent,
  Flattening,
  Invalid
};

struct RequestLine {
  ManualOrder asked{};
  InstrumentId instrument{kNoInstrument};
  WallTime wall{};
  std::uint64_t sequence{0};
  RequestOutcome outcome{RequestOutcome::Pending};
  OrderId order{};         // Sent, CancelSent
  OrderRefused refusal{};  // Refused
};

class OperatorFacts {
 public:
  static constexpr std::size_t kRefusalsMax = 10'000;
  static constexpr std::size_t kRequestsMax = 1'000;

  // Any record of the order log, in order.
  void take(const RecordHeader& record);

  [[nodiscard]] const std::deque<RefusalLine>& refusals() const noexcept { return refusals_; }
  [[nodiscard]] std::uint64_t refusals_total() const noexcept { return refusals_total_; }
  [[nodiscard]] const std::deque<RequestLine>& requests() const noexcept { return requests_; }
  // Null: unknown or too old.
  [[nodiscard]] const RequestLine* request(std::uint32_t number) const noexcept;
  // The highest number that the log has; the next start goes on behind it.
  [[nodiscard]] std::uint32_t last_number() const noexcept { return last_number_; }

 private:
  // The youngest request while its answer is awaited; null: none is.
  [[nodiscard]] RequestLine* pending() noexcept;

  std::deque<RefusalLine> refusals_;
  std::deque<RequestLine> requests_;
  std::uint64_t refusals_total_{0};
  std::uint32_t last_number_{0};
};
}  // namespace sq::app
