// One connection for REST and the errands that wait for it: each errand asks as often as it needs,
// one request after the other. Stamped and signed when it leaves, held while the rate limits want
// it. Thread: the venue's. Cost: HTTP. Errors: RestAnswer: answered, certainly not sent, or not
// known. Source: protocol facts of binance_spot 2 to 4, binance_futures 3; faults X01, X02, X04,
// N08, N09.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/net/http/client.hpp"
#include "venues/binance/entry/link_context.hpp"

namespace sq::binance {
enum class RestSecurity : std::uint8_t { None, Key, Signed };

struct RestAsk {
  std::string method{"GET"};
  std::string path;   // "/api/v3/order"
  std::string query;  // without stamp and signature
  RestSecurity security{RestSecurity::Signed};
  RateCost cost{};
  Purpose purpose{Purpose::Other};
  std::int64_t wait_ns_max{0};  // held for longer by rate limits: NotSent; 0: as long as it takes
};
struct RestAnswer {
  net::HttpClient::Outcome outcome{net::HttpClient::Outcome::NotSent};
  int status{0};
  std::string_view body;  // valid in the call
  std::string_view why;   // not answered
  MonoTime asked{};
  MonoTime answered{};
  [[nodiscard]] bool told() const noexcept {
    return outcome == net::HttpClient::Outcome::Answered && status >= 200 && status < 300;
  }
};

class Errand {
 public:
  virtual ~Errand() = default;
  Errand() = default;
  Errand(const Errand&) = delete;
  Errand& operator=(const Errand&) = delete;

  // What to ask now; empty: it is done.
  [[nodiscard]] virtual std::optional<RestAsk> next() = 0;
  virtual void on_answer(const RestAnswer& answer) = 0;
  // Of an order's: which; its requests never overtake each other.
  [[nodiscard]] virtual OrderId order() const noexcept { return {}; }
  // The order needs no sending any more; true: it had not left and is told so.
  [[nodiscard]] virtual bool withdraw() { return false; }
};

class RestLane {
 public:
  explicit RestLane(LinkContext& context);

  void push(std::unique_ptr<Errand> errand);
  // Before all that wait, behind those that were pushed so before; also between two requests of an
  // errand that was not.
  void push_first(std::unique_ptr<Errand> errand);
  // An order that waits here and has not left is withdrawn. True: there was one.
  [[nodiscard]] bool withdraw(OrderId id);
  // An errand of this order waits, or is on its way.
  [[nodiscard]] bool has(OrderId id) const noexcept;
  // True: something was done.
  bool step();
  [[nodiscard]] bool idle() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t waiting() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    std::unique_ptr<Errand> errand;
    bool first{false};
    std::optional<RestAsk> ask{};
    MonoTime since{};  // it waits for the rate limits
    WallTime held_until{};
    bool held{false};
  };
  [[nodiscard]] bool send(Entry& entry);
  void finish();
  void look_at_head();
  void tell(const RestAnswer& answer);

  LinkContext& context_;
  net::HttpClient client_;
  std::deque<Entry> entries_;  // the front one is served
  bool busy_{false};
  MonoTime asked_{};
};
}  // namespace sq::binance
