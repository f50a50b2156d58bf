// Which scopes the kill switch has closed, since when and why. Folded from KillChanged records, so
// it is the same after a restart; part of the gate, which refuses what a closed scope holds.
// Thread: its owner's. Cost: any() a load, closing() a few; no allocation after construction.
// Errors: a scope that this engine does not have counts as everything.
// Source: controls A01.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/messaging/control.hpp"
#include "engine/types/ids.hpp"
#include "engine/types/instrument.hpp"
#include "engine/types/state_bytes.hpp"

namespace sq::risk {
class KillSwitch {
 public:
  static constexpr std::uint32_t kVenues = 64;
  static constexpr std::uint32_t kAccounts = 1U << 12;

  struct Latched {
    KillScope scope{};
    StateCause cause{StateCause::Command};
    bool flatten{false};
    WallTime at{};
    FixedText<64> reason{};
  };

  KillSwitch(std::span<const Instrument> instruments, std::size_t strategies);

  void apply(const KillChanged& change, WallTime at) noexcept;

  [[nodiscard]] bool any() const noexcept { return !latched_.empty(); }
  [[nodiscard]] bool all() const noexcept { return all_; }
  // Is this scope itself latched? Not: is it within a wider one that is.
  [[nodiscard]] const Latched* find(const KillScope& scope) const noexcept;
  // The widest closed scope that an order falls under.
  [[nodiscard]] std::optional<KillScope> closing(AccountId account, StrategyId strategy,
                                                 InstrumentId instrument) const noexcept;
  // In the order in which they were closed.
  [[nodiscard]] std::span<const Latched> latched() const noexcept { return latched_; }
  // What the scope means here: itself, or everything.
  [[nodiscard]] KillScope known(const KillScope& scope) const noexcept;

  void save(StateOut& out) const;
  [[nodiscard]] bool restore(StateIn& in);

 private:
  void mark(const KillScope& scope, bool latched) noexcept;

  std::vector<VenueId> venues_of_;  // index: InstrumentId
  std::size_t strategies_;
  std::vector<Latched> latched_;
  bool all_{false};
  std::vector<bool> venues_;
  std::vector<bool> accounts_;
  std::vector<bool> by_strategy_;
  std::vector<bool> by_instrument_;
};

// Does an order of these fall under the scope?
[[nodiscard]] constexpr bool covers(const KillScope& scope, VenueId venue, AccountId account,
                                    StrategyId strategy, InstrumentId instrument) noexcept {
  switch (scope.kind) {
    case KillScopeKind::All:
      return true;
    case KillScopeKind::Venue:
      return scope.number == static_cast<std::uint16_t>(venue);
    case KillScopeKind::Account:
      return scope.number == static_cast<std::uint16_t>(account);
    case KillScopeKind::Strategy:
      return scope.number == index_of(strategy);
    case KillScopeKind::Instrument:
      return scope.number == index_of(instrument);
  }
  return true;
}
}  // namespace sq::risk
