// The id of an order on the wire: instance, epoch and counter in at most 20 letters and digits
// (Kite's tag length; Binance allows 36). Never used twice: the epoch is logged before the first send.
// Thread: any. Cost: one pass. Format: instance (1-8, A-Z 0-9), 'E', epoch base 36, 'N', counter
// base 36 -- lower case digits, so that the upper-case letters separate.
#pragma once

#include <optional>
#include <string_view>

#include "engine/types/ids.hpp"

namespace sq {
using WireId = FixedText<24>;
// Empty when the text would exceed 20 characters (an instance of 8 leaves room for 36^7 orders at
// epochs below 36^3).
[[nodiscard]] std::optional<WireId> to_wire(std::string_view instance, OrderId id) noexcept;
// Empty when the text is not ours: other instance or form.
[[nodiscard]] std::optional<OrderId> from_wire(std::string_view instance,
                                               std::string_view text) noexcept;
}  // namespace sq
