// The kill latch that stands at the egress, in memory that the core, the venue threads, the admin
// port, a signal's thread and the watchdog's process share. It can be closed while the core is dead
// or busy; the core learns of it by an input. Each scope has two holds: the core's, which follows
// what is in the log, and that from outside, which lasts until the core has its own. Only a re-arm
// that is in the log lets the core's go, so none undoes a closing that it did not know of.
// Thread: close_from_outside and looks any thread or process; close, open, acknowledge the core's.
// Cost: closed() ten loads; closing one locked instruction. No allocation, no lock.
// Errors: a number beyond its range is closed with, and counts as, everything.
// Source: controls A01; design 2.8 (egress re-checks an atomic kill latch).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "engine/messaging/control.hpp"
#include "engine/types/ids.hpp"

namespace sq::risk {
class EgressLatch {
 public:
  static constexpr std::uint32_t kVenues = 64;
  static constexpr std::uint32_t kAccounts = 1U << 12;
  static constexpr std::uint32_t kStrategies = 1U << 12;
  static constexpr std::uint32_t kInstruments = 1U << 16;

  EgressLatch() noexcept = default;
  EgressLatch(const EgressLatch&) = delete;
  EgressLatch& operator=(const EgressLatch&) = delete;

  // The core's hold.
  void close(const KillScope& scope) noexcept { group(scope).core.fetch_or(bit(scope)); }
  void open(const KillScope& scope) noexcept { group(scope).core.fetch_and(~bit(scope)); }

  // Every close_from_outside() is followed by a Kill command that says so; when the core has acted
  // on that, it acknowledges.
  void close_from_outside(const KillScope& scope) noexcept {
    std::atomic<std::uint64_t>& word = group(scope).outside;
    std::uint64_t was = word.load();
    while (!word.compare_exchange_weak(was, (was + kOne) | bit(scope))) {
    }
  }
  void acknowledge(const KillScope& scope) noexcept {
    std::atomic<std::uint64_t>& word = group(scope).outside;
    std::uint64_t was = word.load();
    std::uint64_t next = 0;
    do {
      if (was < kOne) return;  // nothing is on its way
      next = was - kOne;
      if (next < kOne) next = 0;  // the last on its way: the core holds them all
    } while (!word.compare_exchange_weak(was, next));
  }

  // Who cannot tell the core: everything, until the engine's own threads take it over.
  enum class Stranger : std::uint64_t { Watchdog = 1, Signal = 2 };
  // A signal handler may call this.
  void close_by(Stranger who) noexcept { strangers_.fetch_or(static_cast<std::uint64_t>(who)); }
  [[nodiscard]] bool closed_by(Stranger who) const noexcept {
    return (strangers_.load(std::memory_order_acquire) & static_cast<std::uint64_t>(who)) != 0;
  }
  [[nodiscard]] bool closed_by_strangers() const noexcept {
    return strangers_.load(std::memory_order_acquire) != 0;
  }
  void take_over_from(Stranger who) noexcept {
    close_from_outside({});
    strangers_.fetch_and(~static_cast<std::uint64_t>(who));
  }
  // Closings from outside that the core has not acknowledged.
  [[nodiscard]] bool pending(const KillScope& scope) const noexcept {
    return const_cast<EgressLatch*>(this)->group(scope).outside.load() >= kOne;
  }

  [[nodiscard]] bool closed(const KillScope& scope) const noexcept {
    return (const_cast<EgressLatch*>(this)->group(scope).held() & bit(scope)) != 0;
  }
  // Does any scope of the order hold it back?
  [[nodiscard]] bool closed(VenueId venue, AccountId account, StrategyId strategy,
                            InstrumentId instrument) const noexcept {
    const auto v = static_cast<std::uint32_t>(venue);
    const auto a = static_cast<std::uint32_t>(account);
    const auto s = static_cast<std::uint32_t>(strategy);
    const auto i = static_cast<std::uint32_t>(instrument);
    if ((all_.held() | strangers_.load(std::memory_order_acquire)) != 0) return true;
    // Orders of nobody's strategy (tickets, adopted ones) have no strategy to be closed.
    const bool of_strategy = strategy != kNoStrategy;
    if (v >= kVenues || a >= kAccounts || i >= kInstruments || (of_strategy && s >= kStrategies))
      return true;
    return looked(venues_, v) || looked(accounts_, a) || (of_strategy && looked(strategies_, s)) ||
           looked(instruments_, i);
  }

 private:
  static constexpr std::uint32_t kScopes = 32;                   // of a group
  static constexpr std::uint64_t kOne = std::uint64_t{1} << 32;  // one closing on its way
  struct Group {
    std::atomic<std::uint64_t> core{0};     // a bit a scope
    std::atomic<std::uint64_t> outside{0};  // the same bits; above: closings on their way
    // Acquire: what was closed before something else was seen, is seen closed.
    [[nodiscard]] std::uint64_t held() const noexcept {
      // Outside first: it is let go only after the core's is there.
      const std::uint64_t there = outside.load(std::memory_order_acquire);
      return (there & (kOne - 1)) | core.load(std::memory_order_acquire);
    }
  };
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "shared between processes");

  template <std::size_t N>
  static bool looked(const std::array<Group, N>& groups, std::uint32_t number) noexcept {
    return ((groups[number / kScopes].held() >> (number % kScopes)) & 1U) != 0;
  }
  static bool known(const KillScope& scope) noexcept {
    switch (scope.kind) {
      case KillScopeKind::All:
        return false;
      case KillScopeKind::Venue:
        return scope.number < kVenues;
      case KillScopeKind::Account:
        return scope.number < kAccounts;
      case KillScopeKind::Strategy:
        return scope.number < kStrategies;
      case KillScopeKind::Instrument:
        return scope.number < kInstruments;
    }
    return false;
  }
  static std::uint64_t bit(const KillScope& scope) noexcept {
    return known(scope) ? std::uint64_t{1} << (scope.number % kScopes) : std::uint64_t{1};
  }
  Group& group(const KillScope& scope) noexcept {
    if (!known(scope)) return all_;
    switch (scope.kind) {
      case KillScopeKind::Venue:
        return venues_[scope.number / kScopes];
      case KillScopeKind::Account:
        return accounts_[scope.number / kScopes];
      case KillScopeKind::Strategy:
        return strategies_[scope.number / kScopes];
      case KillScopeKind::Instrument:
        return instruments_[scope.number / kScopes];
      case KillScopeKind::All:
        break;
    }
    return all_;
  }

  Group all_{};
  std::atomic<std::uint64_t> strangers_{0};
  std::array<Group, kVenues / kScopes> venues_{};
  std::array<Group, kAccounts / kScopes> accounts_{};
  std::array<Group, kStrategies / kScopes> strategies_{};
  std::array<Group, kInstruments / kScopes> instruments_{};
};
}  // namespace sq::risk
