// Scripted faults: what goes wrong on the way in and out, by chance from one seed, at the N-th
// time, or at a time. A scenario file says which (README); a running exchange takes another one.
// Thread: the server's. Cost: a look at each fault for each message while there are any.
// Errors: a scenario that says something unknown throws std::runtime_error with what and where.
// Source: faults N01, N03, N05, N09, N11, N13, N14, N16 to N18, X01 to X08, C02, C05.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tools/binance-exchange/params.hpp"
#include "tools/binance-exchange/server.hpp"

namespace sq::exchange {
enum class FaultKind : std::uint8_t {
  Delay,        // delay_ms later; events behind it wait too, other answers do not
  Drop,         // a request: no answer; an event: lost
  Double,       // twice
  Reorder,      // behind the next one of its connection
  Split,        // in TCP segments of `bytes`
  Reset,        // RST instead
  HalfOpen,     // the connection stays and is silent from here on
  Drift,        // unknown fields and kinds, other order of keys
  Error,        // status, code and message of the scenario or of one of its short names
  Html,         // 200 with a page instead of JSON
  Ban,          // 418 for for_ms
  Cut,          // WebSocket connections are closed
  Shutdown,     // serverShutdown is told, delay_ms later they are closed
  Life,         // connections older than age_ms are closed: the venue's 24 hours, short
  ListenKeys,   // listen keys and subscriptions to user data end
  Maintenance,  // for for_ms everything is refused, connections are closed
  Revoke,       // for for_ms no key is accepted, sessions are logged off
  Clock         // for for_ms the exchange's clock is off by shift_ms
};
enum class FaultPlace : std::uint8_t { Requests, Market, User, Time };

struct Fault {
  FaultKind kind{FaultKind::Delay};
  std::string name;  // of the kind, as the scenario says it
  FaultPlace place{FaultPlace::Requests};
  std::string market;   // "spot", "usdm"; "": both
  std::string on{"*"};  // which calls, streams or events; * stands for anything
  double probability{0};
  std::vector<std::uint64_t> at;  // the N-th ones, from 1
  std::uint64_t every{0};
  std::uint64_t limit{0};  // times at most; 0: any number
  bool after{false};       // a request is carried out first
  std::int64_t delay_ms{0};
  std::size_t bytes{1};
  std::int64_t for_ms{0};
  std::int64_t age_ms{0};
  std::int64_t shift_ms{0};
  Failure failure{};
  std::vector<std::int64_t> at_ms;  // since the scenario began
  std::int64_t every_ms{0};

  std::uint64_t seen{0};
  std::uint64_t hits{0};
  std::size_t next_at{0};
  std::int64_t due_ms{0};  // of every_ms
};
// Throws std::runtime_error.
struct Scenario {
  std::uint64_t seed{1};
  std::vector<Fault> faults;
};
[[nodiscard]] Scenario scenario_of(std::string_view toml);

// What happens to one request.
struct RequestFault {
  Delivery delivery;
  bool execute{true};
  bool drift{false};
  bool html{false};
  std::optional<Failure> failure{};  // what is answered, whatever the exchange said
  std::int64_t ban_ms{0};
};
// What happens to one event.
struct EventFault {
  Delivery delivery;
  bool drift{false};
  bool cut{false};
};

class FaultPlan {
 public:
  void set(Scenario scenario, std::int64_t now_ms);
  [[nodiscard]] bool empty() const noexcept { return scenario_.faults.empty(); }

  [[nodiscard]] RequestFault on_request(std::string_view market, std::string_view call);
  [[nodiscard]] EventFault on_event(FaultPlace place, std::string_view market,
                                    std::string_view name);
  // Those of the place Time that are due: each once.
  [[nodiscard]] std::vector<const Fault*> due(std::string_view market, std::int64_t now_ms);
  // What is set, and how often each was seen and hit.
  [[nodiscard]] boost::json::value state() const;

 private:
  [[nodiscard]] bool hit(Fault& fault, FaultPlace place, std::string_view market,
                         std::string_view name);
  [[nodiscard]] static bool is_due(Fault& fault, std::int64_t since_ms);
  Scenario scenario_;
  std::mt19937_64 random_;
  std::int64_t began_ms_{0};
};
// '*' in the pattern stands for any text.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name) noexcept;
// The same message with its keys the other way round and fields that nobody knows.
[[nodiscard]] std::string drifted(std::string_view text);
}  // namespace sq::exchange
