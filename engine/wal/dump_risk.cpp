#include "engine/wal/dump_risk.hpp"

#include <array>

#include "engine/wal/dump_names.hpp"

namespace sq::wal {
namespace {
// risk::ScopeKind, by number.
constexpr std::array<std::string_view, 8> kScopes{
    "none",    "firm", "account", "venue", "strategy", "instrument", "strategy-instrument",
    "currency"};
constexpr std::array<std::string_view, 3> kLatches{"open", "reduce-only", "halt"};
constexpr std::array<std::string_view, 3> kFigures{"base", "peak", "latch"};
}  // namespace

void put_risk_scope(Fields& f, std::uint8_t kind, std::uint32_t number) {
  if (kind == 0) return;
  if (kind < kScopes.size())
    f.text("scope", kScopes[kind]);
  else
    f.number("scope", kind);
  f.number("scope_number", number);
}

void put(Fields& f, const DayStarted& p) {
  f.big("day", p.day);
  const auto figure = static_cast<std::size_t>(p.figure);
  if (p.figure == DayFigure::Latch) {
    const auto latch = static_cast<std::size_t>(p.pnl_base & 0xFF);
    f.text("latch", latch < kLatches.size() ? kLatches[latch] : "?");
    f.number("limit", static_cast<std::uint64_t>(p.pnl_base >> 8));
  } else {
    f.decimal("pnl_base", p.pnl_base, Amount::kDecimals);
  }
  if (figure != 0) f.text("figure", figure < kFigures.size() ? kFigures[figure] : "?");
  f.strategy("strategy", p.strategy);
  put_risk_scope(f, p.scope, p.scope_number);
}

void put(Fields& f, const FxReference& p) {
  f.text("from", p.from.text());
  f.text("to", p.to.text());
  f.decimal("rate", p.rate);
  f.big("age_ns", p.age_ns);
}
void put_scope(Fields& f, const KillScope& scope) {
  if (scope.kind == KillScopeKind::All) return;
  f.text("scope", sq::text_of(scope.kind));
  f.number("scope_number", scope.number);
}

void put(Fields& f, const KillChanged& p) {
  f.flag("latched", p.latched != 0);
  f.text("cause", text_of(p.cause));
  put_scope(f, {p.scope, p.number});
  if (p.flatten != 0) f.flag("flatten", true);
  f.text("reason", p.reason.view());
}

void put(Fields& f, const BreakerChanged& p) {
  f.text("breaker", sq::text_of(p.kind));
  f.text("from", sq::text_of(p.from));
  f.text("to", sq::text_of(p.to));
  f.text("action", sq::text_of(p.action));
  put_scope(f, {p.scope, p.number});
  f.big("observed", p.observed);
  f.big("bound", p.bound);
}

void put(Fields& f, const VenueState& p) {
  f.number("venue", static_cast<std::uint16_t>(p.venue));
  f.text("condition", sq::text_of(p.condition));
  f.big("clock_offset_ns", p.clock_offset_ns);
  f.big("clock_uncertainty_ns", p.clock_uncertainty_ns);
  f.big("lag_ns", p.lag_ns);
  f.number("ring_used", p.ring_used);
  f.big("rate_left", std::int64_t{p.rate_left});
}
}  // namespace sq::wal
