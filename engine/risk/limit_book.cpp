#include "engine/risk/limit_book.hpp"

#include <algorithm>
#include <limits>

#include "engine/risk/policies/policy_limits.hpp"

namespace sq::risk {
namespace {
constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool blank(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == ' '; });
}
bool after(WallTime until, WallTime now, std::int64_t longest_ns) noexcept {
  return until > now && until.ns - now.ns <= longest_ns;
}
LimitRefusal refusal_of_change(LimitChange change) noexcept {
  switch (change) {
    case LimitChange::Done:
      return LimitRefusal::None;
    case LimitChange::NoSuchLimit:
      return LimitRefusal::NoSuchLimit;
    case LimitChange::OutOfRange:
    case LimitChange::Needed:
      return LimitRefusal::OutOfRange;
  }
  return LimitRefusal::NoSuchLimit;
}
}  // namespace

std::optional<std::int64_t> limit_of(const OrderGate& gate, const LimitKey& key) noexcept {
  return is_policy_limit(key.which) ? policy_limit(gate.policies(), key) : gate.limit(key);
}
LimitRefusal set_limit_of(OrderGate& gate, const LimitKey& key, std::int64_t value) noexcept {
  if (!limit_of(gate, key)) return LimitRefusal::NoSuchLimit;
  if (value < 0) return LimitRefusal::OutOfRange;
  if (is_policy_limit(key.which))
    return set_policy_limit(gate.policies(), key, value) ? LimitRefusal::None
                                                         : LimitRefusal::OutOfRange;
  return refusal_of_change(gate.set_limit(key, value));
}
bool loosens(LimitKind kind, std::int64_t before, std::int64_t after) noexcept {
  if (kind == LimitKind::BandLow || kind == LimitKind::JumpWindow) return after < before;
  return after > before;
}

