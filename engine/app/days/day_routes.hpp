// The admin port's route of closed days: what each strategy held and earned in each instrument at
// the cut, at which price, and what could not be valued.
// Thread: the admin's. Cost: cold. Errors: 400 with what is accepted.
#pragma once

#include <boost/json.hpp>
#include <functional>

#include "engine/admin/router.hpp"
#include "engine/app/ledger_view.hpp"

namespace sq::app {
struct DayRouteParts {
  const settings::Config& config;
  const LedgerView& view;
  std::function<void()> catch_up;
};
[[nodiscard]] admin::Route day_route(DayRouteParts parts);
[[nodiscard]] boost::json::object day_json(const ClosedDay& day, const settings::Config& config);
}  // namespace sq::app
