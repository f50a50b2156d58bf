#include "tests/book/matching_flow.hpp"

#include <algorithm>

namespace sq::matching {
namespace {
constexpr std::int64_t kTicksMin = 3;
constexpr std::int64_t kTicksMax = 90;
Price at(std::int64_t ticks) { return Price::from_raw(ticks * Flow::kTick); }
Qty lots(std::uint64_t n) { return Qty::from_raw(static_cast<std::int64_t>(n) * Flow::kLot); }
}  // namespace

Flow::Flow(Dice dice) : dice_{dice} {
  Rules& rules = settings_.rules;
  rules.tick = Price::from_raw(kTick);
  rules.price_min = at(kTicksMin);
  rules.price_max = at(kTicksMax);
  rules.lot = Qty::from_raw(kLot);
  rules.qty_min = lots(1 + dice_.below(2));
  rules.qty_max = lots(60);
  rules.display_min = dice_.percent(30) ? lots(2) : Qty{};
  rules.iceberg_parts_max = dice_.percent(30) ? 5 : 1'000;
  rules.self_trade_may_be_allowed = dice_.percent(50);
  rules.self_trade = static_cast<SelfTrade>(2 + dice_.below(4));
  if (rules.self_trade_may_be_allowed && dice_.percent(30)) rules.self_trade = SelfTrade::Allow;
  rules.post_only_slides = dice_.percent(50);
  rules.collects_while_halted = dice_.percent(50);
  rules.band_action = dice_.percent(50) ? BandAction::Halt : BandAction::Reject;
  if (dice_.percent(40)) rules.band_around_last = at(2 + static_cast<std::int64_t>(dice_.below(8)));
  if (dice_.percent(20)) rules.band_low = at(10);
  if (dice_.percent(20)) rules.band_high = at(80);
  if (dice_.percent(50)) rules.reference = at(40);
  const std::uint32_t sizes[]{12, 60, 200, 1'000};
  settings_.orders_max = sizes[dice_.below(4)];
  settings_.owners_max = 2 + static_cast<std::uint32_t>(dice_.below(dice_.percent(50) ? 4 : 20));
  settings_.window_ticks = 256;
  settings_.ids_indexed = dice_.percent(70);
}

AnyCommand Flow::next(Phase phase) {
  using Kind = AnyCommand::Kind;
  AnyCommand command;
  const std::uint64_t chance = dice_.below(1'000);
  if (chance < 660) {
    command.order = order(phase);
  } else if (chance < 790) {
    command.kind = Kind::Cancel;
    command.id = known_id();
  } else if (chance < 940) {
    command.kind = Kind::Modify;
    command.id = known_id();
    command.change = change();
  } else if (chance < 965 || (phase != Phase::Continuous && chance < 975)) {
    if (phase == Phase::Continuous && !dice_.percent(20)) return next(phase);
    command.kind = Kind::SetPhase;
    command.phase = next_phase(phase);
  } else if (chance < 975) {
    command.kind = Kind::Uncross;
    if (phase != Phase::Auction && !dice_.percent(5)) return next(phase);
  } else if (chance < 983) {
    command.kind = Kind::Advance;
    now_ += static_cast<std::int64_t>(dice_.below(20));
    command.now = {dice_.percent(3) ? now_ - 25 : now_};
  } else if (chance < 984) {
    command.kind = Kind::EndDay;
  } else if (chance < 988) {
    command.kind = Kind::SetPosition;
    command.owner = owner();
    command.held = Qty::from_raw((static_cast<std::int64_t>(dice_.below(80)) - 40) * kLot +
                                 (dice_.percent(5) ? 1 : 0));
  } else if (chance < 989) {
    command.kind = Kind::CancelAll;
    command.owner = owner();
  } else if (chance < 995) {
    command.kind = Kind::SetReference;
    command.low = dice_.percent(30) ? Price{} : price();
    if (dice_.percent(5)) command.low = Price::from_raw(command.low.raw() - 1);
  } else if (chance < 996 && dice_.percent(50)) {
    command.kind = Kind::SetBands;
    const auto ticks = [&](std::int64_t from) {
      return dice_.percent(70) ? Price{} : at(from + static_cast<std::int64_t>(dice_.below(15)));
    };
    command.low = ticks(5);
    command.high = ticks(dice_.percent(10) ? 15 : 65);
    command.around_last = dice_.percent(50) ? Price{} : ticks(1);
    if (dice_.percent(5)) command.low = Price::from_raw(dice_.percent(50) ? -kTick : 1);
  } else {
    centre_ = dice_.percent(10)
                  ? 20 + static_cast<std::int64_t>(dice_.below(50))
                  : std::clamp<std::int64_t>(
                        centre_ + static_cast<std::int64_t>(dice_.below(5)) - 2, 20, 70);
    command.order = order(phase);
  }
  return command;
}

NewOrder Flow::order(Phase phase) {
  NewOrder order;
  order.id = {++last_id_ * 0x1'0000'0001};
  ids_.push_back(order.id);
  order.owner = owner();
  order.side = dice_.percent(50) ? Side::Buy : Side::Sell;
  order.qty = qty();
  const std::uint64_t type = dice_.below(100);
  order.type = type < 70   ? OrderType::Limit
               : type < 80 ? OrderType::Market
               : type < 90 ? OrderType::Stop
                           : OrderType::StopLimit;
  const std::uint64_t lasts = dice_.below(100);
  using enum TimeInForce;
  order.time_in_force = lasts < 55   ? GoodTillCancel
                        : lasts < 65 ? ImmediateOrCancel
                        : lasts < 75 ? FillOrKill
                        : lasts < 88 ? GoodTillDate
                                     : Day;
  if (order.type == OrderType::Market) {
    order.time_in_force = dice_.percent(70) ? ImmediateOrCancel : FillOrKill;
  }
  const bool collects = phase != Phase::Continuous;
  if (collects && order.time_in_force == FillOrKill) order.time_in_force = ImmediateOrCancel;
  if (order.time_in_force == GoodTillDate) {
    order.expiry = {now_ + 1 + static_cast<std::int64_t>(dice_.below(200))};
  }
  const bool limit = order.type == OrderType::Limit || order.type == OrderType::StopLimit;
  if (limit) order.price = price_near(order.side, order.type == OrderType::Limit ? 12 : 20);
  if (order.type >= OrderType::Stop) order.stop = price_near(opposite(order.side), 20);
  const bool rests =
      limit && order.time_in_force != ImmediateOrCancel && order.time_in_force != FillOrKill;
  if (rests && dice_.percent(25)) {
    order.display = lots(1 + dice_.below(static_cast<std::uint64_t>(order.qty.raw() / kLot)));
  }
  if (rests && dice_.percent(12)) order.post_only = !collects || order.type != OrderType::Limit;
  order.reduce_only = dice_.percent(15);
  if (dice_.percent(40)) order.self_trade = static_cast<SelfTrade>(2 + dice_.below(4));
  if (settings_.rules.self_trade_may_be_allowed && dice_.percent(10)) {
    order.self_trade = SelfTrade::Allow;
  }
  if (dice_.percent(4)) spoil(order);
  if (dice_.percent(1)) spoil(order);
  return order;
}

void Flow::spoil(NewOrder& order) {
  const std::int64_t odd = static_cast<std::int64_t>(dice_.below(5)) - 2;
  switch (dice_.below(16)) {
    case 0:
      order.id = dice_.percent(50) || !settings_.ids_indexed ? OrderId{} : known_id();
      break;
    case 1:
      order.owner = static_cast<OwnerId>(settings_.owners_max);
      break;
    case 2:
      order.side = static_cast<Side>(dice_.below(4));
      break;
    case 3:
      order.type = static_cast<OrderType>(dice_.below(6));
      break;
    case 4:
      order.time_in_force = static_cast<TimeInForce>(dice_.below(8));
      break;
    case 5:
      order.self_trade = static_cast<SelfTrade>(dice_.below(8));
      break;
    case 6:
      order.expiry = {now_ + odd};
      break;
    case 7:
      order.post_only = true;
      break;
    case 8:
      order.display = lots(dice_.below(70));
      break;
    case 9:
      order.display = Qty::from_raw(odd);
      break;
    case 10:
      order.price = at((dice_.percent(50) ? kTicksMin : kTicksMax) + odd);
      break;
    case 11:
      order.stop = at((dice_.percent(50) ? kTicksMin : kTicksMax) + odd);
      break;
    case 12:
      order.price = Price::from_raw(order.price.raw() + odd);
      break;
    case 13:
      order.stop = Price::from_raw(order.stop.raw() + odd);
      break;
    case 14:
      order.qty = Qty::from_raw(order.qty.raw() + odd);
      break;
    default:
      order.qty = lots(59 + dice_.below(3));
  }
}

Amendment Flow::change() {
  Amendment change;
  const Side side = dice_.percent(50) ? Side::Buy : Side::Sell;
  const std::uint64_t what = dice_.below(100);
  if (what < 45) change.price = price_near(side, 12);
  if (what >= 35 && what < 85) change.qty = qty();
  if (what >= 85 || dice_.percent(5)) change.stop = price_near(side, 20);
  if (dice_.percent(3))
    change.price = Price::from_raw(static_cast<std::int64_t>(dice_.below(3)) - 1);
  if (dice_.percent(3)) change.qty = Qty::from_raw(static_cast<std::int64_t>(dice_.below(3)) - 1);
  return change;
}

Price Flow::price() { return at(kTicksMin + static_cast<std::int64_t>(dice_.below(88))); }

// Mostly on the own side of the centre, at times up to three ticks beyond it.
Price Flow::price_near(Side side, std::uint64_t reach) {
  const std::int64_t behind = static_cast<std::int64_t>(dice_.below(reach + 3)) - 3;
  if (dice_.percent(2)) return price();
  return at(std::clamp(centre_ - sign_of(side) * behind, kTicksMin, kTicksMax));
}

Qty Flow::qty() { return lots(dice_.percent(10) ? 1 + dice_.below(60) : 2 + dice_.below(12)); }

OwnerId Flow::owner() { return static_cast<OwnerId>(dice_.below(settings_.owners_max)); }

OrderId Flow::known_id() {
  if (ids_.empty() || dice_.percent(1)) return {dice_.below(5)};
  return ids_[dice_.below(ids_.size())];
}

Phase Flow::next_phase(Phase now) {
  if (now != Phase::Continuous && dice_.percent(60)) return Phase::Continuous;
  return static_cast<Phase>(dice_.below(7));
}
}  // namespace sq::matching
