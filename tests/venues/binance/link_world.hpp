// A whole order link against the local exchange, on real sockets of this machine: the core's two
// rings at one end, the exchange with a second user at the other. One thread turns everything.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/messaging/venue_account.hpp"
#include "engine/net/tls/tls_context.hpp"
#include "engine/risk/approval.hpp"
#include "engine/venue/request_ring.hpp"
#include "tools/binance-exchange/spot_site.hpp"
#include "tools/binance-exchange/usdm_site.hpp"
#include "venues/binance/entry/order_link.hpp"

namespace sq::test {
// Between the link and the exchange: loses what a test wants lost.
class LossySite final : public exchange::Site {
 public:
  explicit LossySite(exchange::Site& site);
  ~LossySite();

  bool lose_answers{false};   // of requests that name an order: done, and never told
  bool lose_requests{false};  // never done
  bool cut{false};            // with the next request about an order the connections end
  bool lose_events{false};    // of the user data stream
  std::function<std::optional<exchange::WebAnswer>(const exchange::WebRequest&)> rest{};
  void cut_all();  // without a word
  void tell_all(std::string_view text);

  exchange::WebAnswer on_request(const exchange::WebRequest& request) override;
  std::optional<exchange::WebAnswer> on_open(exchange::WebPeer& peer) override;
  void on_text(exchange::WebPeer& peer, std::string_view text) override;
  void on_closed(exchange::WebPeer& peer) override;
  std::uint64_t requests{0};  // of REST

 private:
  class Peer;
  exchange::Site& site_;
  std::vector<std::unique_ptr<Peer>> peers_;
};

struct LinkOptions {
  bool futures{false};
  bool ed25519{true};
  bool tls{false};
  std::int64_t funding_ms{0};  // between fundings of futures; 0: the exchange's
  int limit_factor{1};         // times the venue's rate limits
  bool session{true};          // the WebSocket API; false: REST alone
  std::function<void(binance::OrderLinkSettings&, binance::LinkSettings&)> change{};
};

class LinkWorld {
 public:
  explicit LinkWorld(const LinkOptions& options = {});

  void turn();
  // Of the link alone.
  [[nodiscard]] std::uint64_t allocations_of_a_step();
  // Turns until it is so, so many seconds at most.
  [[nodiscard]] bool until(const std::function<bool()>& so, int seconds_max = 10);
  [[nodiscard]] bool until_ready() {
    return until([this] { return link->ready(); });
  }
  void restart_link();

  // Approved and pushed, as the core does.
  OrderId place(Side side, const char* price, const char* qty,
                TimeInForce tif = TimeInForce::GoodTillCancel, bool reduce_only = false);
  void cancel(OrderId id);
  // As the core marks cancels that it decides together; `ends`: the last one says so.
  void cancel_together(const std::vector<OrderId>& ids, bool all, bool ends = true);
  void query(OrderId id);
  void query_account(std::uint64_t request);
  // The other user.
  void other(const char* side, const char* price, const char* qty, const char* tif = "GTC");

  // Reports about an order, as they came.
  [[nodiscard]] std::vector<OrderReport> reports(OrderId id) const;
  [[nodiscard]] std::vector<ReportKind> kinds(OrderId id) const;
  [[nodiscard]] bool told(OrderId id, ReportKind kind) const;
  [[nodiscard]] std::size_t count(RecordKind kind) const;
  // Payloads of a kind, as they came.
  template <class P>
  [[nodiscard]] std::vector<P> payloads(RecordKind kind) const {
    std::vector<P> found;
    for (const Told& told : told_records)
      if (told.header.kind == kind)
        found.push_back(*reinterpret_cast<const P*>(told.payload.data()));
    return found;
  }

  [[nodiscard]] exchange::Venue& venue();
  [[nodiscard]] static std::int64_t wall_ms() { return exchange::wall_ms(); }

  Instrument instrument;
  std::unique_ptr<exchange::SpotExchange> spot;
  std::unique_ptr<exchange::UsdmExchange> futures;
  std::unique_ptr<exchange::ExchangeSite> site;
  std::unique_ptr<LossySite> lossy;
  exchange::Server server;
  std::unique_ptr<net::TlsContext> server_tls;
  std::unique_ptr<net::TlsContext> client_tls;
  std::unique_ptr<auth::Signer> signer;
  risk::EgressLatch latch;
  risk::ApprovalKey key{0x1234'5678'9ABC'DEF0U, 0x0FED'CBA9'8765'4321U};
  risk::ApprovalMint mint{key};
  std::unique_ptr<binance::RateGovernor> governor;
  venue::RequestRing in{1U << 16U};
  RecordRing out{1U << 20U};
  std::unique_ptr<binance::OrderLink> link;
  struct Told {
    RecordHeader header;
    std::vector<std::byte> payload;
  };
  std::vector<Told> told_records;
  std::function<void(RecordHeader&)> take{};  // instead of told_records
  std::uint64_t orders{0};

 private:
  void make_link();
  LinkOptions options_;
  binance::LinkSettings where_;
  std::uint16_t port_{0};
};
}  // namespace sq::test
