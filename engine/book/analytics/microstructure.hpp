// Every microstructure measure of one instrument, kept up to date event by event. Each event renews
// the readings in view() that follow from it; rates over time (queues, arrivals) are renewed when
// 1/1024 of their window has passed, value area and impulse response every so many trades.
//   on_top      best prices and quantities (all but depth, trades and bars follow from them)
//   on_depth    imbalance of deeper levels
//   on_trade    trades, bars, volume profile
// Thread: one writer; others get a copy of view(). Cost (means, recorded USD-M BTCUSDT, see
// README.md): on_top 45 ns, on_trade 150 ns, on_depth 130 ns. Allocates in the constructor only,
// about 250 kB with the defaults. Units: of each measure, unit_of(). Errors: a trade that has no
// positive price and quantity, or a price of 4.6e9 or more, is counted in refused() and nothing
// else; best prices that are absent or crossed mean no quote. Deterministic: integers and IEEE
// arithmetic only. Throws std::invalid_argument for settings out of range.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/book/analytics/bars/amihud.hpp"
#include "engine/book/analytics/bars/bar.hpp"
#include "engine/book/analytics/bars/corwin_schultz.hpp"
#include "engine/book/analytics/bars/hasbrouck_lambda.hpp"
#include "engine/book/analytics/bars/range_volatility.hpp"
#include "engine/book/analytics/bars/realised_variance.hpp"
#include "engine/book/analytics/microstructure_view.hpp"
#include "engine/book/analytics/quotes/depth_imbalance.hpp"
#include "engine/book/analytics/quotes/microprice.hpp"
#include "engine/book/analytics/quotes/order_flow_imbalance.hpp"
#include "engine/book/analytics/quotes/queue_depletion.hpp"
#include "engine/book/analytics/quotes/quote.hpp"
#include "engine/book/analytics/quotes/quote_history.hpp"
#include "engine/book/analytics/quotes/quoted_spread.hpp"
#include "engine/book/analytics/trades/arrival_rates.hpp"
#include "engine/book/analytics/trades/bulk_volume.hpp"
#include "engine/book/analytics/trades/hasbrouck_var.hpp"
#include "engine/book/analytics/trades/kyle_lambda.hpp"
#include "engine/book/analytics/trades/roll_spread.hpp"
#include "engine/book/analytics/trades/trade_costs.hpp"
#include "engine/book/analytics/trades/trade_sign.hpp"
#include "engine/book/analytics/trades/volume_profile.hpp"
#include "engine/book/analytics/trades/vpin.hpp"
#include "engine/book/l2_book.hpp"
#include "engine/types/order_types.hpp"
#include "engine/types/time.hpp"

namespace sq::book::analytics {
struct MicrostructureSettings {
  Price tick{};                                    // > 0
  std::int64_t time_window_ns{60 * kNsPerSecond};  // spreads and rates over time
  // How long before a trade the quote is taken that it is compared with: 0 where the feed sends a
  // trade before the quote it changes; else a little more than the feed's delay between the two.
  std::int64_t quote_delay_ns{0};
  std::uint32_t trades_window{1000};  // costs, signs, Kyle, Roll; >= 8
  std::uint32_t horizon_trades{5};    // of realised spread and impact
  std::int64_t horizon_ns{kNsPerSecond};
  std::uint32_t flow_quotes{200};       // window of the recent order flow
  std::uint32_t flow_block_quotes{20};  // a block of the order-flow regression
  std::uint32_t flow_blocks{200};       // its window
  DepthImbalance::Depths depths{1, 3, 5, 10};
  Qty vpin_bucket{};  // > 0; about 1/50 of a day's volume
  std::uint32_t vpin_window{50};
  BarLimits bars{.length_ns = 10 * kNsPerSecond};
  std::uint32_t bars_window{100};  // >= 2
  std::uint8_t imbalance_classes{10};
  std::uint8_t spread_classes{2};
  std::uint32_t microprice_refresh_quotes{4096};
  std::uint64_t microprice_memory_quotes{400'000};
  std::uint8_t var_lags{5};
  std::uint32_t var_window{1000};  // trades
  std::uint32_t var_refresh_trades{1024};
  std::uint32_t profile_bucket_ticks{10};
  std::uint32_t profile_buckets{1024};  // a power of two
  std::uint32_t profile_refresh_trades{256};
};

class Microstructure {
 public:
  explicit Microstructure(const MicrostructureSettings& settings);

