// What the core kills by itself for, in words: the same whether it acts at once or, because its
// process ended first, after the restart. Thread: any. Errors: none.
#pragma once

#include <string_view>

namespace sq::core {
constexpr std::string_view kFillReason = "a fill or its correction does not fit the books";
constexpr std::string_view kUnknownFillReason = "a fill of an order that is not known";
constexpr std::string_view kFundingReason = "funding does not fit the books";
constexpr std::string_view kAccountReason = "a venue's account cannot be read";
constexpr std::string_view kLiquidationReason = "the venue liquidated a position";
constexpr std::string_view kAdjustedReason = "an adjusted position does not fit the books";
constexpr std::string_view kOutsideReason = "an order was placed outside";
}  // namespace sq::core
