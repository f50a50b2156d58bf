// Loss limits of every scope, watched between orders too: what the gate latched becomes a record,
// a state of strategies and cancels.
// Source: controls P20, A09.
#include <limits>

#include "engine/core/core.hpp"

namespace sq::core {
namespace {
constexpr std::int64_t kWatchEveryNs = 100 * kNsPerMs;
}

std::int64_t Core::units(Int128 fine) noexcept {
  return static_cast<std::int64_t>(fine / risk::kFinePerLimit);
}

void Core::decide_figure(const risk::Scope& scope, DayFigure figure, std::int64_t value) noexcept {
  DayStarted day{
      utc_day(wall_), value, kNoStrategy, figure, static_cast<std::uint8_t>(scope.kind()),
      scope.number()};
  // Those of strategies and of the firm keep the form that they had alone.
  if (figure == DayFigure::Base && scope.kind() == risk::ScopeKind::Firm) day.scope = 0;
  if (figure == DayFigure::Base && scope.kind() == risk::ScopeKind::Strategy) {
    day.strategy = StrategyId{scope.number()};
    day.scope = 0;
    day.scope_number = 0;
  }
  auto record = make_record(RecordKind::DayStarted, day);
  decide(record.header, kNoInstrument);
  ledger_.apply(record.header);
}

// A base for every scope with a limit on loss; strategies and the firm always have one, the firm's
// is the last.
void Core::roll_day() noexcept {
  risk::OrderGate& gate = ledger_.gate();
  gate.watch_losses();
  // What is held and has no price yet, behind a restart, would be missing in the base: until then
  // the day before goes on.
  if (gate.gross_notional() == std::numeric_limits<std::int64_t>::max()) return;
  for (const risk::Scope& scope : gate.scopes()) {
    const bool own = scope.kind() == risk::ScopeKind::Firm;
    const bool always = scope.kind() == risk::ScopeKind::Strategy;
    if (!own && (always || scope.judged() || scope.awaits_base()))
      decide_figure(scope, DayFigure::Base, units(scope.sums().pnl));
  }
  const risk::Scope& firm = gate.scopes().front();
  decide_figure(firm, DayFigure::Base, units(firm.sums().pnl));
}

void Core::watch_losses() noexcept {
  losses_due_ = now_ + kWatchEveryNs;
  risk::OrderGate& gate = ledger_.gate();
  gate.watch_losses();
  for (const risk::Scope& scope : gate.scopes()) {
    if (scope.awaits_base()) [[unlikely]]
      decide_figure(scope, DayFigure::Base, units(scope.sums().pnl));
  }
}

// The day's peaks, so that a restart measures from them: with every saved state.
void Core::save_peaks() noexcept {
  const std::span<const risk::Scope> scopes = ledger_.gate().scopes();
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    const bool bounded = scopes[i].limit(risk::LimitKind::Drawdown).has_value() ||
                         scopes[i].limit(risk::LimitKind::DrawdownHalt).has_value();
    const std::int64_t peak = units(scopes[i].peak());
    if (!bounded || peak == saved_peaks_[i] || scopes[i].peak() == scopes[i].day_start()) continue;
    saved_peaks_[i] = peak;
    decide_figure(scopes[i], DayFigure::Peak, peak);
  }
}

// What the gate latched since the last time. Orders that rest where only reducing is allowed might
// open: they go. Those of strategies go with their state.
void Core::settle_latches() noexcept {
  const risk::OrderGate& gate = ledger_.gate();
  latches_seen_ = gate.latch_changes();
  for (std::size_t i = 0; i < gate.scopes().size(); ++i) {
    const risk::Scope& scope = gate.scopes()[i];
    if (scope.latch() == seen_latches_[i]) continue;
    const bool closes = scope.latch() > seen_latches_[i];
    seen_latches_[i] = scope.latch();
    if (!closes) continue;
    decide_figure(
        scope, DayFigure::Latch,
        static_cast<std::int64_t>(scope.latch()) + 256 * static_cast<std::int64_t>(scope.cause()));
    const std::vector<Instrument>& instruments = ledger_.portfolio().instruments();
    for (const Instrument& each : instruments) {
      const bool here =
          (scope.kind() == risk::ScopeKind::Instrument && scope.number() == index_of(each.id)) ||
          (scope.kind() == risk::ScopeKind::Venue &&
           scope.number() == static_cast<std::uint16_t>(each.venue));
      if (here) cancel_all(kNoStrategy, each.id, CancelReason::StrategyState);
    }
  }
}
}  // namespace sq::core
