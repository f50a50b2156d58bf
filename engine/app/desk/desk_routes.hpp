// The admin port's routes of the desk: tickets, cancels, the way out of positions, what became of
// each request, and refusals in words.
// Thread: the admin's. Cost: cold; a request waits up to kAnswerMs for the core's answer in the
// log. Errors: 400 with what is accepted, 404 for an unknown request, 409 with the refusal when the
// gate says no. Source: controls A04, A15.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/admin/router.hpp"
#include "engine/app/ledger_view.hpp"
#include "engine/settings/config.hpp"

namespace sq::app {
struct DeskRouteParts {
  const LedgerView& view;
  const settings::Config& config;
  std::function<void()> catch_up;  // of the view
  // Status 202: the core will see it.
  std::function<net::HttpResponse(const ManualOrder&, InstrumentId)> ask;
};
// `parts` are copied; what they refer to must outlive the routes.
[[nodiscard]] std::vector<admin::Route> desk_routes(DeskRouteParts parts);
}  // namespace sq::app
