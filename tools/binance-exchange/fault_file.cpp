// A scenario as TOML: [[fault]] tables. What is not known, or does not go together, is refused.
#include <toml++/toml.h>

#include <set>
#include <sstream>
#include <stdexcept>

#include "tools/binance-exchange/faults.hpp"

namespace sq::exchange {
namespace {
struct KindName {
  const char* name;
  FaultKind kind;
  bool requests;
  bool events;
  bool time;
  int status;
  int code;
  const char* message;
};
constexpr const char* kUnknownError =
    "Unknown error, please check your request or try again later.";
constexpr const char* kTimeout =
    "Timeout waiting for response from backend server. Send status unknown; execution status "
    "unknown.";
// Short names of errors stand for the venue's own status, code and words.
constexpr KindName kKinds[]{
    {"delay", FaultKind::Delay, true, true, false, 0, 0, ""},
    {"drop", FaultKind::Drop, true, true, false, 0, 0, ""},
    {"double", FaultKind::Double, true, true, false, 0, 0, ""},
    {"reorder", FaultKind::Reorder, true, true, false, 0, 0, ""},
    {"split", FaultKind::Split, true, true, false, 0, 0, ""},
    {"reset", FaultKind::Reset, true, true, false, 0, 0, ""},
    {"half_open", FaultKind::HalfOpen, true, true, false, 0, 0, ""},
    {"drift", FaultKind::Drift, true, true, false, 0, 0, ""},
    {"cut", FaultKind::Cut, false, true, true, 0, 0, ""},
    {"error", FaultKind::Error, true, false, false, 400, -1000, "An unknown error occurred."},
    {"rate_limit", FaultKind::Error, true, false, false, 429, -1003,
     "Too much request weight used; please use the WebSocket Streams for live updates."},
    {"order_limit", FaultKind::Error, true, false, false, 429, -1015, "Too many new orders."},
    {"unavailable", FaultKind::Error, true, false, false, 503, -1000, "Service Unavailable."},
    {"overloaded", FaultKind::Error, true, false, false, 503, -1008,
     "Request throttled by system-level protection. Please try again."},
    {"unknown", FaultKind::Error, true, false, false, 503, -1000, kUnknownError},
    {"unexpected", FaultKind::Error, true, false, false, 500, -1006,
     "An unexpected response was received from the message bus. Execution status unknown."},
    {"timeout", FaultKind::Error, true, false, false, 504, -1007, kTimeout},
    {"html", FaultKind::Html, true, false, false, 0, 0, ""},
    {"ban", FaultKind::Ban, true, false, true, 418, -1003, "Way too much request weight used."},
    {"shutdown", FaultKind::Shutdown, false, false, true, 0, 0, ""},
    {"life", FaultKind::Life, false, false, true, 0, 0, ""},
    {"listen_keys", FaultKind::ListenKeys, false, false, true, 0, 0, ""},
    {"maintenance", FaultKind::Maintenance, false, false, true, 0, 0, ""},
    {"revoke", FaultKind::Revoke, false, false, true, 0, 0, ""},
    {"clock", FaultKind::Clock, false, false, true, 0, 0, ""},
};
const std::set<std::string> kKeys{"kind",  "market",  "where",  "on",       "probability",
                                  "at",    "every",   "limit",  "after",    "delay_ms",
                                  "bytes", "for_ms",  "age_ms", "shift_ms", "status",
                                  "code",  "message", "at_ms",  "every_ms"};

[[noreturn]] void refuse(std::size_t number, std::string_view what, std::string_view why = {}) {
  std::string text{"fault "};
  throw std::runtime_error(
      text.append(std::to_string(number)).append(": ").append(what).append(why));
}
std::string quoted_key(std::string_view key) {
  std::string quoted{"unknown key \""};
  return quoted.append(key).append("\"");
}
// A value of the table, or what stands for its absence; of another type: refused.
template <class T>
T value(const toml::table& table, const char* key, T fallback, std::size_t number) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return fallback;
  const auto found = node->value_exact<T>();
  if (!found) refuse(number, key, " has the wrong type");
  return *found;
}
std::int64_t count(const toml::table& table, const char* key, std::int64_t fallback,
                   std::size_t number) {
  const std::int64_t found = value<std::int64_t>(table, key, fallback, number);
  if (found < 0) refuse(number, key, " must not be negative");
  return found;
}
std::vector<std::int64_t> list(const toml::table& table, const char* key, std::size_t number) {
  std::vector<std::int64_t> made;
  const toml::node* node = table.get(key);
  if (node == nullptr) return made;
  if (!node->is_array()) refuse(number, key, " must be a list of integers");
  for (const auto& each : *node->as_array()) {
    const auto found = each.value_exact<std::int64_t>();
    if (!found || *found < 0) refuse(number, key, " must be a list of integers from 0");
    if (!made.empty() && made.back() >= *found) refuse(number, key, " must rise");
    made.push_back(*found);
  }
  return made;
}

const KindName& kind_of(const std::string& name, std::size_t number) {
  for (const KindName& each : kKinds)
    if (name == each.name) return each;
  std::string quoted{"unknown kind \""};
  refuse(number, quoted.append(name).append("\""));
}
FaultPlace place_of(const KindName& kind, const std::string& where, std::size_t number) {
  const bool time_only = kind.time && !kind.requests && !kind.events;
  const std::string said = !where.empty()  ? where
                           : time_only     ? "time"
                           : kind.requests ? "requests"
                                           : "market";
  const bool known = said == "requests" || said == "market" || said == "user" || said == "time";
  if (!known) refuse(number, "where must be requests, market, user or time");
  const bool fits = said == "requests" ? kind.requests : said == "time" ? kind.time : kind.events;
  if (!fits) refuse(number, kind.name, " is not a fault of " + said);
  if (said == "requests") return FaultPlace::Requests;
  if (said == "time") return FaultPlace::Time;
  return said == "market" ? FaultPlace::Market : FaultPlace::User;
}

void check(const Fault& fault, std::size_t number) {
  const bool timed = !fault.at_ms.empty() || fault.every_ms > 0;
  const bool counted = fault.probability > 0 || !fault.at.empty() || fault.every > 0;
  if (fault.place == FaultPlace::Time) {
    if (counted) refuse(number, "a fault of time has at_ms or every_ms");
    if (fault.kind == FaultKind::Life ? fault.age_ms == 0 : !timed)
      refuse(number, fault.kind == FaultKind::Life ? "life needs age_ms"
                                                   : "a fault of time needs at_ms or every_ms");
  } else {
    if (timed) refuse(number, "at_ms and every_ms are of faults of time");
    if (!counted) refuse(number, "probability, at or every says when");
  }
  if (fault.probability < 0 || fault.probability > 1) refuse(number, "probability must be 0 to 1");
  if (fault.kind == FaultKind::Delay && fault.delay_ms == 0) refuse(number, "delay needs delay_ms");
  if (fault.kind == FaultKind::Split && fault.bytes == 0) refuse(number, "bytes must be above 0");
  const bool lasts = fault.kind == FaultKind::Ban || fault.kind == FaultKind::Maintenance ||
                     fault.kind == FaultKind::Revoke || fault.kind == FaultKind::Clock;
  if (lasts && fault.for_ms == 0) refuse(number, fault.name, " needs for_ms");
  if (fault.after && fault.place != FaultPlace::Requests)
    refuse(number, "after is of faults of requests");
}

Fault fault_of(const toml::table& table, std::size_t number) {
  for (const auto& [key, node] : table)
    if (!kKeys.contains(std::string{key.str()})) refuse(number, quoted_key(key.str()));
  Fault fault;
  fault.name = value<std::string>(table, "kind", "", number);
  const KindName& kind = kind_of(fault.name, number);
  fault.kind = kind.kind;
  fault.place = place_of(kind, value<std::string>(table, "where", "", number), number);
  fault.market = value<std::string>(table, "market", "", number);
  if (!fault.market.empty() && fault.market != "spot" && fault.market != "usdm")
    refuse(number, "market must be spot or usdm");
  fault.on = value<std::string>(table, "on", "*", number);
  const toml::node* chance = table.get("probability");
  if (chance != nullptr) {
    const auto found = chance->value<double>();
    if (!found) refuse(number, "probability must be a number");
    fault.probability = *found;
  }
  for (const std::int64_t each : list(table, "at", number))
    fault.at.push_back(static_cast<std::uint64_t>(each));
  fault.every = static_cast<std::uint64_t>(count(table, "every", 0, number));
  fault.limit = static_cast<std::uint64_t>(count(table, "limit", 0, number));
  fault.after = value<bool>(table, "after", false, number);
  fault.delay_ms = count(table, "delay_ms", 0, number);
  fault.bytes = static_cast<std::size_t>(count(table, "bytes", 1, number));
  fault.for_ms = count(table, "for_ms", 0, number);
  fault.age_ms = count(table, "age_ms", 0, number);
  fault.shift_ms = value<std::int64_t>(table, "shift_ms", 0, number);
  fault.at_ms = list(table, "at_ms", number);
  fault.every_ms = count(table, "every_ms", 0, number);
  fault.failure.status = static_cast<int>(count(table, "status", kind.status, number));
  fault.failure.code = static_cast<int>(value<std::int64_t>(table, "code", kind.code, number));
  fault.failure.message = value<std::string>(table, "message", kind.message, number);
  check(fault, number);
  return fault;
}
}  // namespace

Scenario scenario_of(std::string_view text) {
  Scenario scenario;
  toml::table whole;
  try {
    whole = toml::parse(text);
  } catch (const toml::parse_error& error) {
    std::ostringstream said;
    said << "line " << error.source().begin.line << ": " << error.description();
    throw std::runtime_error(said.str());
  }
  for (const auto& [key, node] : whole)
    if (key.str() != "seed" && key.str() != "fault")
      throw std::runtime_error(quoted_key(key.str()));
  scenario.seed = static_cast<std::uint64_t>(value<std::int64_t>(whole, "seed", 1, 0));
  const toml::node* faults = whole.get("fault");
  if (faults == nullptr) return scenario;
  if (!faults->is_array_of_tables()) throw std::runtime_error("faults are written [[fault]]");
  std::size_t number = 0;
  for (const auto& each : *faults->as_array()) {
    Fault fault = fault_of(*each.as_table(), ++number);
    // One of both markets is two, of time: each market has its own.
    if (fault.place == FaultPlace::Time && fault.market.empty()) {
      fault.market = "usdm";
      scenario.faults.push_back(fault);
      fault.market = "spot";
    }
    scenario.faults.push_back(std::move(fault));
  }
  return scenario;
}
}  // namespace sq::exchange
