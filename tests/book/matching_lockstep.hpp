// The engine and its model side by side: every command goes to both, every event of both must be
// the same, the picture drawn from the engine's events must be the engine's state, and what must
// never happen is looked for.
#pragma once

#include <array>
#include <string>
#include <unordered_map>

#include "engine/book/matching/engine.hpp"
#include "tests/book/matching_flow.hpp"
#include "tests/book/matching_model.hpp"
#include "tests/book/matching_picture.hpp"

namespace sq::matching {
extern template class Engine<EventBuffer>;

[[nodiscard]] std::string to_text(const Event& event);

// One command to the engine alone. `key`: of Cancel and Modify.
Submitted apply(Engine<EventBuffer>& engine, const AnyCommand& command, OrderKey key);

// What happened how often.
struct Coverage {
  std::array<std::uint64_t, 16> kinds{};
  std::array<std::uint64_t, kRefusals> refusals{};
  std::array<std::uint64_t, 16> reasons{};  // of Cancelled and Reduced, by Why
  std::uint64_t auction_trades{0};
  std::uint64_t open_orders{0};  // summed over the commands

  void count(const Event& event);
};

class Lockstep {
 public:
  Lockstep(const Settings& settings, Coverage& coverage);

  // What is wrong, or empty.
  std::string apply(const AnyCommand& command);
  // The whole state of both, the picture and the invariants; apply() looks at events only.
  [[nodiscard]] std::string compare_state();

  [[nodiscard]] Engine<EventBuffer>& engine() { return engine_; }
  [[nodiscard]] const Model& model() const { return model_; }
  [[nodiscard]] const Picture& picture() const { return picture_; }

 private:
  void run(const AnyCommand& command);
  [[nodiscard]] OrderKey key_of(OrderId id) const;
  [[nodiscard]] std::string compare_events();
  [[nodiscard]] std::string check_event(const Event& event);
  [[nodiscard]] std::string compare_side(Side side) const;
  [[nodiscard]] std::string compare_positions() const;

  Settings settings_;
  Coverage& coverage_;
  EventBuffer buffer_{20'000};
  Engine<EventBuffer> engine_;
  Model model_;
  Picture picture_;
  std::unordered_map<std::uint64_t, NewOrder> terms_;        // of open orders
  std::unordered_map<OwnerId, std::int64_t> moved_by_hand_;  // SetPosition less what was held
  Submitted submitted_{};
};

// Runs `commands` commands of a flow; what went wrong with the number of the command, or empty.
[[nodiscard]] std::string run_flow(Dice dice, std::uint64_t commands, std::uint64_t state_every,
                                   Coverage& coverage);
}  // namespace sq::matching
