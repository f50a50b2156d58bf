// The admin port's routes of alerts: what is open, whose it is and who has it in hand; and taking
// one in hand. Thread: the admin's. Cost: cold. Errors: 400 with what is accepted, 404 for an alert
// that is not open, 409 for taking one in hand where [alerts] has no rule. Source: control A04.
#pragma once

#include <functional>
#include <vector>

#include "engine/admin/router.hpp"
#include "engine/app/alerts/alert_task.hpp"
#include "engine/messaging/alerts.hpp"
#include "engine/messaging/record.hpp"

namespace sq::app {
struct AlertRouteParts {
  const settings::Config& config;
  std::function<const AlertTask*()> task;  // null: there is none
  std::function<net::HttpResponse(const Record<AlertCommand>&)> push;
};
[[nodiscard]] std::vector<admin::Route> alert_routes(AlertRouteParts parts);
}  // namespace sq::app
