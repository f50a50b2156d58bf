// The body of an operator's request: a JSON object of known keys with text values. Thread: the
// admin's. Cost: cold. Errors: ok() is false for anything else; then every text is empty.
#pragma once

#include <algorithm>
#include <boost/json.hpp>
#include <initializer_list>
#include <string_view>

#include "engine/net/http_server.hpp"

namespace sq::app {
class RequestBody {
 public:
  RequestBody(const net::HttpRequest& request, std::initializer_list<std::string_view> keys) {
    boost::json::error_code error;
    boost::json::value value = boost::json::parse(request.body, error);
    if (error || !value.is_object()) return;
    for (const auto& member : value.get_object()) {
      const std::string_view key{member.key().data(), member.key().size()};
      if (!member.value().is_string() || std::find(keys.begin(), keys.end(), key) == keys.end())
        return;
    }
    members_ = std::move(value.get_object());
    ok_ = true;
  }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] std::string_view text(std::string_view key) const {
    const auto* const found = members_.if_contains(key);
    if (found == nullptr) return {};
    return {found->get_string().data(), found->get_string().size()};
  }

 private:
  boost::json::object members_;
  bool ok_{false};
};
}  // namespace sq::app
