#include "engine/admin/router.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace sq::admin {
namespace {
bool matches(const Route& route, std::string_view path) noexcept {
  return route.path.back() == '/' ? path.starts_with(route.path) && path.size() > route.path.size()
                                  : path == route.path;
}
// Loopback names only: a page in a browser cannot reach the port under a name of its own.
bool is_loopback_host(std::string_view host) noexcept {
  const std::size_t colon = host.rfind(':');
  const std::string_view name =
      colon == std::string_view::npos || host.ends_with(']') ? host : host.substr(0, colon);
  return name == "127.0.0.1" || name == "localhost" || name == "[::1]";
}
// Takes the same time for every token of the right length.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i] ^ b[i]));
  return difference == 0;
}
}  // namespace

net::HttpResponse error_response(unsigned status, std::string_view message) {
  net::HttpResponse response;
  response.status = status;
  response.body = boost::json::serialize(boost::json::object{{"error", message}}) + "\n";
  return response;
}

Router::Router(std::vector<Route> routes, std::string token)
    : routes_{std::move(routes)}, token_{std::move(token)} {}

net::HttpResponse Router::handle(const net::HttpRequest& request) const {
  if (!is_loopback_host(request.host)) return error_response(403, "unknown host");
  if (request.path == "/api/v1/" && request.method == "GET") return index();
  std::string allowed;
  for (const Route& route : routes_) {
    if (!matches(route, request.path)) continue;
    if (route.method != request.method) {
      allowed += (allowed.empty() ? "" : ", ") + route.method;
      continue;
    }
    if (route.access == Access::Change && !authorised(request))
      return error_response(401, "this request needs the bearer token of the token file");
    const std::string_view rest =
        route.path.back() == '/' ? std::string_view{request.path}.substr(route.path.size())
                                 : std::string_view{};
    return route.handler(request, rest);
  }
  if (allowed.empty()) return error_response(404, "no such route; GET /api/v1/ lists them");
  net::HttpResponse response = error_response(405, "method not allowed here");
  response.allow = allowed;
  return response;
}

bool Router::authorised(const net::HttpRequest& request) const noexcept {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view given = request.authorization;
  return !token_.empty() && given.starts_with(kScheme) &&
         equal_in_constant_time(given.substr(kScheme.size()), token_);
}

net::HttpResponse Router::index() const {
  boost::json::array routes;
  for (const Route& route : routes_) {
    routes.push_back({{"method", route.method},
                      {"path", route.path},
                      {"token", route.access == Access::Change},
                      {"meaning", route.meaning}});
  }
  net::HttpResponse response;
  response.body = boost::json::serialize(boost::json::object{{"routes", routes}}) + "\n";
  return response;
}
}  // namespace sq::admin
