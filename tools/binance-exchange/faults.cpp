#include "tools/binance-exchange/faults.hpp"

#include <algorithm>

namespace sq::exchange {
namespace {
namespace json = boost::json;

void shape(Delivery& delivery, const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::Delay:
      delivery.delay_ms = fault.delay_ms;
      break;
    case FaultKind::Drop:
      delivery.copies = 0;
      break;
    case FaultKind::Double:
      delivery.copies = 2;
      break;
    case FaultKind::Reorder:
      delivery.behind_next = true;
      break;
    case FaultKind::Split:
      delivery.piece_bytes = fault.bytes;
      break;
    case FaultKind::Reset:
      delivery.reset = true;
      break;
    case FaultKind::HalfOpen:
      delivery.freeze = true;
      break;
    default:
      break;
  }
}
json::value turned(const json::value& value) {
  if (value.is_array()) {
    json::array list;
    for (const json::value& each : value.get_array()) list.emplace_back(turned(each));
    return list;
  }
  if (!value.is_object()) return value;
  std::vector<const json::key_value_pair*> members;
  for (const auto& member : value.get_object()) members.push_back(&member);
  json::object object{
      {"zNew", json::object{{"list", json::array{1, nullptr, "text"}}, {"flag", true}}}};
  for (auto each = members.rbegin(); each != members.rend(); ++each)
    object[(*each)->key()] = turned((*each)->value());
  object["zLast"] = "0.5";
  return object;
}
}  // namespace

bool matches(std::string_view pattern, std::string_view name) noexcept {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = pattern.substr(star + 1);
  if (rest.empty()) return true;
  for (std::size_t from = star; from <= name.size(); ++from)
    if (matches(rest, name.substr(from))) return true;
  return false;
}

std::string drifted(std::string_view text) {
  boost::json::error_code error;
  const json::value value = json::parse(json::string_view{text.data(), text.size()}, error);
  return error ? std::string{text} : json::serialize(turned(value));
}

void FaultPlan::set(Scenario scenario, std::int64_t now_ms) {
  scenario_ = std::move(scenario);
  random_.seed(scenario_.seed);
  began_ms_ = now_ms;
  for (Fault& fault : scenario_.faults) fault.due_ms = fault.every_ms;
}

bool FaultPlan::hit(Fault& fault, FaultPlace place, std::string_view market,
                    std::string_view name) {
  if (fault.place != place || (!fault.market.empty() && fault.market != market) ||
      !matches(fault.on, name))
    return false;
  ++fault.seen;
  if (fault.limit != 0 && fault.hits >= fault.limit) return false;
  const bool wanted = (fault.every != 0 && fault.seen % fault.every == 0) ||
                      std::find(fault.at.begin(), fault.at.end(), fault.seen) != fault.at.end() ||
                      (fault.probability > 0 &&
                       std::uniform_real_distribution<double>{}(random_) < fault.probability);
  if (wanted) ++fault.hits;
  return wanted;
}

RequestFault FaultPlan::on_request(std::string_view market, std::string_view call) {
  RequestFault made;
  for (Fault& fault : scenario_.faults) {
    if (!hit(fault, FaultPlace::Requests, market, call)) continue;
    shape(made.delivery, fault);
    const bool replaces = fault.kind == FaultKind::Drop || fault.kind == FaultKind::Reset ||
                          fault.kind == FaultKind::HalfOpen || fault.kind == FaultKind::Error ||
                          fault.kind == FaultKind::Html || fault.kind == FaultKind::Ban;
    if (replaces && !fault.after) made.execute = false;
    if (fault.kind == FaultKind::Drift) made.drift = true;
    if (fault.kind == FaultKind::Html) made.html = true;
    if (fault.kind == FaultKind::Error || fault.kind == FaultKind::Ban)
      made.failure = fault.failure;
    if (fault.kind == FaultKind::Ban) made.ban_ms = fault.for_ms;
  }
  return made;
}

EventFault FaultPlan::on_event(FaultPlace place, std::string_view market, std::string_view name) {
  EventFault made;
  made.delivery.in_order = true;
  for (Fault& fault : scenario_.faults) {
    if (!hit(fault, place, market, name)) continue;
    shape(made.delivery, fault);
    if (fault.kind == FaultKind::Drift) made.drift = true;
    if (fault.kind == FaultKind::Cut) made.cut = true;
  }
  return made;
}

bool FaultPlan::is_due(Fault& fault, std::int64_t since_ms) {
  if (fault.limit != 0 && fault.hits >= fault.limit) return false;
  if (fault.kind == FaultKind::Life) return true;  // looks at each connection's age
  bool wanted = false;
  while (fault.next_at < fault.at_ms.size() && fault.at_ms[fault.next_at] <= since_ms) {
    ++fault.next_at;
    wanted = true;
  }
  if (fault.every_ms > 0 && since_ms >= fault.due_ms) {
    fault.due_ms = since_ms + fault.every_ms;
    wanted = true;
  }
  if (wanted) ++fault.hits;
  return wanted;
}

// A fault of both markets is due in each: the site that asks first does not take it from the other.
std::vector<const Fault*> FaultPlan::due(std::string_view market, std::int64_t now_ms) {
  std::vector<const Fault*> list;
  for (Fault& fault : scenario_.faults)
    if (fault.place == FaultPlace::Time && fault.market == market &&
        is_due(fault, now_ms - began_ms_))
      list.push_back(&fault);
  return list;
}

json::value FaultPlan::state() const {
  json::array list;
  for (const Fault& fault : scenario_.faults)
    list.emplace_back(json::object{{"kind", fault.name},
                                   {"market", fault.market},
                                   {"on", fault.on},
                                   {"seen", fault.seen},
                                   {"hits", fault.hits}});
  return json::object{{"seed", scenario_.seed}, {"faults", list}};
}
}  // namespace sq::exchange
