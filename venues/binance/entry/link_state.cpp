#include "venues/binance/entry/link_state.hpp"

#include <algorithm>

namespace sq::binance {
namespace {
constexpr std::int64_t kLookNs = 10 * kNsPerMs;
constexpr std::int64_t kFiguresNs = kNsPerSecond;

VenueCondition condition_of(const LinkContext& context, const LinkHealth& health) noexcept {
  if (context.stopped) return VenueCondition::NoTrading;
  if (context.now < context.closed_until) return VenueCondition::Maintenance;
  if (!health.ready) {
    // A ban ends connections as well: why nothing comes is the better word.
    return context.governor.banned_until() > context.venue_now() ? VenueCondition::RateLimited
                                                                 : VenueCondition::Disconnected;
  }
  const RateCost order{context.spot() ? 1 : 0, 1, 0};
  if (!context.governor.look(order, Purpose::Order, context.venue_now()).granted())
    return VenueCondition::RateLimited;
  const bool limps = health.session_gone || context.now < context.limps_until;
  return limps ? VenueCondition::Degraded : VenueCondition::Connected;
}
}  // namespace

VenueState venue_state(const LinkContext& context, const LinkHealth& health) noexcept {
  VenueState state;
  state.venue = context.where.venue;
  state.condition = condition_of(context, health);
  state.clock_offset_ns = context.clock.ahead_ns();
  state.clock_uncertainty_ns = context.clock.known() ? context.clock.uncertainty_ns() : 0;
  const std::int64_t left = context.governor.left(RateKind::Weight, context.venue_now());
  state.rate_left = static_cast<std::int32_t>(std::min<std::int64_t>(left, 1'000'000'000));
  return state;
}

bool StateTeller::worth_telling(const VenueState& state) const noexcept {
  if (!any_told_ || state.condition != told_.condition) return true;
  if (context_.now < figures_due_) return false;
  return state.rate_left != told_.rate_left || context_.clock.measured() != measured_;
}

void StateTeller::step(const LinkHealth& health) {
  const bool same = health.ready == seen_.ready && health.session_gone == seen_.session_gone;
  if (any_told_ && same && context_.now < look_due_) return;
  seen_ = health;
  look_due_ = context_.now + kLookNs;
  VenueState state = venue_state(context_, health);
  if (!worth_telling(state)) return;
  // An old measurement is not told as if it were new.
  if (context_.clock.measured() == measured_) state.clock_uncertainty_ns = 0;
  measured_ = context_.clock.measured();
  told_ = state;
  any_told_ = true;
  figures_due_ = context_.now + kFiguresNs;
  context_.out.tell(RecordKind::VenueState, state, kNoInstrument, context_.venue_now());
}
}  // namespace sq::binance
