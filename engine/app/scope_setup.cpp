#include "engine/app/scope_setup.hpp"

#include <algorithm>

namespace sq::app {
namespace {
using risk::LimitKind;
Ratio bps(std::uint32_t n) { return Ratio::from_raw(Ratio::kScale / 10'000 * n); }
std::optional<std::int64_t> raw(const std::optional<Qty>& qty) {
  return qty ? std::optional{qty->raw()} : std::nullopt;
}
}  // namespace

risk::ScopeLimits further_limits(const settings::FurtherLimits& from) {
  risk::ScopeLimits to;
  const auto money = [&](LimitKind kind, const std::optional<Amount>& max) {
    if (max) to[kind] = max->raw;
  };
  if (from.open_orders_max) to[LimitKind::OpenOrders] = *from.open_orders_max;
  if (from.orders_per_second_max) to[LimitKind::OrdersPerSecond] = *from.orders_per_second_max;
  money(LimitKind::OrderValue, from.order_value_max);
  money(LimitKind::OpenValue, from.open_value_max);
  money(LimitKind::GrossNotional, from.gross_notional_max);
  money(LimitKind::NetNotional, from.net_notional_max);
  money(LimitKind::Turnover, from.turnover_max);
  money(LimitKind::Credit, from.credit_max);
  money(LimitKind::DailyLoss, from.daily_loss_max);
  money(LimitKind::DailyLossHalt, from.daily_loss_halt);
  money(LimitKind::Drawdown, from.drawdown_max);
  money(LimitKind::DrawdownHalt, from.drawdown_halt);
  return to;
}

void further_limits(risk::InstrumentLimits& to, const settings::InstrumentLimits& from) {
  to.short_position_max = from.short_position_max;
  if (from.away_collar_bps) to.away_collar = bps(*from.away_collar_bps);
  to.band_low = from.band_low;
  to.band_high = from.band_high;
  if (from.jump_bps_max) to.jump_max = bps(*from.jump_bps_max);
  to.jump_window_ns = from.jump_window_ns.value_or(0);
  to.further = further_limits(from.further);
}

void add_scopes(core::CoreSetup& setup, const settings::Risk& risk) {
  setup.base_currency = risk.firm.base_currency;
  setup.firm.further = further_limits(risk.firm.further);
  for (const auto& each : risk.accounts) setup.accounts.push_back(further_limits(each.limits));
  for (const auto& each : risk.venues)
    setup.venues.push_back({each.venue, further_limits(each.limits)});
  for (const auto& each : risk.currencies)
    setup.currencies.push_back({each.currency, further_limits(each.limits)});
  for (const auto& each : risk.holdings)
    setup.holdings.push_back(
        {each.strategy_id, each.instrument.instrument, raw(each.order_qty_max),
         raw(each.position_max),
         raw(each.short_position_max ? each.short_position_max : each.position_max)});
  for (const auto& each : risk.fx)
    setup.fx.push_back({each.from, each.instrument ? each.instrument->instrument : kNoInstrument,
                        each.inverted, each.age_ns_max});
}

std::string text_of_limits_off(const settings::Config& config) {
  const settings::Risk& risk = config.risk;
  std::string text;
  const auto add = [&](std::string_view name, bool on) {
    if (on) return;
    if (!text.empty()) text.append(", ");
    text.append(name);
  };
  const auto any = [](const auto& tables, const auto& test) {
    return std::ranges::any_of(tables, test);
  };
  add("[[risk.account]]", !risk.accounts.empty());
  add("[[risk.venue]]", !risk.venues.empty());
  add("[[risk.currency]]", !risk.currencies.empty());
  add("[[risk.holding]]", !risk.holdings.empty());
  add("short_position_max",
      any(risk.instruments, [](const auto& each) { return each.short_position_max.has_value(); }));
  add("away_collar_bps",
      any(risk.instruments, [](const auto& each) { return each.away_collar_bps.has_value(); }));
  add("band",
      any(risk.instruments, [](const auto& each) { return each.band_low || each.band_high; }));
  add("jump_bps_max",
      any(risk.instruments, [](const auto& each) { return each.jump_bps_max.has_value(); }));
  // Of the firm; those of other scopes are in the resolved configuration.
  const settings::FurtherLimits& firm = risk.firm.further;
  add("reconcile_ms", risk.firm.reconcile_ns != 0);
  add("firm open_value_max", firm.open_value_max.has_value());
  add("firm net_notional_max", firm.net_notional_max.has_value());
  add("firm turnover_max", firm.turnover_max.has_value());
  add("firm credit_max", firm.credit_max.has_value());
  add("firm daily_loss_halt", firm.daily_loss_halt.has_value());
  add("firm drawdown_max", firm.drawdown_max.has_value());
  add("firm drawdown_halt", firm.drawdown_halt.has_value());
  return text.empty() ? "none" : text;
}
}  // namespace sq::app
