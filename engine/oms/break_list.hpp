// The differences between the engine's books and a venue's that are open, folded from BreakChanged
// records, which the core decides.
// Thread: its owner's. Cost: linear in the few that are open; no allocation after construction.
// Errors: more than there is room for are counted, and nothing is clean as long as one was.
// Source: control T02.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/messaging/venue_account.hpp"
#include "engine/types/state_bytes.hpp"

namespace sq::oms {
struct Break {
  BreakChanged told{};  // as opened
  InstrumentId instrument{kNoInstrument};
  std::uint8_t age{0};
  bool accepted{false};
  FixedText<24> accepted_by{};
  FixedText<24> proposed_by{};
};
[[nodiscard]] bool same_subject(const BreakChanged& a, InstrumentId a_instrument,
                                const BreakChanged& b, InstrumentId b_instrument) noexcept;

class BreakList {
 public:
  static constexpr std::size_t kMax = 256;
  BreakList() { open_.reserve(kMax); }

  void apply(const RecordHeader& record) noexcept;

  [[nodiscard]] const std::vector<Break>& open() const noexcept { return open_; }
  [[nodiscard]] const Break* find(std::uint64_t number) const noexcept;
  [[nodiscard]] const Break* find(const BreakChanged& subject,
                                  InstrumentId instrument) const noexcept;
  [[nodiscard]] bool full() const noexcept { return open_.size() == kMax; }
  // Open ones that nobody has accepted.
  [[nodiscard]] std::size_t unaccepted(VenueId venue) const noexcept;
  [[nodiscard]] std::uint64_t next_number() const noexcept { return last_number_ + 1; }
  [[nodiscard]] std::uint64_t opened() const noexcept { return opened_; }

  void save(StateOut& out) const;
  [[nodiscard]] bool restore(StateIn& in);

 private:
  std::vector<Break> open_;  // by rising number
  std::uint64_t last_number_{0};
  std::uint64_t opened_{0};
};
}  // namespace sq::oms
