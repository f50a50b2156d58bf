// POST /api/v1/options/{price,greeks,implied-vol,scenario,surface}: the options library over HTTP.
// Requests and answers by example: README.md; as a JSON schema: GET /api/v1/options/schema. Thread:
// the admin's; never the core's. Cost: bounded: a request that would take longer than about 50 ms
// (exotics and surfaces 0.25 s) is refused. Errors: 400 not JSON, 422 with pointer, value and what
// would be accepted. A row that has no answer is null, with its reason in `errors`.
#pragma once

#include <vector>

#include "engine/admin/router.hpp"

namespace sq::admin::options {
[[nodiscard]] net::HttpResponse price(const net::HttpRequest& request);
[[nodiscard]] net::HttpResponse greeks(const net::HttpRequest& request);
[[nodiscard]] net::HttpResponse implied_vol(const net::HttpRequest& request);
[[nodiscard]] net::HttpResponse scenario(const net::HttpRequest& request);
[[nodiscard]] net::HttpResponse surface(const net::HttpRequest& request);
[[nodiscard]] net::HttpResponse schema();
// All of them, for the router's table.
[[nodiscard]] std::vector<Route> routes();
}  // namespace sq::admin::options
