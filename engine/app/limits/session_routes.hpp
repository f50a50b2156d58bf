// The admin port's routes for what venues, depositories and risk officers say from outside: phases
// of sessions, holdings, ban lists, confirmed filters. Each is an input of the core; where a
// control needs one that nobody has told since the start, it refuses. Thread: the admin's. Cost:
// cold. Errors: 400 with what is accepted. Source: controls P22, P23, P39.
#pragma once

#include <functional>
#include <vector>

#include "engine/admin/router.hpp"
#include "engine/app/ledger_view.hpp"
#include "engine/messaging/reference_data.hpp"

namespace sq::app {
struct SessionRouteParts {
  const settings::Config& config;
  const LedgerView& view;
  std::function<net::HttpResponse(const Record<SessionEvent>&)> push_session;
  std::function<net::HttpResponse(const Record<StaticData>&)> push_static;
};
// `parts` are copied; what they refer to must outlive the routes.
[[nodiscard]] std::vector<admin::Route> session_routes(SessionRouteParts parts);
}  // namespace sq::app
