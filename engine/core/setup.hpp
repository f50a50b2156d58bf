// Everything the core is built from. Made once by engine/app from the configuration.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/book/analytics/microstructure.hpp"
#include "engine/book/synced_book.hpp"
#include "engine/core/ledger.hpp"
#include "engine/risk/approval.hpp"
#include "engine/risk/breakers.hpp"
#include "engine/risk/limits.hpp"
#include "engine/risk/policies/policy_setup.hpp"
#include "engine/settings/risk.hpp"
#include "engine/strategy/strategy.hpp"
#include "engine/types/instrument.hpp"
#include "engine/types/mark_source.hpp"

namespace sq::core {
struct StrategySetup {
  std::string name;
  std::unique_ptr<strategy::Strategy> strategy;
  std::vector<InstrumentId> instruments;
  StrategyState start{StrategyState::Stopped};  // wanted once it is warm
  risk::StrategyLimits limits{};
  AccountId account{};
};

struct InstrumentSetup {
  Instrument instrument{};
  risk::InstrumentLimits limits{};
  book::SyncSettings book{};
  std::optional<book::analytics::MicrostructureSettings> microstructure;  // empty: not measured
};

// When a venue's day ends, and which prices value it: the first that is fresh at the cut.
struct DayEnd {
  VenueId venue{VenueId::None};
  std::int64_t cut_ns{0};  // time of day, UTC
  std::vector<MarkSource> marks{};
  std::int64_t mark_age_ns_max{0};
};

struct CoreSetup {
  std::vector<InstrumentSetup> instruments;  // index: InstrumentId
  std::vector<StrategySetup> strategies;     // index: StrategyId
  risk::FirmLimits firm{};
  std::vector<risk::GreekLimit> greek_limits{};
  risk::PolicySetup policies{};
  // As in risk::GateSetup.
  Currency base_currency{};
  std::vector<risk::ScopeLimits> accounts{};
  std::vector<risk::VenueLimits> venues{};
  std::vector<risk::CurrencyLimits> currencies{};
  std::vector<risk::HoldingLimits> holdings{};
  std::vector<risk::FxSource> fx{};
  std::uint32_t order_capacity{kOrderCapacity};
  std::uint32_t timer_capacity{4096};
  std::int64_t answer_timeout_ns{2 * kNsPerSecond};  // silence after a request until a venue is asked
  std::int64_t order_check_ns{0};  // silence about an open order until the venue is asked; 0: never
  std::int64_t order_ttl_ns{250 * kNsPerMs};  // an order that has not left by then never does; 0: none
  risk::ApprovalKey approval_key{};     // made anew for each process that sends to a venue
  risk::EgressLatch* egress{nullptr};   // follows the kill switch; null in replays. Outlives the core
  std::vector<risk::BreakerSettings> breakers{};
  std::vector<DayEnd> day_ends{};  // at most one a venue; of others no day is closed
  std::int64_t venue_gone_ns{0};  // so long without a venue: its orders are cancelled when it is back
  std::int64_t flatten_ns_max{60 * kNsPerSecond};  // then positions that are left wait for a person
  std::int64_t save_state_every_ns{10 * kNsPerSecond};
  std::int64_t reconcile_ns{0};  // between questions to each venue about everything; 0: never
  settings::ExternalOrders external_orders{settings::ExternalOrders::Count};
};
// What a ledger of this core's records is built from: for others that fold the same log.
[[nodiscard]] LedgerSetup ledger_setup(const CoreSetup& setup);
}  // namespace sq::core
