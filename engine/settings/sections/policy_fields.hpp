// Fields of the tables of engine/settings/policies.hpp, once for reader and writer.
// Thread: start-up.
#pragma once

#include "engine/settings/sections/fields.hpp"

namespace sq::settings {
inline constexpr std::int64_t kCountMax = 1'000'000;

template <class Io, class T>
void optional_strategy(Io& io, T& out) {
  optional_field(io, "strategy", out, [&](auto& name) {
    io.coded("strategy", name, kStrategyNameCodec, Need::Optional);
  });
}
template <class Io, class T>
void optional_count(Io& io, std::string_view key, T& out, std::int64_t min, std::int64_t max,
                    std::string_view unit) {
  optional_field(io, key, out,
                 [&](auto& value) { io.integer(key, value, min, max, unit, Need::Optional); });
}

template <class Io, Is<DuplicateRule> T>
void fields(Io& io, T& rule) {
  io.duration("window_ms", rule.window_ns, 0, 60'000, Need::Required);
  io.integer("memory", rule.memory, 16, 1'048'576, "orders", Need::Optional);
}

template <class Io, Is<WindowRule> T>
void fields(Io& io, T& rule) {
  optional_field(io, "instrument", rule.instrument, [&](auto& name) {
    io.coded("instrument", name, kStrategyInstrumentCodec, Need::Optional);
  });
  io.duration("window_ms", rule.window_ns, 1, 600'000, Need::Required);
  optional_field(io, "qty_max", rule.qty_max, [&](Qty& max) {
    io.fixed("qty_max", max, Qty::from_raw(1), Qty::max(), "base units or contracts",
             Need::Optional);
  });
  optional_field(io, "notional_max", rule.notional_max, [&](Amount& max) {
    io.amount("notional_max", max.raw, 1, kAmountMax, "settlement currency", Need::Optional);
  });
  optional_count(io, "orders_max", rule.orders_max, 1, kCountMax, "orders");
}

template <class Io, Is<RateRule> T>
void fields(Io& io, T& rule) {
  optional_strategy(io, rule.strategy);
  optional_count(io, "account", rule.account, 0, 63, "number of the account");
  optional_field(io, "venue", rule.venue,
                 [&](auto& venue) { io.coded("venue", venue, kVenueCodec, Need::Optional); });
  io.integer("messages_per_second", rule.messages_per_second, 1, kCountMax, "messages",
             Need::Required);
  io.integer("burst", rule.burst, 1, kCountMax, "messages", Need::Required);
  io.integer("reserve", rule.reserve, 0, kCountMax, "messages kept for cancels", Need::Required);
  io.integer("order_weight", rule.order_weight, 1, 1'000, "tokens", Need::Optional);
  io.integer("amend_weight", rule.amend_weight, 1, 1'000, "tokens", Need::Optional);
  io.integer("cancel_weight", rule.cancel_weight, 1, 1'000, "tokens", Need::Optional);
}

template <class Io, Is<RepeatedRule> T>
void fields(Io& io, T& rule) {
  io.coded("strategy", rule.strategy, kStrategyNameCodec, Need::Required);
  optional_count(io, "executions_max", rule.executions_max, 1, 1'000'000'000, "executions");
  optional_count(io, "cycles_max", rule.cycles_max, 1, 1'000'000'000, "cycles");
}

template <class Io, Is<TagRule> T>
void fields(Io& io, T& rule) {
  io.coded("strategy", rule.strategy, kStrategyNameCodec, Need::Required);
  io.coded("algo", rule.algo, kFileSymbolCodec, Need::Required);
  io.coded("user", rule.user, kFileSymbolCodec, Need::Required);
  io.coded("client", rule.client, kFileSymbolCodec, Need::Required);
}

template <class Io, Is<VenueRule> T>
void fields(Io& io, T& rule) {
  io.coded("venue", rule.venue, kVenueCodec, Need::Required);
  io.boolean("session", rule.session, Need::Optional);
  io.boolean("tags", rule.tags, Need::Optional);
  io.duration("receive_window_ms", rule.receive_window_ns, 0, 60'000, Need::Optional);
  io.duration("clock_age_ms_max", rule.clock_age_ns_max, 1, 3'600'000, Need::Optional);
}

template <class Io, Is<InstrumentRule> T>
void fields(Io& io, T& rule) {
  io.coded("instrument", rule.instrument, kStrategyInstrumentCodec, Need::Required);
  io.boolean("restricted", rule.restricted, Need::Optional);
  io.boolean("delivery", rule.delivery, Need::Optional);
  optional_field(io, "freeze_qty", rule.freeze_qty, [&](Qty& max) {
    io.fixed("freeze_qty", max, Qty::from_raw(1), Qty::max(), "base units or contracts",
             Need::Optional);
  });
  io.boolean("slice", rule.slice, Need::Optional);
  optional_count(io, "impact_bps", rule.impact_bps, 1, 5'000, "bps, 100 are 1 %");
  io.duration("filter_age_ms_max", rule.filter_age_ns_max, 0, 2'592'000'000, Need::Optional);
  io.duration("ratio_window_ms", rule.ratio_window_ns, 0, 86'400'000, Need::Optional);
  io.integer("ratio_messages_min", rule.ratio_messages_min, 0, kCountMax, "messages",
             Need::Optional);
  io.integer("ratio_warn", rule.ratio_warn, 1, kCountMax, "messages a trade", Need::Optional);
  io.integer("ratio_max", rule.ratio_max, 1, kCountMax, "messages a trade", Need::Optional);
}
}  // namespace sq::settings
