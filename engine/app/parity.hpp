// How close a session and its simulation (or another session) are: orders matched one to one, what
// became of each, latencies, P&L, and one score from 0 to 100 whose parts say what it is made of.
// Thread: any; plain values. Cost: cold, O(n log n) in the orders. Errors: none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/app/compare/session_facts.hpp"

namespace sq::app {
constexpr std::size_t kNoOrder = ~std::size_t{0};
enum class MatchedBy : std::uint8_t { Id, Order, None };

struct OrderPair {
  std::size_t log{kNoOrder};  // index into SessionFacts::orders
  std::size_t made{kNoOrder};
  MatchedBy by{MatchedBy::None};
};
struct ParityComponent {
  std::string name;
  std::string definition;
  double weight{0.0};
  std::optional<double> value;  // 0 to 1; empty: nothing to measure, its weight is left out
  std::string detail;
};
struct ProfitPair {  // a strategy in an instrument; money in 1e-8
  std::string strategy;
  std::string instrument;
  std::int64_t log{0};
  std::int64_t made{0};
};
struct LatencySamples {  // ns, sorted
  std::vector<std::int64_t> send_to_ack;
  std::vector<std::int64_t> ack_to_fill;
};

struct Parity {
  std::vector<OrderPair> orders;  // in the order of the log, what only the other has at its time
  std::vector<ParityComponent> components;
  double score{100.0};
  std::vector<ProfitPair> profits;
  std::vector<double>
      fill_ticks;  // made minus log, mean fill price of each pair filled on both sides
  LatencySamples log_latency;
  LatencySamples made_latency;
  std::uint64_t by_id{0};
  std::uint64_t by_order{0};
  std::uint64_t log_only{0};
  std::uint64_t made_only{0};
};

constexpr std::int64_t kMatchWindowNs = kNsPerSecond;  // decisions further apart are two orders
// Both sessions have the same instruments and strategies by number.
[[nodiscard]] Parity parity_of(const SessionFacts& log, const SessionFacts& made);

// Largest distance between two distributions (Kolmogorov and Smirnov): 0 the same, 1 apart. Samples
// are sorted and not empty.
[[nodiscard]] double distribution_distance(const std::vector<std::int64_t>& a,
                                           const std::vector<std::int64_t>& b) noexcept;
}  // namespace sq::app
