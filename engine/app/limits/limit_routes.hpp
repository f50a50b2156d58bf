// The admin port's routes of limits: every one in force with its unit, who changed it until when,
// how much is in use and what is left; and what people ask for. A request is an input of the core;
// its answer is the decision that the log then has. Thread: the admin's. Cost: cold; waits up to
// kAnswerWaitMs for a decision. Errors: 400 with what is accepted, 409 with why it was refused, 202
// when the decision has not come yet. Source: controls P29.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/admin/router.hpp"
#include "engine/app/ledger_view.hpp"
#include "engine/messaging/limit_changes.hpp"

namespace sq::app {
constexpr int kAnswerWaitMs = 1'000;

struct LimitRouteParts {
  const settings::Config& config;
  LedgerView& view;
  std::function<void()> refresh_prices;  // of the view: what is in use is valued with them
  std::function<WallTime()> now;         // the engine's
  // Status 202: it is on its way.
  std::function<net::HttpResponse(const Record<LimitsChanged>&)> push;
};
// `parts` are copied; what they refer to must outlive the routes.
[[nodiscard]] std::vector<admin::Route> limit_routes(LimitRouteParts parts);
}  // namespace sq::app