bool same_person(std::string_view a, std::string_view b) noexcept {
  const auto trim = [](std::string_view& text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  };
  trim(a);
  trim(b);
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

LimitBook::LimitBook() {
  changes_.reserve(kChanges);
  proposals_.reserve(kProposals);
  overrides_.reserve(kOverrides);
}

LimitSet LimitBook::answer(const LimitsChanged& asked, std::uint64_t sequence,
                           InstrumentId instrument, WallTime now, OrderGate& gate) const noexcept {
  LimitSet set;
  set.limit = asked.limit;
  set.request = asked.request;
  set.version = gate.limits_version();
  set.order = asked.order;
  set.who = asked.who;
  set.reason = asked.reason;
  set.proposal = asked.proposal;
  set.refusal = refusal_of(asked, instrument, now, gate);
  if (set.refusal != LimitRefusal::None) return set;
  if (asked.command == Command::AcknowledgeStrategy) {
    set.cause = LimitCause::Acknowledged;
    return set;
  }
  const Waiting* approved =
      asked.command == Command::ApproveProposal ? proposal(asked.proposal, now) : nullptr;
  if (approved != nullptr) {
    set.limit = approved->limit;
    set.order = approved->order;
    set.who = approved->who;
    set.second = asked.who;
    set.reason = approved->reason;
  }
  set.before = limit_of(gate, key_of(set.limit)).value_or(0);
  set.after = approved != nullptr ? approved->value : asked.value;
  switch (asked.command) {
    case Command::SetLimit:
      set.cause = LimitCause::Lowered;
      ++set.version;
      break;
    case Command::ProposeLimit:
    case Command::ProposeOverride:
      set.cause = asked.command == Command::ProposeLimit ? LimitCause::Proposed
                                                         : LimitCause::OverrideProposed;
      set.proposal = sequence;
      set.until = asked.until;
      break;
    default:
      set.cause = approved->override != 0 ? LimitCause::OverrideAllowed : LimitCause::Raised;
      set.until = approved->until;
      if (approved->override == 0) ++set.version;
      break;
  }
  return set;
}

LimitRefusal LimitBook::refusal_of(const LimitsChanged& asked, InstrumentId instrument,
                                   WallTime now, OrderGate& gate) const noexcept {
  if (blank(asked.who.view())) return LimitRefusal::NoName;
  LimitName name = asked.limit;
  std::int64_t value = asked.value;
  switch (asked.command) {
    case Command::AcknowledgeStrategy:
      return index_of(asked.order.strategy) < gate.policies().strategies()
                 ? LimitRefusal::None
                 : LimitRefusal::NoSuchStrategy;
    case Command::ProposeOverride:
      if (asked.order.qty <= Qty{} || index_of(instrument) >= gate.instruments())
        return LimitRefusal::BadOrder;
      [[fallthrough]];
    case Command::ProposeLimit: {
      if (blank(asked.reason.view())) return LimitRefusal::NoName;
      const bool override = asked.command == Command::ProposeOverride;
      if (!after(asked.until, now, override ? kOverrideNs : kRaiseNs))
        return LimitRefusal::BadExpiry;
      const auto waits = [&](const Waiting& each) { return now - each.made < kProposalNs; };
      if (static_cast<std::size_t>(std::count_if(proposals_.begin(), proposals_.end(), waits)) >=
          kProposals)
        return LimitRefusal::NoRoom;
      break;
    }
    case Command::ApproveProposal: {
      const Waiting* found = proposal(asked.proposal, now);
      if (found == nullptr) return LimitRefusal::NoSuchProposal;
      if (same_person(found->who.view(), asked.who.view())) return LimitRefusal::SamePerson;
      if (found->until <= now) return LimitRefusal::BadExpiry;
      if (found->override != 0 && overrides_.size() >= kOverrides) return LimitRefusal::NoRoom;
      name = found->limit;
      value = found->value;
      break;
    }
    case Command::SetLimit:
      break;
    default:
      return LimitRefusal::NoSuchLimit;
  }
  const LimitKey key = key_of(name);
  const auto before = limit_of(gate, key);
  if (!before) return LimitRefusal::NoSuchLimit;
  if (value == *before) return LimitRefusal::NoChange;
  const bool looser = loosens(key.which, *before, value);
  if (asked.command == Command::SetLimit && looser) return LimitRefusal::NeedsProposal;
  if (asked.command != Command::SetLimit && !looser) return LimitRefusal::NotLooser;
  const auto known = [&](const Change& each) { return each.limit == name; };
  if (changes_.size() >= kChanges && std::none_of(changes_.begin(), changes_.end(), known))
    return LimitRefusal::NoRoom;
  // Does it fit? Only the gate knows: set, and set back.
  const std::uint32_t version = gate.limits_version();
  const LimitRefusal refusal = set_limit_of(gate, key, value);
  if (refusal == LimitRefusal::None) static_cast<void>(set_limit_of(gate, key, *before));
  gate.set_limits_version(version);
  return refusal;
}

const LimitBook::Waiting* LimitBook::proposal(std::uint64_t number, WallTime now) const noexcept {
  for (const Waiting& each : proposals_) {
    if (each.number == number && now - each.made < kProposalNs) return &each;
  }
  return nullptr;
}

void LimitBook::apply(const LimitSet& decided, InstrumentId instrument, WallTime at,
                      OrderGate& gate) noexcept {
  // What nobody can use any more makes room; by the record's time, so that every fold agrees.
  std::erase_if(proposals_, [&](const Waiting& each) { return at - each.made >= kProposalNs; });
  std::erase_if(overrides_, [&](const Waiting& each) { return each.until <= at; });
  const auto forget = [&](std::vector<Waiting>& from) {
    std::erase_if(from, [&](const Waiting& each) { return each.number == decided.proposal; });
  };
  Waiting waiting{decided.proposal,
                  decided.limit,
                  decided.after,
                  decided.until,
                  at,
                  decided.order,
                  instrument,
                  0,
                  {},
                  decided.who,
                  {},
                  decided.reason};
  switch (decided.cause) {
    case LimitCause::Refused:
      return;
    case LimitCause::Acknowledged:
      gate.policies().acknowledge(decided.order.strategy);
      return;
    case LimitCause::OverrideProposed:
      waiting.override = 1;
      [[fallthrough]];
    case LimitCause::Proposed:
      if (proposals_.size() < kProposals) proposals_.push_back(waiting);
      return;
    case LimitCause::OverrideAllowed:
      forget(proposals_);
      waiting.override = 1;
      waiting.second = decided.second;
      if (overrides_.size() < kOverrides) overrides_.push_back(waiting);
      return;
    case LimitCause::OverrideUsed:
      forget(overrides_);
      return;
    case LimitCause::Raised:
      forget(proposals_);
      [[fallthrough]];
    case LimitCause::Lowered:
    case LimitCause::Expired:
      set(decided, gate);
      return;
  }
}

void LimitBook::set(const LimitSet& decided, OrderGate& gate) noexcept {
  const auto found = std::find_if(changes_.begin(), changes_.end(),
                                  [&](const Change& each) { return each.limit == decided.limit; });
  const LimitKey key = key_of(decided.limit);
  // The configuration has another value now than the one that this was decided on: it stands.
  if (found == changes_.end() && limit_of(gate, key) != decided.before) {
    gate.set_limits_version(decided.version);
    return;
  }
  if (set_limit_of(gate, key, decided.after) != LimitRefusal::None) {
    gate.set_limits_version(decided.version);
    return;
  }
  gate.set_limits_version(decided.version);
  Change change;
  change.limit = decided.limit;
  change.configured = found != changes_.end() ? found->configured : decided.before;
  change.now = decided.after;
  change.version = decided.version;
  change.who = decided.who;
  change.second = decided.second;
  if (decided.cause == LimitCause::Raised) {
    // Of two raises, the value before the first returns.
    const bool raised = found != changes_.end() && found->until != WallTime{};
    change.returns_to = raised ? found->returns_to : decided.before;
    change.until = decided.until;
  } else if (decided.cause == LimitCause::Lowered && found != changes_.end() &&
             found->until != WallTime{} && loosens(key.which, found->returns_to, decided.after)) {
    // Still looser than before the raise: that part ends when the raise would have.
    change.returns_to = found->returns_to;
    change.until = found->until;
    change.second = found->second;
  }
  if (found == changes_.end()) {
    if (changes_.size() < kChanges) changes_.push_back(change);
  } else if (change.until == WallTime{} && change.now == change.configured) {
    changes_.erase(found);  // as configured again
  } else {
    *found = change;
  }
}

WallTime LimitBook::next_end() const noexcept {
  WallTime first{std::numeric_limits<std::int64_t>::max()};
  for (const Change& each : changes_) {
    if (each.until != WallTime{}) first = std::min(first, each.until);
  }
  return first;
}

std::optional<LimitSet> LimitBook::ended(WallTime now, const OrderGate& gate) const noexcept {
  for (const Change& each : changes_) {
    if (each.until == WallTime{} || each.until > now) continue;
    LimitSet set;
    set.limit = each.limit;
    set.before = each.now;
    set.after = each.returns_to;
    set.version = gate.limits_version() + 1;
    set.cause = LimitCause::Expired;
    set.who = each.who;
    set.second = each.second;
    return set;
  }
  return std::nullopt;
}

const LimitBook::Waiting* LimitBook::override_of(const OrderRequest& order, InstrumentId instrument,
                                                 WallTime now) const noexcept {
  const OrderContent content = OrderContent::of(order);
  for (const Waiting& each : overrides_) {
    if (each.until > now && each.instrument == instrument && each.order == content) return &each;
  }
  return nullptr;
}

LimitSet LimitBook::used(const Waiting& override, const OrderGate& gate) const noexcept {
  LimitSet set;
  set.limit = override.limit;
  set.before = limit_of(gate, key_of(override.limit)).value_or(0);
  set.after = override.value;
  set.proposal = override.number;
  set.version = gate.limits_version();
  set.cause = LimitCause::OverrideUsed;
  set.order = override.order;
  set.who = override.who;
  set.second = override.second;
  set.reason = override.reason;
  return set;
}

void LimitBook::save(StateOut& out) const {
  out.put_all(changes_);
  out.put_all(proposals_);
  out.put_all(overrides_);
}

LimitBook::Configured LimitBook::configured_of(const OrderGate& gate) {
  Configured all;
  for (const LimitKey& key : gate.limit_keys()) all.emplace_back(key, gate.limit(key));
  return all;
}

bool LimitBook::restore(StateIn& in, OrderGate& gate, const Configured& configured) {
  const auto take = [&]<class T>(std::vector<T>& to, std::size_t most) {
    const std::size_t n = in.take_count(most);
    to.clear();
    for (std::size_t i = 0; i < n && in.ok(); ++i) to.push_back(in.take<T>());
  };
  take(changes_, kChanges);
  take(proposals_, kProposals);
  take(overrides_, kOverrides);
  if (!in.ok()) return false;
  const std::uint32_t version = gate.limits_version();
  // The gate's own snapshot has what was changed; without the change, what is configured holds.
  for (const auto& [key, value] : configured)
    if (gate.limit(key) != value) static_cast<void>(gate.set_limit(key, value));
  std::erase_if(changes_, [&](const Change& each) {
    const LimitKey key = key_of(each.limit);
    return limit_of(gate, key) != each.configured ||
           set_limit_of(gate, key, each.now) != LimitRefusal::None;
  });
  gate.set_limits_version(version);
  return true;
}
}  // namespace sq::risk
