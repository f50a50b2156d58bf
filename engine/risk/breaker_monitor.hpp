// Measures what circuit breakers bound, from facts that are pushed in the order in which they
// happen, and says which bound was reached. Its counts begin anew with each process; what is open
// does not (risk/breakers.hpp). Thread: the core's. Cost: a few operations a fact, nothing for
// kinds that are not configured. No allocation after construction. Errors: overflowed(): more was
// reached than it could keep. Source: controls A07 to A14.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/messaging/orders.hpp"
#include "engine/risk/breakers.hpp"

namespace sq::risk {
struct Trip {
  const BreakerSettings* by{nullptr};
  KillScope scope{};
  std::int64_t observed{0};
};

class BreakerMonitor {
 public:
  BreakerMonitor(const std::vector<BreakerSettings>& settings, std::size_t instruments,
                 std::size_t strategies);

  // False: nothing is configured, nothing needs to be pushed.
  [[nodiscard]] bool on() const noexcept { return on_; }
  [[nodiscard]] const BreakerSettings* settings(BreakerKind kind) const noexcept {
    const auto& found = settings_[static_cast<std::size_t>(kind)];
    return found ? &*found : nullptr;
  }

  // `position`: of the strategy in the instrument; `touch`: the far touch, 0 when there is none.
  void on_sent(const OrderRequest& order, InstrumentId instrument, std::int64_t position,
               Price touch, MonoTime now) noexcept;
  void on_answer(StrategyId strategy, bool rejected) noexcept;
  void on_fill(const OrderRequest& order, InstrumentId instrument, Price price) noexcept;
  void on_book(InstrumentId instrument, bool usable, MonoTime now) noexcept;
  void on_mid(InstrumentId instrument, Price bid, Price ask, MonoTime now) noexcept;
  // The engine's own timing (VenueState of venue None).
  void on_load(const VenueState& state) noexcept;
  // The venue's position and ours, compared.
  void on_compared(InstrumentId instrument, bool agree) noexcept;
  // Since the start and of the day, 1e-8 of the base currency; kNoStrategy: the firm.
  void on_pnl(StrategyId strategy, std::int64_t total, std::int64_t day) noexcept;
  // Time has passed: books that are still not live.
  void look(MonoTime now) noexcept;
  // An operator closed a breaker: it counts from here.
  void reset(BreakerKind kind, const KillScope& scope) noexcept;

  [[nodiscard]] bool waiting() const noexcept { return !trips_.empty() || overflowed_; }
  [[nodiscard]] std::optional<Trip> take() noexcept;
  [[nodiscard]] bool overflowed() const noexcept { return overflowed_; }

 private:
  struct OfStrategy {
    std::int64_t rejects{0};     // one after the other
    std::vector<bool> outcomes;  // ring of the last, true: rejected
    std::size_t next{0};
    std::size_t known{0};
    std::int64_t rejected{0};          // of the ring
    std::optional<std::int64_t> peak;  // of the P&L
    std::int64_t total{0};
    std::int64_t day{0};
    std::int64_t day_base{0};  // a reset measures the day's loss from here
  };
  struct Alternation {
    Side side{Side::Buy};
    Price price{};
    std::int64_t losing{0};
  };
  struct Bucket {
    std::int64_t number{-1};
    std::int64_t low{0};
    std::int64_t high{0};
  };
  struct OfInstrument {
    std::optional<MonoTime> lost_at;
    std::int64_t mismatches{0};
    std::array<Bucket, 16> mids{};
  };
  struct Repeated {
    std::uint64_t key{0};
    MonoTime since{};
    std::int64_t count{0};
  };
  struct Touch {
    OrderId id{};
    Price price{};
  };
  void trip(const BreakerSettings& by, const KillScope& scope, std::int64_t observed) noexcept;
  OfStrategy* strategy_of(StrategyId id) noexcept;
  void count_repeats(const BreakerSettings& by, const OrderRequest& order, InstrumentId instrument,
                     std::int64_t position, MonoTime now) noexcept;

  std::array<std::optional<BreakerSettings>, 14> settings_{};  // index: BreakerKind
  bool on_{false};
  std::vector<OfStrategy> strategies_;  // the firm's last
  std::vector<OfInstrument> instruments_;
  std::vector<Alternation> fills_;  // strategy x instruments + instrument
  std::vector<Repeated> repeats_;
  std::vector<Touch> touches_;
  std::vector<Trip> trips_;
  bool overflowed_{false};
};
}  // namespace sq::risk
