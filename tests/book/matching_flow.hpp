// Commands at random for the matching engine, of all kinds, mostly sensible and sometimes not, on
// an instrument whose rules are drawn too. From a seed, or from bytes for the fuzzer.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include "engine/book/matching/orders.hpp"

namespace sq::matching {
// From a generator, or from bytes until they are used up and then zeros.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_{seed} {}
  explicit Dice(std::span<const std::uint8_t> bytes) : bytes_{bytes} {}

  // 0 to limit - 1.
  std::uint64_t below(std::uint64_t limit) {
    if (random_) return (*random_)() % limit;
    std::uint64_t value = 0;
    for (std::uint64_t range = 1; range < limit && used_ < bytes_.size(); range <<= 8) {
      value = value << 8 | bytes_[used_++];
    }
    return value % limit;
  }
  bool percent(unsigned chance) { return below(100) < chance; }
  [[nodiscard]] bool empty() const { return !random_ && used_ >= bytes_.size(); }

 private:
  std::optional<std::mt19937_64> random_;
  std::span<const std::uint8_t> bytes_;
  std::size_t used_{0};
};

struct AnyCommand {
  enum class Kind : std::uint8_t {
    Submit,
    Cancel,
    Modify,
    CancelAll,
    SetPhase,
    Uncross,
    Advance,
    EndDay,
    SetBands,
    SetReference,
    SetPosition
  };
  Kind kind{Kind::Submit};
  NewOrder order{};    // Submit
  OrderId id{};        // Cancel, Modify
  Amendment change{};  // Modify
  OwnerId owner{};     // CancelAll, SetPosition
  Phase phase{};
  WallTime now{};
  Price low{}, high{}, around_last{};  // SetBands; SetReference: low
  Qty held{};
};

class Flow {
 public:
  static constexpr std::int64_t kTick = 5'000;
  static constexpr std::int64_t kLot = 700;

  explicit Flow(Dice dice);

  [[nodiscard]] const Settings& settings() const { return settings_; }
  // `phase`: what it is now.
  AnyCommand next(Phase phase);
  // Ids that may be open, for cancel and modify; the caller may take those out that are not.
  std::vector<OrderId>& ids() { return ids_; }
  Dice& dice() { return dice_; }

 private:
  NewOrder order(Phase phase);
  void spoil(NewOrder& order);
  Amendment change();
  Price price();
  Price price_near(Side side, std::uint64_t reach);
  Qty qty();
  OwnerId owner();
  OrderId known_id();
  Phase next_phase(Phase now);

  Dice dice_;
  Settings settings_{};
  std::vector<OrderId> ids_;
  std::uint64_t last_id_{0};
  std::int64_t centre_{40};  // ticks
  std::int64_t now_{0};
};
}  // namespace sq::matching
