#include "tests/book/matching_lockstep.hpp"

#include <algorithm>

namespace sq::matching {
template class Engine<EventBuffer>;

std::string to_text(const Event& event) {
  std::string text{text_of(event.kind)};
  const auto add = [&](const char* name, std::int64_t value) {
    text += std::string{" "} + name + " " + std::to_string(value);
  };
  add("id", static_cast<std::int64_t>(event.id.value));
  text += event.side == Side::Buy ? " buy" : " sell";
  add("owner", index_of(event.owner));
  add("code", event.code);
  add("flags", event.flags);
  add("price", event.price.raw());
  add("qty", event.qty.raw());
  add("shown", event.shown.raw());
  add("taker", static_cast<std::int64_t>(event.taker_id.value));
  add("taker_owner", index_of(event.taker_owner));
  add("trade", static_cast<std::int64_t>(event.trade));
  return text;
}

void Coverage::count(const Event& event) {
  ++kinds[static_cast<std::size_t>(event.kind)];
  if (event.kind == EventKind::Rejected) ++refusals[event.code];
  if (event.kind == EventKind::Cancelled || event.kind == EventKind::Reduced) {
    ++reasons[event.code];
  }
  if (event.kind == EventKind::Traded && (event.flags & kAuction) != 0) ++auction_trades;
}

Lockstep::Lockstep(const Settings& settings, Coverage& coverage)
    : settings_{settings}, coverage_{coverage}, engine_{settings, buffer_}, model_{settings} {}

OrderKey Lockstep::key_of(OrderId id) const {
  const auto known = picture_.orders().find(id.value);
  // Either way must do: half of the indexed ones by id alone.
  if (settings_.ids_indexed && id.value % 2 == 0) return {id, kNoHandle};
  return {id, known == picture_.orders().end() ? kNoHandle : known->second.handle};
}

Submitted apply(Engine<EventBuffer>& engine, const AnyCommand& command, OrderKey key) {
  using Kind = AnyCommand::Kind;
  Submitted submitted{};
  Refusal& refusal = submitted.refusal;
  switch (command.kind) {
    case Kind::Submit:
      submitted = engine.submit(command.order);
      break;
    case Kind::Cancel:
      refusal = engine.cancel(key);
      break;
    case Kind::Modify:
      refusal = engine.modify(key, command.change);
      break;
    case Kind::CancelAll:
      static_cast<void>(engine.cancel_all(command.owner));
      break;
    case Kind::SetPhase:
      refusal = engine.set_phase(command.phase);
      break;
    case Kind::Uncross:
      refusal = engine.uncross();
      break;
    case Kind::Advance:
      refusal = engine.advance(command.now);
      break;
    case Kind::EndDay:
      engine.end_day();
      break;
    case Kind::SetBands:
      refusal = engine.set_bands(command.low, command.high, command.around_last);
      break;
    case Kind::SetReference:
      refusal = engine.set_reference(command.low);
      break;
    case Kind::SetPosition:
      refusal = engine.set_position(command.owner, command.held);
      break;
  }
  return submitted;
}

namespace {
void apply_to(Model& model, const AnyCommand& command) {
  using Kind = AnyCommand::Kind;
  switch (command.kind) {
    case Kind::Submit:
      return model.submit(command.order);
    case Kind::Cancel:
      return model.cancel(command.id);
    case Kind::Modify:
      return model.modify(command.id, command.change);
    case Kind::CancelAll:
      return model.cancel_all(command.owner);
    case Kind::SetPhase:
      return model.set_phase(command.phase);
    case Kind::Uncross:
      return model.uncross();
    case Kind::Advance:
      return model.advance(command.now);
    case Kind::EndDay:
      return model.end_day();
    case Kind::SetBands:
      return model.set_bands(command.low, command.high, command.around_last);
    case Kind::SetReference:
      return model.set_reference(command.low);
    case Kind::SetPosition:
      return model.set_position(command.owner, command.held);
  }
}
}  // namespace

void Lockstep::run(const AnyCommand& command) {
  const auto held = [&] { return static_cast<std::int64_t>(engine_.position_raw(command.owner)); };
  const bool by_hand = command.kind == AnyCommand::Kind::SetPosition;
  const std::int64_t before = by_hand ? held() : 0;
  submitted_ = matching::apply(engine_, command, key_of(command.id));
  if (by_hand) moved_by_hand_[command.owner] += held() - before;
  apply_to(model_, command);
}

std::string Lockstep::apply(const AnyCommand& command) {
  buffer_.clear();
  model_.clear_events();
  submitted_ = {};
  if (command.kind == AnyCommand::Kind::Submit &&
      !picture_.orders().contains(command.order.id.value)) {
    terms_.insert_or_assign(command.order.id.value, command.order);
  }
  run(command);
  std::string difference = compare_events();
  if (!difference.empty()) return difference;
  if (command.kind == AnyCommand::Kind::Submit) {
    const auto found = picture_.orders().find(command.order.id.value);
    const bool open = found != picture_.orders().end();
    if (submitted_.refusal == Refusal::None &&
        submitted_.handle != (open ? found->second.handle : kNoHandle)) {
      return "submit returned a wrong handle";
    }
    if ((submitted_.refusal != Refusal::None) !=
        (buffer_.events().front().kind == EventKind::Rejected)) {
      return "submit returned another answer than it reported";
    }
  }
  return difference;
}

std::string Lockstep::compare_events() {
  if (buffer_.lost() != 0) return "more events than the buffer holds";
  const auto events = buffer_.events();
  const auto& expected = model_.events();
  for (std::size_t i = 0; i < std::max(events.size(), expected.size()); ++i) {
    if (i >= events.size()) return "missing: " + to_text(expected[i]);
    Event plain = events[i];
    plain.handle = plain.taker_handle = kNoHandle;
    if (i >= expected.size()) return "too much: " + to_text(plain);
    if (plain != expected[i]) {
      return "got      " + to_text(plain) + "\nexpected " + to_text(expected[i]);
    }
    if (std::string fault = check_event(events[i]); !fault.empty()) {
      return fault + ": " + to_text(plain);
    }
    picture_(events[i]);
    coverage_.count(events[i]);
    if (!picture_.fault().empty()) return picture_.fault() + ": " + to_text(plain);
  }
  coverage_.open_orders += model_.open_orders();
  return {};
}

// What must never happen, whatever the model says.
std::string Lockstep::check_event(const Event& event) {
  if (event.kind == EventKind::Traded && event.owner == event.taker_owner) {
    const SelfTrade asked = terms_.at(event.taker_id.value).self_trade;
    const SelfTrade mode =
        asked == SelfTrade::InstrumentDefault ? settings_.rules.self_trade : asked;
    if (mode != SelfTrade::Allow) return "an owner traded with itself";
  }
  if (event.kind == EventKind::Booked || event.kind == EventKind::Accepted ||
      event.kind == EventKind::Replaced || event.kind == EventKind::Refreshed) {
    const Qty display = terms_.at(event.id.value).display;
    if (display != Qty{} && event.shown > display) return "shows hidden quantity";
  }
  return {};
}

std::string Lockstep::compare_side(Side side) const {
  const BookSide& levels = engine_.side(side);
  const auto& expected = model_.side(side);
  const RuleBook& rules = engine_.rules();
  const OrderStore& orders = engine_.orders();
  if (levels.levels() != expected.size()) return "number of levels";
  if (picture_.levels(side).size() != expected.size()) return "number of levels in the picture";
  LevelIndex index = levels.best();
  std::vector<const std::pair<const std::int64_t, Model::Queue>*> best_first;
  for (const auto& level : expected) best_first.push_back(&level);
  if (side == Side::Buy) std::reverse(best_first.begin(), best_first.end());
  for (const auto* level : best_first) {
    const PriceLevel& got = orders.level(index);
    if (rules.price_of(got.tick).raw() != level->first) return "price of a level";
    std::int64_t shown = 0;
    std::int64_t hidden = 0;
    Handle handle = orders.first(index);
    auto seen = picture_.levels(side).at(level->first).begin();
    for (const ModelOrder& order : level->second) {
      if (handle == kNoHandle || orders[handle].id != order.terms.id) return "order in a queue";
      if (rules.qty_of(orders[handle].shown).raw() != order.shown) return "shown quantity";
      if (rules.qty_of(orders.open(handle)).raw() != order.open) return "open quantity";
      if (*seen++ != order.terms.id.value) return "order in a queue of the picture";
      if (picture_.orders().at(order.terms.id.value).shown != order.shown) return "picture's shown";
      shown += orders[handle].shown;
      hidden += orders.hidden(handle);
      handle = orders.behind(handle);
    }
    if (handle != kNoHandle || got.orders != level->second.size()) return "length of a queue";
    if (got.shown != shown || got.hidden != hidden) return "sums of a level";
    if (picture_.shown_at(side, level->first) != rules.qty_of(shown).raw()) return "L2 picture";
    index = levels.behind(orders, index);
  }
  return index == kNoLevel ? "" : "a level too many";
}

std::string Lockstep::compare_positions() const {
  std::int64_t sum = 0;
  for (std::uint32_t i = 0; i < settings_.owners_max; ++i) {
    const auto owner = static_cast<OwnerId>(i);
    const auto held = static_cast<std::int64_t>(engine_.position_raw(owner));
    if (held != model_.position(owner)) return "position";
    const auto seen = picture_.positions().find(owner);
    const auto by_hand = moved_by_hand_.find(owner);
    const std::int64_t given = by_hand == moved_by_hand_.end() ? 0 : by_hand->second;
    const std::int64_t traded = seen == picture_.positions().end() ? 0 : seen->second;
    if (held != given + traded) return "position in the picture";
    sum += traded;
  }
  return sum == 0 ? "" : "positions do not sum to zero";
}

std::string Lockstep::compare_state() {
  for (const Side side : {Side::Buy, Side::Sell}) {
    if (std::string difference = compare_side(side); !difference.empty()) return difference;
    Handle handle = engine_.orders().first(engine_.market_queue(side));
    for (const ModelOrder& order : model_.market_queue(side)) {
      if (handle == kNoHandle || engine_.orders()[handle].id != order.terms.id) {
        return "market queue";
      }
      handle = engine_.orders().behind(handle);
    }
    if (handle != kNoHandle) return "market queue is longer";
  }
  const BookSide& buys = engine_.side(Side::Buy);
  const BookSide& sells = engine_.side(Side::Sell);
  if (engine_.phase() == Phase::Continuous && buys.levels() > 0 && sells.levels() > 0 &&
      buys.best_key() >= -sells.best_key()) {
    return "crossed in continuous trading";
  }
  if (engine_.phase() != model_.phase()) return "phase";
  if (engine_.last_price().raw() != model_.last_price()) return "last price";
  if (engine_.orders().open_orders() != model_.open_orders()) return "number of open orders";
  if (picture_.orders().size() != model_.open_orders()) return "open orders of the picture";
  if (engine_.waiting_stops() != model_.waiting_stops()) return "number of stops";
  const Indicative got = engine_.indicative();
  const Indicative expected = model_.indicative();
  if (got.price != expected.price || got.volume != expected.volume ||
      got.surplus != expected.surplus) {
    return "indicative price " + std::to_string(got.price.raw()) + " instead of " +
           std::to_string(expected.price.raw());
  }
  return compare_positions();
}

std::string run_flow(Dice dice, std::uint64_t commands, std::uint64_t state_every,
                     Coverage& coverage) {
  Flow flow{dice};
  Lockstep both{flow.settings(), coverage};
  for (std::uint64_t i = 0; i < commands; ++i) {
    // Mostly ids that are open.
    auto& ids = flow.ids();
    for (int tries = 0; tries < 8 && ids.size() > 8; ++tries) {
      OrderId& id = ids[flow.dice().below(ids.size())];
      if (both.model().find(id) != nullptr) continue;
      id = ids.back();
      ids.pop_back();
    }
    const AnyCommand command = flow.next(both.model().phase());
    std::string difference = both.apply(command);
    if (difference.empty() && (i % state_every == 0 || i + 1 == commands)) {
      difference = both.compare_state();
    }
    if (!difference.empty()) {
      return "command " + std::to_string(i) + " of kind " +
             std::to_string(static_cast<int>(command.kind)) + ": " + difference;
    }
    if (flow.dice().empty()) break;
  }
  return both.compare_state();
}
}  // namespace sq::matching