  void on_top(Level bid, Level ask, MonoTime at) noexcept;
  void on_depth(const L2Book& book, MonoTime at) noexcept;
  // aggressor: empty where the venue does not say; then Lee-Ready decides.
  void on_trade(Price price, Qty qty, std::optional<Side> aggressor, MonoTime at) noexcept;
  // Time passes without an event: horizons come and bars end.
  void on_time(MonoTime now) noexcept;
  // The book was lost: what needs an unbroken sequence of quotes starts again.
  void on_book_lost(MonoTime at) noexcept;

  [[nodiscard]] const MicrostructureView& view() const noexcept { return view_; }
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

  [[nodiscard]] const Bar& last_bar() const noexcept { return bars_.finished(); }  // trades 0: none
  [[nodiscard]] const VolumeProfile& profile() const noexcept { return profile_; }
  [[nodiscard]] const VarFit& trade_response() const noexcept { return var_fit_; }
  [[nodiscard]] const Microprice& microprice() const noexcept { return microprice_; }
  [[nodiscard]] const MicrostructureSettings& settings() const noexcept { return settings_; }

 private:
  void pass_time(MonoTime at) noexcept;
  void lose_quote(MonoTime at) noexcept;
  void on_bar() noexcept;
  void on_costs(Price price, std::int64_t twice_mid, int sign, MonoTime at) noexcept;
  void write_quote(const Quote& quote) noexcept;
  void write_depletion() noexcept;
  void write_rates() noexcept;
  void write_trades() noexcept;
  void write_costs_by_time() noexcept;
  void write_bars() noexcept;
  void refresh_response() noexcept;
  void refresh_profile() noexcept;

  MicrostructureSettings settings_;
  Quote quote_{};
  bool has_quote_{false};
  std::uint64_t quotes_{0};
  std::uint64_t refused_{0};
  std::int64_t rates_due_ns_{0};
  Reading bid_leaving_{};
  Reading ask_leaving_{};
  std::uint32_t var_due_{0};      // trades since the last refresh
  std::uint32_t profile_due_{0};  // trades since the last refresh

  QuoteHistory history_;  // unused while quote_delay_ns is 0
  QuotedSpread quoted_spread_;
  OrderFlowImbalance order_flow_;
  Microprice microprice_;
  DepthImbalance depth_imbalance_;
  QueueDepletion bid_queue_;
  QueueDepletion ask_queue_;
  ArrivalRates arrivals_;

  TickRule tick_rule_;
  SignAgreement tick_agreement_;
  SignAgreement lee_ready_agreement_;
  SignAutocorrelation signs_;
  TradeCosts costs_;
  Vpin vpin_;
  Vpin vpin_bulk_;
  KyleLambda kyle_;
  RollSpread roll_;
  HasbrouckVar var_;
  VarFit var_fit_{};
  VolumeProfile profile_;

  BarBuilder bars_;
  Bar bar_before_{};  // trades 0: none yet
  BulkVolume bulk_;
  KyleLambda kyle_bars_;
  RollSpread roll_bars_;
  Amihud amihud_;
  HasbrouckLambda hasbrouck_lambda_;
  CorwinSchultz corwin_schultz_;
  RangeVolatility range_volatility_;
  RealisedVariance realised_variance_;

  MicrostructureView view_{};
};
}  // namespace sq::book::analytics
