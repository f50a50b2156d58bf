// What a scenario does to a site: /control/, faults of time, and the last hand on each event.
#include "engine/types/decimal.hpp"
#include "tools/binance-exchange/site.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;
constexpr std::uint16_t kGoingAway = 1001;
}  // namespace

WebAnswer ExchangeSite::fail(const Failure& failure, std::int64_t now_ms) const {
  json::object body{{"code", failure.code}, {"msg", failure.message}};
  if (!failure.data.is_null()) body["data"] = failure.data;
  WebAnswer answer{failure.status, json::serialize(body)};
  if (failure.status == 429 || failure.status == 418)
    answer.headers.emplace_back("Retry-After",
                                std::to_string(limits_.retry_after_s(failure.status, now_ms)));
  return answer;
}

void ExchangeSite::check_maintenance(std::int64_t now_ms) const {
  if (now_ms < maintenance_until_ms_)
    throw Failure{503, -1016, "This service is no longer available.", {}};
}

// What the exchange holds, and what it was asked.
json::value ExchangeSite::state() {
  json::object all = venue_.state().get_object();
  all["requests"] = counters_.requests;
  all["badSignatures"] = counters_.bad_signatures;
  all["limited"] = limits_.limited();
  all["banned"] = limits_.banned();
  all["limitFactor"] = limits_.factor();
  all["connections"] = peers_.size();
  return all;
}

// Of every symbol the books that were published last, each with its number.
json::object ExchangeSite::published_books() const {
  json::object all;
  const auto levels = [](const std::vector<Best>& from) {
    json::array list;
    for (const Best& each : from)
      list.push_back(json::array{to_text(each.price), to_text(each.qty)});
    return list;
  };
  for (const auto& [symbol, market] : venue_.markets()) {
    json::array books;
    for (const SymbolMarket::PublishedBook& each : market->published())
      books.push_back({{"id", each.id}, {"bids", levels(each.bids)}, {"asks", levels(each.asks)}});
    all[symbol] = std::move(books);
  }
  return all;
}

// GET /control/state: what the exchange holds; /control/books: the books that were published last.
// /control/scenario: GET what is set and what it did, POST another one as TOML, DELETE it.
WebAnswer ExchangeSite::control(const WebRequest& request) {
  const auto say = [](int status, const std::string& text) {
    return WebAnswer{status, json::serialize(json::object{{"error", text}})};
  };
  if (request.path == "/control/state" && request.method == "GET")
    return {200, json::serialize(state())};
  if (request.path == "/control/books" && request.method == "GET")
    return {200, json::serialize(published_books())};
  if (request.path != "/control/scenario" || faults_ == nullptr)
    return say(404, "there is /control/scenario, /control/state and /control/books");
  if (request.method == "DELETE") {
    faults_->set({}, clock_());
  } else if (request.method == "POST") {
    try {
      faults_->set(scenario_of(request.body), clock_());
    } catch (const std::exception& error) {
      return say(400, error.what());
    }
  } else if (request.method != "GET") {
    return say(405, "GET, POST or DELETE");
  }
  return {200, json::serialize(faults_->state())};
}

void ExchangeSite::deliver(Peer& peer, FaultPlace place, std::string_view name, std::string text,
                           bool binary) {
  ++counters_.events;
  if (faults_ == nullptr || faults_->empty()) {
    Delivery plain;
    plain.binary = binary;
    peer.peer->send(text, plain);
    return;
  }
  EventFault fault = faults_->on_event(place, settings_.market, name);
  if (fault.cut) {
    peer.peer->close(kGoingAway, "");
    return;
  }
  fault.delivery.binary = binary;
  if (fault.drift && !binary) {
    // A kind that nobody knows, then the event in another shape.
    json::value unknown = json::object{{"e", "neverHeardOf"}, {"E", now_ms()}, {"x", nullptr}};
    if (peer.combined) unknown = json::object{{"stream", "!news"}, {"data", unknown}};
    if (peer.api) unknown = json::object{{"subscriptionId", 0}, {"event", unknown}};
    peer.peer->send(json::serialize(unknown));
    text = drifted(text);
  }
  peer.peer->send(text, fault.delivery);
}

void ExchangeSite::announce_shutdown(std::int64_t now_ms) {
  const json::object event{{"e", "serverShutdown"}, {"E", now_ms}};
  for (auto& [web, peer] : peers_) {
    json::object said = event;
    if (peer.api) said = {{"event", event}};
    if (peer.combined) said = {{"stream", "!serverShutdown"}, {"data", event}};
    peer.leaves = true;
    web->send(json::serialize(said));
  }
}

void ExchangeSite::act(const Fault& fault, std::int64_t now_ms) {
  switch (fault.kind) {
    case FaultKind::Cut:
      for (auto& [web, peer] : peers_) web->close(kGoingAway, "");
      break;
    case FaultKind::Shutdown:
      announce_shutdown(now_ms);
      shutdown_ms_ = now_ms + fault.delay_ms;
      break;
    case FaultKind::Life:
      for (auto& [web, peer] : peers_)
        if (now_ms - peer.connected_ms >= fault.age_ms) web->close(kGoingAway, "");
      break;
    case FaultKind::ListenKeys:
      end_user_streams(now_ms);
      break;
    case FaultKind::Maintenance:
      maintenance_until_ms_ = now_ms + fault.for_ms;
      for (auto& [web, peer] : peers_) web->drop();
      break;
    case FaultKind::Revoke: {
      revoked_until_ms_ = clock_() + fault.for_ms;
      const json::object error{{"code", -2015},
                               {"msg", "Invalid API-key, IP, or permissions for action."}};
      for (auto& [web, peer] : peers_) {
        if (peer.account < 0) continue;
        peer.account = -1;
        peer.subscriptions.clear();
        web->send(
            json::serialize(json::object{{"id", nullptr}, {"status", 401}, {"error", error}}));
      }
      break;
    }
    case FaultKind::Clock:
      clock_until_ms_ = clock_() + fault.for_ms;
      clock_shift_ms_ = fault.shift_ms;
      break;
    case FaultKind::Ban:
      limits_.ban_until(now_ms + fault.for_ms);
      break;
    default:
      break;
  }
}

void ExchangeSite::act_on_time(std::int64_t now_ms) {
  if (faults_ != nullptr && !faults_->empty())
    for (const Fault* fault : faults_->due(settings_.market, clock_())) act(*fault, now_ms);
  if (shutdown_ms_ == 0 || now_ms < shutdown_ms_) return;
  shutdown_ms_ = 0;
  for (auto& [web, peer] : peers_)
    if (peer.leaves) web->close(kGoingAway, "");
}
}  // namespace sq::exchange
