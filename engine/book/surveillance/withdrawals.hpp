// Spoofing and layering: quantity shown near the touch and taken back after the other side traded.
//
// An order that leaves the book by a cancel (or loses nine tenths at once), or by a change of price
// beyond the near levels, is a withdrawal, if it lived at most life_ns_max and at most filled_max
// of it was filled. Spoofing. The withdrawn order was at least large_multiple x the usual size and
// share_min of the
//   near quantity of its side (the best near_levels prices after it left, with itself). While it
//   stood, orders of the other side were executed that were placed at most genuine_ns before it,
//   together at least executed_multiple x the usual size and at most executed_share_max of the
//   withdrawn one, the last of them at most after_execution_ns before.
// Layering. At least `layers` withdrawals at different prices of one side, each layer_multiple x
// the
//   usual size or more, placed within place_ns of each other and withdrawn within pull_ns of each
//   other; for all of them together the conditions on size, share and executions, the latter
//   between the last placing and the first pull. Layers go together because one hand pulls them;
//   large orders that fall together among many ordinary cancels do not count: with the n
//   withdrawals of that side in the time T before (of the last kRecent, at most a minute) that were
//   as large as the smallest of m layers, the chance of m - 1 or more others in the time dt in
//   which these went is at most together_chance_max, for the newest m of them, some m. The chance
//   is that of a Poisson stream whose rate is not known before: negative binomial, with n + 1 and
//   dt / (T + dt). What trades while they stand is no part of it: an iceberg that is filled slice
//   by slice is executed at any time, and is told from the orders that layers are to fill by the
//   rate of executions in the score alone.
// A suspicion waits requote_ns. It is dropped when in that time requote_share of the quantity came
// back on that side no worse than near (requoting), when trades at that price explain it, or when
// half as much or more of the other side was pulled within that time, before or after (a market
// maker leaving, who quotes both sides).
// Score: (1 - chance) x min(1, share / 0.5): how unlikely it is that the pull followed an execution
// so closely by chance (executions.hpp), times how much of what a reader of the book saw it was.
//
// Thread: one writer. Cost: a withdrawal 3 ns, a large one up to 300 ns, one that completes layers
// up to some us. Allocates nothing.
// Source: Regulation (EU) 2016/522, Annex II, section 1, 5(e) (layering and spoofing) and 5(a);
// US 7 USC 6c(a)(5)(C) (bidding with the intent to cancel before execution); FINRA rule 5210.03;
// Gelman et al., "Bayesian Data Analysis", 3rd ed., section 2.6 (gamma-Poisson).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "engine/book/surveillance/alert.hpp"
#include "engine/book/surveillance/executions.hpp"
#include "engine/book/surveillance/near_book.hpp"
#include "engine/book/surveillance/settings.hpp"

namespace sq::book::surveillance {
struct Withdrawal {
  std::uint64_t id{0};
  WallTime placed{};
  WallTime at{};
  Price price{};
  Qty qty{};     // taken back
  Qty filled{};  // before
  Side side{Side::Buy};
  std::int64_t unsure_ns{0};  // it may have left so much earlier: level feeds tell the interval
};

// Nine tenths or more: what is left is no longer the order that was shown.
constexpr bool nearly_all(Qty gone, Qty left) noexcept { return left.raw() <= gone.raw() / 9; }

class Withdrawals {
 public:
  explicit Withdrawals(const WithdrawalSettings& settings) : settings_{settings} {}

  // From then on withdrawals are known; without it from the first of them.
  void start(WallTime at) noexcept { began_ = at; }
  // usual: median size of orders, > 0.
  void on_withdrawn(const Withdrawal& withdrawal, Qty usual, const Executions& executions,
                    const NearBook& book) noexcept;
  void on_placed(Side side, Price price, Qty qty) noexcept {
    if (waiting_ != 0) [[unlikely]]
      note_back(side, price, qty);
  }
  // A trade at that price: on level feeds it may come after the change that it explains.
  void on_executed(Side side, Price price, Qty qty) noexcept {
    if (waiting_ != 0) [[unlikely]]
      note_executed(side, price, qty);
  }
  [[nodiscard]] bool is_due(WallTime at) const noexcept { return waiting_ != 0 && at > due_; }
  // The next suspicion that has waited long enough and still stands; empty: none is left.
  std::optional<Alert> settle(WallTime at) noexcept;
  void clear() noexcept;

 private:
  static constexpr std::size_t kWaiting = 8;
  static constexpr std::size_t kRecent = 128;  // a side
  static constexpr std::size_t kPivots = 4;    // executions looked at, newest first

  struct Suspicion {
    Alert alert{};
    WallTime due{};
    Price reach{};  // no worse than this counts as back
    Qty qty{};
    Qty back{};
    Qty other_side{};  // pulled there meanwhile
    bool waits{false};
  };
  struct Recent {
    std::array<Withdrawal, kRecent> ring{};
    std::uint64_t total{0};
    WallTime judged_until{};  // layers up to then were raised or explained: not layers again
  };

  // What a suspicion is judged by, beside its alert.
  struct Case {
    WallTime placed{};  // the last of its orders
    WallTime pulled{};  // the first of them
    std::int64_t unsure_ns{0};
    Qty qty{};
    double share{0};  // of the near quantity of its side
    Qty usual{};
  };

  void try_spoofing(const Withdrawal& one, Qty usual, const Executions& executions,
                    const NearBook& book) noexcept;
  void try_layering(const Withdrawal& one, Qty usual, const Executions& executions,
                    const NearBook& book) noexcept;
  // The layers that stood when the other side was executed at `pivot`.
  bool layered(const Withdrawal& one, Qty usual, WallTime pivot, const NearDepth& near,
               const Executions& executions) noexcept;
  // Adds the executions to the alert and sets its score; false: they do not make a pattern.
  [[nodiscard]] bool judge(Alert& alert, const Case& found,
                           const Executions& executions) const noexcept;
  // Did the `count` layers, newest first, go together by more than chance?
  [[nodiscard]] bool together(const Withdrawal* const* layers, std::size_t count) const noexcept;
  void suspect(const Alert& alert, Qty qty, Price reach, WallTime at) noexcept;
  [[nodiscard]] Qty pulled_since(Side side, WallTime from) const noexcept;
  [[gnu::cold, gnu::noinline]] void note_back(Side side, Price price, Qty qty) noexcept;
  [[gnu::cold, gnu::noinline]] void note_executed(Side side, Price price, Qty qty) noexcept;
  void renew_due() noexcept;
  [[nodiscard]] Recent& recent(Side side) noexcept { return recent_[side == Side::Sell]; }
  [[nodiscard]] const Recent& recent(Side side) const noexcept {
    return recent_[side == Side::Sell];
  }

  WithdrawalSettings settings_;
  std::array<Recent, 2> recent_{};
  std::array<Suspicion, kWaiting> suspicions_{};
  std::uint32_t waiting_{0};
  WallTime due_{};
  WallTime began_{};  // of the time seen
};
}  // namespace sq::book::surveillance
