// What a simulation assumes: the checked [simulation] table and what comes with a run.
// Thread: start-up. Cost: none. Units in the names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/book/synced_book.hpp"
#include "engine/settings/portfolio.hpp"
#include "engine/settings/simulation.hpp"
#include "engine/types/time.hpp"

namespace sq::backtest {
struct SimulationSettings {
  // feed_latency: None: the exchange is where the core is; Constant: feed_latency_ns before it;
  // Recorded: at the venue's stamp, after the clock offset is taken out, the fastest record being
  // feed_latency_ns old (see feed_clock.hpp).
  settings::Simulation model{};
  std::vector<settings::Balance> balances;  // of account 0; spot orders need them
  std::uint64_t seed{1};                    // of the sampled order latencies

  // Recorded: records of each source that are looked at before the run to estimate the offset.
  std::uint32_t offset_records{1'000};
  // Requests made later than this after the last market data are not carried out any more.
  std::int64_t drain_ns_max{60 * kNsPerSecond};

  // Sizes that are allocated at start.
  // Of the displayed market; tick, lot and the times after which a receiver would doubt it are left
  // out. `books`: index InstrumentId, for those that differ from `book`; may be shorter.
  book::SyncSettings book{.l2 = {.tick = {}, .window_ticks = 1U << 14, .far_levels_max = 1U << 16},
                          .stale_after_ns = 0,
                          .crossed_for_ns = 0,
                          .pending_bytes = 1U << 20,
                          .orders_max = 0,
                          .lot = {},
                          .opening_unknown = false};
  std::vector<book::SyncSettings> books{};
  std::uint32_t open_orders_max{4'096};      // over all instruments; more are rejected
  std::uint32_t orders_expected{1U << 16};   // ids remembered; more makes the table grow
  std::size_t delay_bytes{1U << 20};         // per source, records between exchange and core; grows
};
}  // namespace sq::backtest
