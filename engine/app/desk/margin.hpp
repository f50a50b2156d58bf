// Margin use and the distance to liquidation of every position that a venue has told of.
// Thread: any. Cost: cold. Units: money as the venue counts it, distances as parts of the price.
// Errors: what a venue has not told is left out. Source: issue of the desk's needs; control A04.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <vector>

#include "engine/core/ledger.hpp"

namespace sq::app {
// How far the price may still move against the position before the venue liquidates it, as a part
// of `price`, toward zero; negative: it is through. Empty: there is no such price.
[[nodiscard]] std::optional<Ratio> distance_to_liquidation(const VenueAccount& account,
                                                           Price price);
// `prices`: by instrument, the last middle of the books; 0: none, and the venue's mark is taken.
[[nodiscard]] boost::json::object margin_json(const core::Ledger& ledger,
                                              const std::vector<Price>& prices);
}  // namespace sq::app
