// Orders and the account of one market of Binance (spot or USD-M), polled: requests come from the
// core over a ring, what the venue says goes back over another, as records. Orders and cancels go
// over the WebSocket API in a session that has logged on (Ed25519) or each signed (HMAC, RSA), and
// over REST while that is not there; queries over REST; fills by the user data stream.
//
// Every order has one of three fates, never guessed: answered, certainly not sent (NotSent), or
// unknown (Unknown: the core then asks). What a lost user data stream may have missed is asked for
// before the link is ready again; orders that arrive before that are NotSent, cancels and queries
// are not held back.
//
// Thread: one, in a loop; nothing blocks. Cost: an order from the ring to the socket no allocation.
// Errors: problem() in words; a key that the venue refuses, or that may withdraw, and instruments
// that are not as the venue has them, stop the link for good: stopped().
// Source: protocol facts of binance_spot 2 to 4 and 8 to 10, binance_futures 3 and 5 to 8; controls
// A02, P11, P28, P30; faults X01 to X13, N01 to N03, N09 to N18, N20, C01, C02.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/auth/signer.hpp"
#include "engine/messaging/breakers.hpp"
#include "engine/messaging/record_ring.hpp"
#include "engine/risk/approval.hpp"
#include "engine/venue/request_ring.hpp"
#include "venues/binance/link_settings.hpp"
#include "venues/binance/rate_governor.hpp"

namespace sq::binance {
enum class MarginSetting : std::uint8_t { AsIs, Cross, Isolated };

struct OrderLinkSettings {
  std::string instance;                           // of the wire ids of this engine
  std::string api_key;                            // its public part
  AccountId account{};                            // whose the key is
  risk::ApprovalKey approval{};                   // of this process
  std::int64_t answer_ns_max{10 * kNsPerSecond};  // no answer for so long: not known
  std::int64_t order_age_ns_max{kNsPerSecond};    // an order that waits for longer never leaves
  std::size_t in_flight_max{4'096};               // requests of the WebSocket API; a power of two
  std::int64_t life_ns_max{23 * 3600 * kNsPerSecond};  // then a new connection, before the old ends
  // Key restrictions are asked at the start, where the market's host tells them (production spot):
  // a key that may withdraw is refused. "": not asked.
  std::string restrictions_path{};
  bool check_filters{true};  // exchangeInfo must be what the instruments say
  // USD-M.
  std::int64_t dead_man_ns{0};  // the venue cancels all when we are silent for so long; 0: off
  int leverage{0};              // set at the start for every instrument; 0: left as it is
  MarginSetting margin{MarginSetting::AsIs};
};

struct OrderLinkCounters {
  std::uint64_t requests{0};     // taken from the ring
  std::uint64_t orders_sent{0};  // over any way
  std::uint64_t cancels_sent{0};
  std::uint64_t by_rest{0};            // of both
  std::uint64_t together{0};           // cancels that were to leave in a message with others
  std::uint64_t not_sent{0};           // orders
  std::uint64_t unknown{0};            // orders whose fate was not told
  std::uint64_t refused_at_egress{0};  // approval missing, used, or the latch closed
  std::uint64_t held{0};               // waited for the rate limits
  std::uint64_t late_answers{0};       // after they were given up
  std::uint64_t foreign_answers{0};    // of no request of ours
  std::uint64_t malformed{0};          // messages that could not be read
  std::uint64_t events{0};             // of the user data stream
  std::uint64_t queries{0};            // answered
  std::uint64_t queries_failed{0};
  std::uint64_t connections{0};
  std::uint64_t stream_losses{0};
  std::uint64_t clock_jumps{0};
};

class OrderLink {
 public:
  // All that is passed outlives the link; `governor` is shared with the market link of the same
  // host, on the same thread. `signer`: of the key.
  OrderLink(const LinkSettings& where, const OrderLinkSettings& settings,
            const auth::Signer& signer, const risk::EgressLatch& latch, RateGovernor& governor,
            venue::RequestRing& in, RecordRing& out);
  ~OrderLink();
  OrderLink(const OrderLink&) = delete;
  OrderLink& operator=(const OrderLink&) = delete;

  // One turn; true: there was something to do.
  bool step(MonoTime now, WallTime wall);
  // Orders may leave: account and filters were checked, the user data stream runs without a gap.
  [[nodiscard]] bool ready() const noexcept;
  // For good; problem() says why.
  [[nodiscard]] bool stopped() const noexcept;
  [[nodiscard]] const std::string& problem() const noexcept;  // the latest; "": none

  // False: the venue's own timer is left to run out (kill switch, a core that does not answer).
  void keep_dead_man(bool armed) noexcept;
  // Cancels everything that works on our instruments, without the core (kill, shutdown).
  void cancel_all();
  // An orderly end: no order leaves any more; the venue's timer is switched off. Step until
  // ended().
  void end(MonoTime now);
  [[nodiscard]] bool ended() const noexcept;

  [[nodiscard]] const OrderLinkCounters& counters() const noexcept;
  // As the core's breakers want it: what a VenueState record says, now.
  [[nodiscard]] VenueState state() const noexcept;
  // The venue's clock less the local wall clock, and how far it may be off.
  [[nodiscard]] std::int64_t clock_ahead_ns() const noexcept;
  [[nodiscard]] std::int64_t clock_uncertainty_ns() const noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
}  // namespace sq::binance
