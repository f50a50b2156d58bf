// The admin port's routes of reconciliation: the breaks in words, when each venue was compared, and
// what people do about them. Thread: the admin's. Cost: cold. Errors: 400 with what is accepted,
// 404 for a break that is not open. Source: control T02.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/admin/router.hpp"
#include "engine/app/ledger_view.hpp"

namespace sq::app {
struct BreakRouteParts {
  const LedgerView& view;
  std::int64_t reconcile_ns{0};  // 0: venues are not asked
  std::function<net::HttpResponse(const AdminCommand&)> command;
};
// One open break as a sentence, with what it means for trading where it means something.
[[nodiscard]] std::string break_words(const oms::Break& open, const core::Ledger& ledger);
// `parts` are copied; the view must outlive the routes.
[[nodiscard]] std::vector<admin::Route> break_routes(BreakRouteParts parts);
}  // namespace sq::app
