// Changes of limits while running: who asked, who agreed, until when. Tightening applies at once;
// loosening needs a second person and a moment at which the value before returns. An override lifts
// one limit for exactly one order, once. What is in force is what its decisions (LimitSet) add up
// to: a change holds over a restart as long as the configuration still has the value that it was
// made on. Thread: the core's. Cost: linear in some dozens of entries, when people act; an order
// pays one compare while there is no override. No allocation after construction. Errors:
// LimitRefusal. Units: of the limits; moments are wall time. Source: controls P29, RTS 6 15(6),
// "hard and soft".
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "engine/messaging/limit_changes.hpp"
#include "engine/risk/order_gate.hpp"

namespace sq::risk {
[[nodiscard]] constexpr LimitKey key_of(const LimitName& name) noexcept {
  return {static_cast<ScopeKind>(name.scope), static_cast<LimitKind>(name.which), name.strategy,
          name.number};
}
[[nodiscard]] constexpr LimitName name_of(const LimitKey& key) noexcept {
  return {static_cast<std::uint8_t>(key.scope), static_cast<std::uint8_t>(key.which), key.strategy,
          key.number};
}
// A limit of the gate or of its policies; empty: there is none, or it is off.
[[nodiscard]] std::optional<std::int64_t> limit_of(const OrderGate& gate,
                                                   const LimitKey& key) noexcept;
[[nodiscard]] LimitRefusal set_limit_of(OrderGate& gate, const LimitKey& key,
                                        std::int64_t value) noexcept;
// Would the change let more pass? Bounds from below and the window of jumps grow tighter upwards.
[[nodiscard]] bool loosens(LimitKind kind, std::int64_t before, std::int64_t after) noexcept;
// The same person, whatever case and blanks the name is written with.
[[nodiscard]] bool same_person(std::string_view a, std::string_view b) noexcept;

class LimitBook {
 public:
  static constexpr std::size_t kProposals = 32;
  static constexpr std::size_t kChanges = 128;
  static constexpr std::size_t kOverrides = 16;
  static constexpr std::int64_t kProposalNs = kNsPerDay;    // to be approved within
  static constexpr std::int64_t kRaiseNs = 31 * kNsPerDay;  // longest raise
  static constexpr std::int64_t kOverrideNs = kNsPerDay;    // longest override

  struct Change {  // in force
    LimitName limit{};
    std::int64_t configured{0};
    std::int64_t now{0};
    std::int64_t returns_to{0};
    WallTime until{};  // 0: for good
    std::uint32_t version{0};
    std::uint32_t reserved{0};
    FixedText<24> who{};
    FixedText<24> second{};
  };
  struct Waiting {  // a proposal, or an override that was allowed
    std::uint64_t number{0};
    LimitName limit{};
    std::int64_t value{0};
    WallTime until{};
    WallTime made{};
    OrderContent order{};  // overrides
    InstrumentId instrument{kNoInstrument};
    std::uint8_t override{0};
    std::uint8_t reserved[3]{};
    FixedText<24> who{};
    FixedText<24> second{};
    FixedText<64> reason{};
  };

  LimitBook();

  // What becomes of a request; `sequence` of its record is the number of a proposal. Changes
  // nothing but for a moment, to see whether the value fits.
  [[nodiscard]] LimitSet answer(const LimitsChanged& asked, std::uint64_t sequence,
                                InstrumentId instrument, WallTime now,
                                OrderGate& gate) const noexcept;
  // Takes a decision in, in the core as in a fold. `at`: of its record.
  void apply(const LimitSet& set, InstrumentId instrument, WallTime at, OrderGate& gate) noexcept;

  // The first moment at which a raise ends; the largest when there is none.
  [[nodiscard]] WallTime next_end() const noexcept;
  // A raise that has ended, as a decision to be logged and applied.
  [[nodiscard]] std::optional<LimitSet> ended(WallTime now, const OrderGate& gate) const noexcept;

  [[nodiscard]] bool has_overrides() const noexcept { return !overrides_.empty(); }
  // The override of exactly this order; null when there is none.
  [[nodiscard]] const Waiting* override_of(const OrderRequest& order, InstrumentId instrument,
                                           WallTime now) const noexcept;
  [[nodiscard]] LimitSet used(const Waiting& override, const OrderGate& gate) const noexcept;

  [[nodiscard]] const std::vector<Change>& changes() const noexcept { return changes_; }
  [[nodiscard]] const std::vector<Waiting>& proposals() const noexcept { return proposals_; }
  [[nodiscard]] const std::vector<Waiting>& overrides() const noexcept { return overrides_; }

  void save(StateOut& out) const;
  // Into a gate that is restored already; `configured`: what it had before. A change that was made
  // on another value of the configuration does not hold any more.
  using Configured = std::vector<std::pair<LimitKey, std::optional<std::int64_t>>>;
  [[nodiscard]] static Configured configured_of(const OrderGate& gate);
  [[nodiscard]] bool restore(StateIn& in, OrderGate& gate, const Configured& configured);

 private:
  [[nodiscard]] LimitRefusal refusal_of(const LimitsChanged& asked, InstrumentId instrument,
                                        WallTime now, OrderGate& gate) const noexcept;
  [[nodiscard]] const Waiting* proposal(std::uint64_t number, WallTime now) const noexcept;
  void set(const LimitSet& set, OrderGate& gate) noexcept;

  std::vector<Change> changes_;
  std::vector<Waiting> proposals_;
  std::vector<Waiting> overrides_;
};
}  // namespace sq::risk
