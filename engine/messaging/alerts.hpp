// What people do about an alert. What raises one is a record of its own: a closed kill switch, an
// open breaker, a break; the alert's number is that record's sequence.
// Thread: plain values. Bytes are logged: append only, no hidden padding. Source: control A04.
#pragma once

#include <cstdint>

#include "engine/types/ids.hpp"

namespace sq {
enum class AlertAct : std::uint8_t {  // append only
  Acknowledge = 1                     // `who` has it in hand: it is not repeated any more
};
struct AlertCommand {  // input; nothing in the core depends on it
  std::uint64_t alert{0};
  FixedText<24> who{};
  FixedText<64> reason{};
  AlertAct act{AlertAct::Acknowledge};
  std::uint8_t reserved[7]{};
};
static_assert(sizeof(AlertCommand) == 104);
}  // namespace sq
