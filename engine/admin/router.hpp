// The admin port's one table of routes: what exists, who may, what answers. Deny by default.
// Thread: the admin thread. Cost: cold. Errors: 401 without the token on changing requests, 403 for a
// foreign Host, 404 and 405 from the table, JSON {"error": ...} always.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/net/http_server.hpp"

namespace sq::admin {
enum class Access : std::uint8_t {
  Read,   // open on loopback until log-in and roles come
  Change  // needs "Authorization: Bearer <token>" from the token file
};
// `rest`: what follows the route's path when it ends in '/', e.g. an id.
using RouteHandler =
    std::function<net::HttpResponse(const net::HttpRequest& request, std::string_view rest)>;
struct Route {
  std::string method;
  std::string path;  // exact; one that ends in '/' takes any rest
  Access access{Access::Read};
  std::string meaning;  // one sentence, listed by GET /api/v1/
  RouteHandler handler;
};

class Router {
 public:
  Router(std::vector<Route> routes, std::string token);
  [[nodiscard]] net::HttpResponse handle(const net::HttpRequest& request) const;

 private:
  [[nodiscard]] bool authorised(const net::HttpRequest& request) const noexcept;
  [[nodiscard]] net::HttpResponse index() const;

  std::vector<Route> routes_;
  std::string token_;
};

[[nodiscard]] net::HttpResponse error_response(unsigned status, std::string_view message);
}  // namespace sq::admin
