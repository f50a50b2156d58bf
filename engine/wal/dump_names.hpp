// Names of the enums that only records use; those of engine/types have theirs there.
// Thread: any. Cost: a switch. Unknown values give "?": they come from newer or damaged logs.
#pragma once

#include <string_view>

#include "engine/messaging/breakers.hpp"
#include "engine/messaging/control.hpp"
#include "engine/messaging/greeks.hpp"
#include "engine/messaging/limit_changes.hpp"
#include "engine/messaging/market_data.hpp"
#include "engine/messaging/orders.hpp"

namespace sq::wal {
[[nodiscard]] std::string_view text_of(ReportKind) noexcept;
[[nodiscard]] std::string_view text_of(RejectCode) noexcept;
[[nodiscard]] std::string_view text_of(CancelReason) noexcept;
[[nodiscard]] std::string_view text_of(CancelGroup) noexcept;
[[nodiscard]] std::string_view text_of(AmendStyle) noexcept;
[[nodiscard]] std::string_view text_of(Command) noexcept;
[[nodiscard]] std::string_view text_of(StateCause) noexcept;
[[nodiscard]] std::string_view text_of(LogCondition) noexcept;
[[nodiscard]] std::string_view text_of(LimitCause) noexcept;
[[nodiscard]] std::string_view text_of(DeadLetterReason) noexcept;
[[nodiscard]] std::string_view text_of(FeedEvent) noexcept;
[[nodiscard]] std::string_view text_of(OrderAction) noexcept;
[[nodiscard]] std::string_view text_of(CandleOf) noexcept;
[[nodiscard]] std::string_view text_of(DepthChain) noexcept;
[[nodiscard]] std::string_view text_of(GreeksModel) noexcept;
[[nodiscard]] std::string_view text_of(GreeksStatus) noexcept;
}  // namespace sq::wal
