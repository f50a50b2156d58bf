// The controls beside the limits on exposure: [risk.duplicates], [[risk.window]], [[risk.rate]],
// [[risk.repeated]], [[risk.tags]], [[risk.venue_rules]], [[risk.instrument_rules]]. A table or key
// that is absent is a control that is off, which the summary of a run says. Reasons:
// engine/risk/policies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/settings/strategies.hpp"
#include "engine/types/amount.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/ids.hpp"

namespace sq::settings {
struct DuplicateRule {         // P09
  std::int64_t window_ns{0};   // 0 to 60 s; 0 is off and has to be written
  std::uint32_t memory{4096};  // orders remembered, 16 to 1,048,576; full of young ones refuses
  friend bool operator==(const DuplicateRule&, const DuplicateRule&) = default;
};
struct WindowRule {  // P10; at least one bound, at most 3 windows of the firm and of an instrument
  std::optional<StrategyInstrument> instrument;  // empty: the firm
  std::int64_t window_ns{0};                     // 1 ms to 10 min
  std::optional<Qty> qty_max;                    // of an instrument only
  std::optional<Amount> notional_max;            // settlement currency; of the firm: base currency
  std::optional<std::uint32_t> orders_max;
  friend bool operator==(const WindowRule&, const WindowRule&) = default;
};
struct RateRule {  // P11; of one strategy, account or venue
  std::optional<std::string> strategy;
  std::optional<std::uint32_t> account;
  std::optional<VenueId> venue;
  StrategyId strategy_id{kNoStrategy};
  std::uint32_t messages_per_second{0};  // 1 to 1,000,000
  std::uint32_t burst{0};                // 1 to 1,000,000
  std::uint32_t reserve{0};              // below burst: only cancels take it
  std::uint32_t order_weight{1};         // of venues; 1 to 1,000
  std::uint32_t amend_weight{1};
  std::uint32_t cancel_weight{1};
  friend bool operator==(const RateRule&, const RateRule&) = default;
};
struct RepeatedRule {  // P12; at least one bound
  std::string strategy;
  StrategyId strategy_id{kNoStrategy};
  std::optional<std::uint32_t> executions_max;
  std::optional<std::uint32_t> cycles_max;
  friend bool operator==(const RepeatedRule&, const RepeatedRule&) = default;
};
struct TagRule {  // P25
  std::string strategy;
  StrategyId strategy_id{kNoStrategy};
  std::string algo;
  std::string user;
  std::string client;
  friend bool operator==(const TagRule&, const TagRule&) = default;
};
struct VenueRule {  // P23, P25, P33
  VenueId venue{VenueId::None};
  bool session{false};                // no orders before a phase of its session is known
  bool tags{false};                   // orders of strategies without [[risk.tags]] are refused
  std::int64_t receive_window_ns{0};  // up to 60 s, 0: off
  std::int64_t clock_age_ns_max{60'000'000'000};
  friend bool operator==(const VenueRule&, const VenueRule&) = default;
};
struct InstrumentRule {  // P01, P22, P24, P36, P38, P39
  StrategyInstrument instrument;
  bool restricted{false};
  bool delivery{false};  // sells need holdings
  std::optional<Qty> freeze_qty;
  bool slice{false};
  std::optional<std::uint32_t> impact_bps;  // 1 to 5,000
  std::int64_t filter_age_ns_max{0};        // up to 30 days, 0: off
  std::int64_t ratio_window_ns{0};          // up to a day, 0: off
  std::uint32_t ratio_messages_min{0};
  std::uint32_t ratio_warn{1};  // messages a trade
  std::uint32_t ratio_max{1};   // not below ratio_warn
  friend bool operator==(const InstrumentRule&, const InstrumentRule&) = default;
};

struct Policies {
  std::optional<DuplicateRule> duplicates;
  std::vector<WindowRule> windows;
  std::vector<RateRule> rates;
  std::vector<RepeatedRule> repeated;
  std::vector<TagRule> tags;
  std::vector<VenueRule> venues;
  std::vector<InstrumentRule> instruments;
  friend bool operator==(const Policies&, const Policies&) = default;
};
}  // namespace sq::settings
