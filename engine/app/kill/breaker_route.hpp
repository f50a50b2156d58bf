// The admin port's route that closes an open circuit breaker by hand. Thread: the admin's. Cost:
// cold. Errors: 400 with what is accepted, 404 when there is no such breaker open. Source: issue of
// the kill switch and breakers ("re-arm rules"); controls A01.
#pragma once

#include <functional>

#include "engine/admin/router.hpp"
#include "engine/app/ledger_view.hpp"
#include "engine/messaging/control.hpp"

namespace sq::app {
// What is referred to must outlive the route. `command` answers 202 when it is on its way.
[[nodiscard]] admin::Route breaker_route(
    const LedgerView& view, const settings::Config& config,
    std::function<net::HttpResponse(const AdminCommand&)> command);
}  // namespace sq::app
