#include "engine/wal/dump_risk.hpp"

#include <array>

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
}  // namespace sq::wal
