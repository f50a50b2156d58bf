// Every field of every section, once: key, place, range, unit, whether it has a default. Reader and
// Writer both walk these lists. Reasons and defaults stand in the struct headers.
// Thread: start-up.
#pragma once

#include <concepts>
#include <limits>
#include <type_traits>

#include "engine/settings/sections/codecs.hpp"
#include "engine/settings/strict/reader.hpp"

namespace sq::settings {
template <class T, class Section>
concept Is = std::same_as<std::remove_const_t<T>, Section>;

inline constexpr std::int64_t kSeedMax = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t kLatencyUsMax = 10'000'000;

template <class Io, Is<Engine> T>
void fields(Io& io, T& engine) {
  io.coded("instance", engine.instance, kInstanceCodec, Need::Required);
  io.choice("mode", engine.mode, kModes, Need::Required);
  io.integer("seed", engine.seed, 0, kSeedMax, "", Need::Required);
  io.integer("core_cpu", engine.core_cpu, -1, kCpuMax, "CPU number, -1 is not pinned",
             Need::Optional);
  io.integer("feed_cpu", engine.feed_cpu, -1, kCpuMax, "CPU number, -1 is not pinned",
             Need::Optional);
  io.integer("log_cpu", engine.log_cpu, -1, kCpuMax, "CPU number, -1 is not pinned",
             Need::Optional);
  io.integer("admin_cpu", engine.admin_cpu, -1, kCpuMax, "CPU number, -1 is not pinned",
             Need::Optional);
  io.choice("idle", engine.idle, kIdles, Need::Optional);
  io.choice("decode", engine.decode, kDecodes, Need::Optional);
  io.integer("stage_sample", engine.stage_sample, 1, 1'000'000, "every Nth event", Need::Optional);
}

template <class Io, Is<Session> T>
void fields(Io& io, T& session) {
  io.coded("speed", session.speed, kSpeedCodec, Need::Required);
  io.coded("data", session.data, kPathCodec, Need::Optional);
}

template <class Io, Is<SimulatedSession> T>
void fields(Io& io, T& simulated) {
  io.integer("seed", simulated.seed, 0, kSeedMax, "", Need::Required);
  io.integer("minutes", simulated.minutes, 1, 1'440, "minutes of recorded time", Need::Optional);
  io.coded("directory", simulated.directory, kPathCodec, Need::Optional);
}

template <class Io, Is<Recording> T>
void fields(Io& io, T& recording) {
  io.coded("venue", recording.venue, kVenueCodec, Need::Required);
  io.coded("symbol", recording.symbol, kSymbolCodec, Need::Required);
  io.coded_list("files", recording.files, kFileCodec, 1, 1'000, Need::Required);
  io.coded("format", recording.format, kFormatCodec, Need::Optional);
  io.coded("file_symbol", recording.file_symbol, kFileSymbolCodec, Need::Optional);
}

// A key that may be left out and then means that there is none.
template <class Io, class T, class Each>
void optional_field(Io& io, std::string_view key, T& out, const Each& each) {
  if constexpr (requires { io.has(key); }) {
    typename T::value_type value{};
    each(value);
    if (io.has(key)) out = value;
  } else if (out) {
    auto value = *out;
    each(value);
  }
}

template <class Io, Is<InstrumentSettings> T>
void option_fields(Io& io, T& settings) {
  auto& of = settings.instrument;
  io.coded("underlying", settings.underlying, kStrategyInstrumentCodec, Need::Required);
  io.fixed("strike", of.strike, Price::from_raw(1), Price::max(), "quote a base unit",
           Need::Required);
  io.coded("expiry", of.expiry, kMomentCodec, Need::Required);
  io.choice("right", of.right, kOptionRights, Need::Required);
}

template <class Io, Is<InstrumentSettings> T>
void fields(Io& io, T& settings) {
  constexpr Ratio kFeeMax =
      Ratio::from_raw(Ratio::kScale / 100);  // 1 %: above it a percent sign is meant
  constexpr Qty kQtyStep = Qty::from_raw(1);
  constexpr Price kPriceStep = Price::from_raw(1);
  auto& of = settings.instrument;
  io.coded("venue", of.venue, kVenueCodec, Need::Required);
  io.coded("symbol", of.symbol, kSymbolCodec, Need::Required);
  io.choice("kind", of.kind, kInstrumentKinds, Need::Required);
  io.coded("base", of.base, kCurrencyCodec, Need::Required);
  io.coded("quote", of.quote, kCurrencyCodec, Need::Required);
  io.coded("settle", of.settle, kCurrencyCodec, Need::Required);
  io.fixed("tick", of.tick, kPriceStep, Price::max(), "quote a base unit", Need::Required);
  io.fixed("price_min", of.price_min, kPriceStep, Price::max(), "quote a base unit",
           Need::Required);
  io.fixed("price_max", of.price_max, kPriceStep, Price::max(), "quote a base unit",
           Need::Required);
  io.fixed("lot", of.lot, kQtyStep, Qty::max(), "base units or contracts", Need::Required);
  io.fixed("qty_min", of.qty_min, kQtyStep, Qty::max(), "base units or contracts", Need::Required);
  io.fixed("qty_max", of.qty_max, kQtyStep, Qty::max(), "base units or contracts", Need::Required);
  io.amount("notional_min", of.notional_min, 0, std::numeric_limits<std::int64_t>::max(),
            "quote currency, 0 is none", Need::Required);
  io.fixed("multiplier", of.multiplier, kQtyStep, Qty::max(), "units a contract", Need::Optional);
  io.fixed("maker_fee", of.maker_fee, -kFeeMax, kFeeMax, "of the notional: 0.0002 is 0.02 %",
           Need::Required);
  io.fixed("taker_fee", of.taker_fee, Ratio{}, kFeeMax, "of the notional: 0.0005 is 0.05 %",
           Need::Required);
  io.duration("stale_after_ms", settings.stale_after_ns, 10, 3'600'000, Need::Optional);
  io.duration("crossed_for_ms", settings.crossed_for_ns, 0, 60'000, Need::Optional);
  io.integer("window_ticks", settings.window_ticks, 256, 1 << 18, "ticks, a power of two",
             Need::Optional);
  io.integer("far_levels_max", settings.far_levels_max, 0, 1'000'000, "levels a side",
             Need::Optional);
  io.choice("book", settings.book, kBookKinds, Need::Optional);
  io.integer("orders_max", settings.orders_max, 1'000, 10'000'000, "live orders", Need::Optional);
  io.choice("opening", settings.opening, kBookOpenings, Need::Optional);
  io.boolean("microstructure", settings.microstructure, Need::Optional);
  io.fixed("vpin_bucket", settings.vpin_bucket, Qty{}, Qty::max(), "base units, 0 is none",
           Need::Optional);
  io.duration("quote_delay_ms", settings.quote_delay_ns, 0, 1'000, Need::Optional);
  if (of.kind == InstrumentKind::Option) option_fields(io, settings);
}

// 10 billion: a limit beyond it is a slip, and sums of limits stay far from 64 bits.
inline constexpr std::int64_t kAmountMax = 10'000'000'000 * Amount::kScale;

template <class Io, class T>
void optional_money(Io& io, std::string_view key, T& out) {
  optional_field(io, key, out, [&](Amount& max) {
    io.amount(key, max.raw, 1, kAmountMax, "base currency", Need::Optional);
  });
}
template <class Io, class T>
void optional_number(Io& io, std::string_view key, T& out, std::int64_t max,
                     std::string_view unit) {
  optional_field(io, key, out,
                 [&](auto& value) { io.integer(key, value, 1, max, unit, Need::Optional); });
}
// Those that a table has as keys of its own are not asked for again.
struct OwnLimits {
  bool orders{false};
  bool rate{false};
  bool order_value{false};
  bool loss{false};
  bool gross{false};
};
template <class Io, Is<FurtherLimits> T>
void further_fields(Io& io, T& limits, const OwnLimits& own) {
  if (!own.orders) optional_number(io, "open_orders_max", limits.open_orders_max, 100'000, "orders");
  if (!own.rate)
    optional_number(io, "orders_per_second_max", limits.orders_per_second_max, 100'000, "orders");
  if (!own.order_value) optional_money(io, "order_value_max", limits.order_value_max);
  optional_money(io, "open_value_max", limits.open_value_max);
  if (!own.gross) optional_money(io, "gross_notional_max", limits.gross_notional_max);
  optional_money(io, "net_notional_max", limits.net_notional_max);
  optional_money(io, "turnover_max", limits.turnover_max);
  optional_money(io, "credit_max", limits.credit_max);
  if (!own.loss) optional_money(io, "daily_loss_max", limits.daily_loss_max);
  optional_money(io, "daily_loss_halt", limits.daily_loss_halt);
  optional_money(io, "drawdown_max", limits.drawdown_max);
  optional_money(io, "drawdown_halt", limits.drawdown_halt);
}

template <class Io, Is<FirmLimits> T>
void fields(Io& io, T& firm) {
  io.coded("base_currency", firm.base_currency, kCurrencyCodec, Need::Required);
  io.amount("daily_loss_max", firm.daily_loss_max.raw, 1, kAmountMax, "base currency",
            Need::Required);
  io.amount("gross_notional_max", firm.gross_notional_max.raw, 1, kAmountMax, "base currency",
            Need::Required);
  io.integer("open_orders_max", firm.open_orders_max, 1, 100'000, "orders", Need::Required);
  io.integer("orders_per_second_max", firm.orders_per_second_max, 1, 100'000, "orders",
             Need::Required);
  io.duration("answer_timeout_ms", firm.answer_timeout_ns, 50, 60'000, Need::Optional);
  io.duration("order_ttl_ms", firm.order_ttl_ns, 0, 60'000, Need::Optional);
  io.duration("order_check_ms", firm.order_check_ns, 0, 3'600'000, Need::Optional);
  io.duration("reconcile_ms", firm.reconcile_ns, 0, 60'000, Need::Optional);
  io.choice("external_orders", firm.external_orders, kExternalOrders, Need::Optional);
  io.duration("venue_gone_ms", firm.venue_gone_ns, 0, 3'600'000, Need::Optional);
  further_fields(io, firm.further, {.orders = true, .rate = true, .loss = true, .gross = true});
}

template <class Io, Is<InstrumentLimits> T>
void fields(Io& io, T& limits) {
  io.coded("venue", limits.venue, kVenueCodec, Need::Required);
  io.coded("symbol", limits.symbol, kSymbolCodec, Need::Required);
  io.fixed("order_qty_max", limits.order_qty_max, Qty::from_raw(1), Qty::max(),
           "base units or contracts", Need::Required);
  io.amount("order_value_max", limits.order_value_max.raw, 1, kAmountMax, "settlement currency",
            Need::Required);
  io.integer("collar_bps", limits.collar_bps, 1, 5'000, "bps, 100 are 1 %", Need::Required);
  io.fixed("position_max", limits.position_max, Qty::from_raw(1), Qty::max(),
           "base units or contracts", Need::Required);
  io.integer("open_orders_max", limits.open_orders_max, 1, 10'000, "orders", Need::Required);
  io.duration("reference_age_ms_max", limits.reference_age_ns_max, 1, 60'000, Need::Required);
  optional_field(io, "short_position_max", limits.short_position_max, [&](Qty& max) {
    io.fixed("short_position_max", max, Qty{}, Qty::max(), "base units or contracts",
             Need::Optional);
  });
  optional_number(io, "away_collar_bps", limits.away_collar_bps, 10'000, "bps, 100 are 1 %");
  const auto price = [&](std::string_view key, auto& out) {
    optional_field(io, key, out, [&](Price& bound) {
      io.fixed(key, bound, Price::from_raw(1), Price::max(), "quote a base unit", Need::Optional);
    });
  };
  price("band_low", limits.band_low);
  price("band_high", limits.band_high);
  optional_number(io, "jump_bps_max", limits.jump_bps_max, 10'000, "bps, 100 are 1 %");
  optional_field(io, "jump_window_ms", limits.jump_window_ns, [&](std::int64_t& window) {
    io.duration("jump_window_ms", window, 1, 60'000, Need::Optional);
  });
  further_fields(io, limits.further, {.orders = true, .order_value = true});
}

template <class Io, Is<StrategyLimits> T>
void fields(Io& io, T& limits) {
  io.coded("name", limits.name, kStrategyNameCodec, Need::Required);
  io.integer("open_orders_max", limits.open_orders_max, 1, 10'000, "orders", Need::Required);
  io.integer("orders_per_second_max", limits.orders_per_second_max, 1, 10'000, "orders",
             Need::Required);
  io.amount("daily_loss_max", limits.daily_loss_max.raw, 1, kAmountMax, "base currency",
            Need::Required);
  optional_field(io, "account", limits.account, [&](auto& name) {
    io.coded("account", name, kStrategyNameCodec, Need::Optional);
  });
  further_fields(io, limits.further, {.orders = true, .rate = true, .loss = true});
}

template <class Io, Is<AccountLimits> T>
void fields(Io& io, T& account) {
  io.coded("name", account.name, kStrategyNameCodec, Need::Required);
  further_fields(io, account.limits, {});
}

template <class Io, Is<VenueLimits> T>
void fields(Io& io, T& venue) {
  io.coded("venue", venue.venue, kVenueCodec, Need::Required);
  further_fields(io, venue.limits, {});
}

template <class Io, Is<CurrencyLimits> T>
void fields(Io& io, T& currency) {
  io.coded("currency", currency.currency, kCurrencyCodec, Need::Required);
  optional_money(io, "gross_notional_max", currency.limits.gross_notional_max);
  optional_money(io, "net_notional_max", currency.limits.net_notional_max);
}

template <class Io, Is<HoldingLimits> T>
void fields(Io& io, T& holding) {
  io.coded("strategy", holding.strategy, kStrategyNameCodec, Need::Required);
  io.coded("instrument", holding.instrument, kStrategyInstrumentCodec, Need::Required);
  const auto qty = [&](std::string_view key, auto& out, Qty min) {
    optional_field(io, key, out, [&](Qty& max) {
      io.fixed(key, max, min, Qty::max(), "base units or contracts", Need::Optional);
    });
  };
  qty("order_qty_max", holding.order_qty_max, Qty::from_raw(1));
  qty("position_max", holding.position_max, Qty{});
  qty("short_position_max", holding.short_position_max, Qty{});
}

template <class Io, Is<FxRate> T>
void fields(Io& io, T& fx) {
  io.coded("from", fx.from, kCurrencyCodec, Need::Required);
  io.coded("to", fx.to, kCurrencyCodec, Need::Required);
  optional_field(io, "instrument", fx.instrument, [&](auto& name) {
    io.coded("instrument", name, kStrategyInstrumentCodec, Need::Optional);
  });
  io.duration("age_ms_max", fx.age_ns_max, 1, 600'000, Need::Required);
}

template <class Io, Is<GreekLimits> T>
void fields(Io& io, T& limits) {
  optional_field(io, "underlying", limits.underlying, [&](auto& name) {
    io.coded("underlying", name, kStrategyInstrumentCodec, Need::Optional);
  });
  optional_field(io, "strategy", limits.strategy, [&](auto& name) {
    io.coded("strategy", name, kStrategyNameCodec, Need::Optional);
  });
  optional_field(io, "delta_max", limits.delta_max, [&](Qty& max) {
    io.fixed("delta_max", max, Qty::from_raw(1), Qty::max(), "units of the underlying",
             Need::Optional);
  });
  optional_field(io, "gamma_max", limits.gamma_max, [&](GreekLimits::Gamma& max) {
    io.fixed("gamma_max", max, GreekLimits::Gamma::from_raw(1), GreekLimits::Gamma::max(),
             "units of the underlying per unit of its price", Need::Optional);
  });
  optional_field(io, "vega_max", limits.vega_max, [&](Amount& max) {
    io.amount("vega_max", max.raw, 1, kAmountMax, "base currency per 1.00 of volatility",
              Need::Optional);
  });
  optional_field(io, "theta_max", limits.theta_max, [&](Amount& max) {
    io.amount("theta_max", max.raw, 1, kAmountMax, "base currency a year", Need::Optional);
  });
  io.duration("greeks_age_ms_max", limits.greeks_age_ns_max, 1, 600'000, Need::Required);
}

template <class Io, Is<ChainSettings> T>
void fields(Io& io, T& chain) {
  constexpr Ratio kWhole = Ratio::from_units(1);
  io.coded("underlying", chain.underlying, kStrategyInstrumentCodec, Need::Required);
  io.duration("interval_ms", chain.interval_ns, 1, 60'000, Need::Required);
  io.fixed("rate", chain.rate, -kWhole, kWhole, "a year: 0.05 is 5 %", Need::Required);
  io.fixed("yield", chain.yield, -kWhole, kWhole, "a year: 0.05 is 5 %", Need::Optional);
  io.duration("quote_age_ms_max", chain.quote_age_ns_max, 1, 3'600'000, Need::Optional);
}

template <class Io, Is<Balance> T>
void fields(Io& io, T& balance) {
  io.coded("venue", balance.venue, kVenueCodec, Need::Required);
  io.coded("currency", balance.amount.currency, kCurrencyCodec, Need::Required);
  io.amount("amount", balance.amount.raw, 0, kAmountMax, "units of the currency", Need::Required);
}

template <class Io, Is<Log> T>
void fields(Io& io, T& log) {
  io.coded("dir", log.dir, kPathCodec, Need::Optional);
  io.coded("ring_dir", log.ring_dir, kPathCodec, Need::Optional);
  io.integer("order_ring_mib", log.order_ring_mib, 1, 4'096, "MiB, a power of two", Need::Optional);
  io.integer("feed_ring_mib", log.feed_ring_mib, 1, 16'384, "MiB, a power of two", Need::Optional);
  io.integer("segment_mib", log.segment_mib, 1, 4'096, "MiB", Need::Optional);
  io.choice("durability", log.durability, kDurabilities, Need::Optional);
  io.duration("group_interval_us", log.group_interval_ns, 10, 1'000'000, Need::Optional);
  io.integer("group_kib", log.group_kib, 1, 1'048'576, "KiB", Need::Optional);
  io.duration("order_wait_ms_max", log.order_wait_ns_max, 1, 60'000, Need::Optional);
  io.duration("heartbeat_ms_max", log.heartbeat_ns_max, 10, 60'000, Need::Optional);
  io.integer("reserve_mib", log.reserve_mib, 0, 1'024, "MiB, 0 is none", Need::Optional);
  io.integer("keep_orders_days", log.keep_orders_days, 0, 36'500, "days, 0 keeps everything",
             Need::Optional);
  io.integer("keep_feed_days", log.keep_feed_days, 0, 36'500, "days, 0 keeps everything",
             Need::Optional);
  io.integer("keep_feed_mib", log.keep_feed_mib, 0, 16'777'216, "MiB, 0 keeps everything",
             Need::Optional);
  io.integer("snapshot_records", log.snapshot_records, 1'000, 1'000'000'000, "records",
             Need::Optional);
  io.integer("snapshot_s", log.snapshot_s, 1, 86'400, "seconds", Need::Optional);
  io.choice("existing", log.existing, kExistingLogs, Need::Optional);
}

template <class Io, Is<Archive> T>
void fields(Io& io, T& archive) {
  io.choice("kind", archive.kind, kArchiveKinds, Need::Optional);
  io.coded("path", archive.path, kPathCodec, Need::Optional);
  io.coded("url", archive.url, kDatabaseUrlCodec, Need::Optional);
  io.integer("batch_records", archive.batch_records, 1, 100'000, "records", Need::Optional);
  io.duration("flush_interval_ms", archive.flush_interval_ns, 1, 60'000, Need::Optional);
}

template <class Io, Is<Admin> T>
void fields(Io& io, T& admin) {
  io.boolean("enabled", admin.enabled, Need::Required);
  io.coded("address", admin.address, kAddressCodec, Need::Optional);
  io.integer("port", admin.port, 0, 65'535, "0 is any free one", Need::Optional);
  io.coded("token_file", admin.token_file, kPathCodec, Need::Optional);
}

template <class Io, Is<Simulation> T>
void fields(Io& io, T& simulation) {
  io.choice("feed_latency", simulation.feed_latency, kFeedLatencies, Need::Optional);
  io.choice("queue_model", simulation.queue_model, kQueueModels, Need::Optional);
  io.boolean("exact_queue", simulation.exact_queue, Need::Optional);
  io.boolean("consumed_depth", simulation.consumed_depth, Need::Optional);
  io.boolean("partial_fills", simulation.partial_fills, Need::Optional);
  io.boolean("fees", simulation.fees, Need::Optional);
  io.boolean("filters", simulation.filters, Need::Optional);
  io.boolean("margin", simulation.margin, Need::Optional);
  io.boolean("funding", simulation.funding, Need::Optional);
  io.boolean("rate_limits", simulation.rate_limits, Need::Optional);
  io.choice("impact", simulation.impact, kImpactModels, Need::Optional);
}

template <class Io, Is<Telemetry> T>
void fields(Io& io, T& telemetry) {
  io.choice("text_level", telemetry.text_level, kTextLevels, Need::Optional);
  io.integer("texts_per_second_max", telemetry.texts_per_second_max, 1, 100'000, "lines",
             Need::Optional);
  io.duration("progress_interval_ms", telemetry.progress_interval_ns, 100, 60'000, Need::Optional);
}

template <class Io, Is<StrategySettings> T>
void fields(Io& io, T& strategy) {
  io.coded("kind", strategy.kind, kKindCodec, Need::Required);
  io.coded_list("instruments", strategy.instruments, kStrategyInstrumentCodec, 1, 64,
                Need::Required);
  io.choice("start", strategy.start, kStartStates, Need::Required);
}
}  // namespace sq::settings
