// The limits in force as JSON. Thread: the admin's. Cost: cold.
#pragma once

#include <boost/json.hpp>

#include "engine/app/ledger_view.hpp"

namespace sq::app {
[[nodiscard]] boost::json::object limit_list(const LedgerView& view,
                                             const settings::Config& config);
}  // namespace sq::app
