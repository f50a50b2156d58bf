// An exchange on the wire: REST, market streams, the WebSocket API and user data streams on one
// port, as the venue's hosts have them under their own names; /control/ sets what goes wrong.
// Thread: the server's. Cost: JSON.
// Errors: the venue's own codes. Source: protocol facts of binance_spot 2 to 5, 9, 10; npm_clients
// 3 (what real clients send).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tools/binance-exchange/faults.hpp"
#include "tools/binance-exchange/rate_limits.hpp"
#include "tools/binance-exchange/server.hpp"
#include "tools/binance-exchange/venue.hpp"

namespace sq::exchange {
struct SiteCounters {
  std::uint64_t requests{0};
  std::uint64_t signed_requests{0};
  std::uint64_t bad_signatures{0};
  std::uint64_t events{0};  // of streams and users, sent
};

struct Endpoint {
  const char* method;
  const char* path;
  const char* call;
  std::int64_t weight;
  enum Security : std::uint8_t { None, Key, Signed } security;
  bool free_when_done{false};  // its weight counts only when it fails
};
struct SiteSettings {
  const char* market;  // "spot", "usdm", as scenarios call it
  std::int64_t weight_limit;
  std::vector<OrderLimit> orders;
  std::int64_t connect_weight;       // of the WebSocket API
  std::int64_t messages_per_second;  // a connection of streams may send
  std::int64_t raw_limit;            // requests in five minutes; 0: none
};

class ExchangeSite : public Site {
 public:
  ExchangeSite(Venue& venue, std::vector<ApiKey> keys, SiteSettings settings);
  virtual ~ExchangeSite() = default;
  ExchangeSite(const ExchangeSite&) = delete;
  ExchangeSite& operator=(const ExchangeSite&) = delete;

  WebAnswer on_request(const WebRequest& request) override;
  std::optional<WebAnswer> on_open(WebPeer& peer) override;
  void on_text(WebPeer& peer, std::string_view text) override;
  void on_closed(WebPeer& peer) override;

  // Streams that are due: trades and best prices at once, depth every 100 ms; faults of time.
  void publish(std::int64_t now_ms);
  // Times what the venue's limits allow; 1 is the venue's.
  void set_limit_factor(std::int64_t factor) { limits_.set_factor(factor); }
  // UTC, ms, before what goes wrong with it; the machine's unless it is set.
  void set_clock(std::function<std::int64_t()> clock) { clock_ = std::move(clock); }
  // What goes wrong; outlives the site.
  void set_faults(FaultPlan& faults) { faults_ = &faults; }
  [[nodiscard]] const SiteCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const RateLimits& limits() const noexcept { return limits_; }

 protected:
  struct Peer {
    WebPeer* peer{nullptr};
    bool api{false};                             // the WebSocket API
    bool combined{false};                        // wraps what it sends
    bool microseconds{false};                    // ?timeUnit=
    bool limits_told{true};                      // ?returnRateLimits=
    bool sbe{false};                             // events go out as binary frames
    bool leaves{false};                          // was told of a shutdown
    std::map<std::string, std::string> streams;  // lower case: as it was asked for
    int account{-1};                             // logged on
    std::string api_key;
    std::int64_t authorized_ms{0};
    std::int64_t connected_ms{0};
    std::map<int, int> subscriptions;  // user data: id -> account
    int next_subscription{0};
    std::int64_t second{0};  // of the messages it sent
    std::int64_t messages{0};
  };
  struct Published {
    std::uint64_t trade{0};
    Best bid;
    Best ask;
  };

  [[nodiscard]] virtual std::span<const Endpoint> endpoints() const = 0;
  [[nodiscard]] virtual bool open_path(const WebRequest& request, Peer& peer) = 0;
  // Empty: not a method of the session or of user data.
  [[nodiscard]] virtual std::optional<boost::json::value> user_data_call(Peer& peer,
                                                                         const std::string& method,
                                                                         const Params& params,
                                                                         std::int64_t now_ms) = 0;
  [[nodiscard]] virtual std::int64_t weight_of(const Endpoint& endpoint,
                                               const Params& params) const = 0;
  virtual void publish_trade(const std::string& symbol, const PublicTrade& trade,
                             std::int64_t now_ms) = 0;
  virtual void publish_best(const SymbolMarket& market, std::int64_t now_ms) = 0;
  virtual void publish_depth(const SymbolMarket& market, const SymbolMarket::Changes& changes,
                             std::int64_t now_ms) = 0;
  [[nodiscard]] virtual boost::json::object partial_book(const SymbolMarket& market,
                                                         std::size_t levels,
                                                         std::int64_t now_ms) const = 0;
  virtual void publish_more(std::int64_t) {}
  // All listen keys or subscriptions end, and are told so.
  virtual void end_user_streams(std::int64_t now_ms) = 0;

  // "a/b/c": names of streams.
  static void add_streams(Peer& peer, std::string_view names);
  [[nodiscard]] int api_account(const Peer& peer, const Params& params, std::int64_t now_ms);
  [[nodiscard]] const ApiKey& key_of(const std::string& name) const;
  void send_stream(const std::string& stream, const boost::json::value& data);
  // To one connection, with the faults there are. `name` is what scenarios call it.
  void deliver(Peer& peer, FaultPlace place, std::string_view name, std::string text,
               bool binary = false);
  [[nodiscard]] bool anybody_follows(const std::string& stream) const;
  // Those who want SBE; make() is called once, if at all.
  template <class Make>
  void send_sbe(const std::string& stream, Make&& make) {
    std::string message;
    for (auto& [web, peer] : peers_) {
      if (!peer.sbe || !peer.streams.contains(stream)) continue;
      if (message.empty()) message = make();
      deliver(peer, FaultPlace::Market, stream, message, true);
    }
  }
  [[nodiscard]] std::map<WebPeer*, Peer>& peers() noexcept { return peers_; }
  [[nodiscard]] Venue& venue() noexcept { return venue_; }
  [[nodiscard]] RateLimits& rate_limits() noexcept { return limits_; }

 private:
  // site.cpp
  [[nodiscard]] boost::json::value rest(const WebRequest& request, const Endpoint& endpoint,
                                        int& account, std::int64_t now_ms);
  // With weight and orders counted as they count for it.
  [[nodiscard]] boost::json::value counted_call(const Endpoint& endpoint, const Params& params,
                                                int account, std::int64_t now_ms);
  [[nodiscard]] int account_of(const WebRequest& request, const Params& params,
                               std::int64_t now_ms);
  void check_stamp(const Params& params, std::int64_t now_ms) const;
  [[nodiscard]] std::int64_t now_ms() const;  // by the exchange's clock
  [[nodiscard]] RequestFault fault_of(std::string_view call);

  // site_sockets.cpp
  [[nodiscard]] boost::json::object api_call(Peer& peer, const boost::json::object& request,
                                             RequestFault& fault, std::int64_t now_ms);
  [[nodiscard]] boost::json::value api_result(Peer& peer, const std::string& method,
                                              const Params& params, int& account,
                                              std::int64_t now_ms);
  [[nodiscard]] boost::json::value session_call(Peer& peer, const std::string& method,
                                                const Params& params, std::int64_t now_ms);
  [[nodiscard]] boost::json::object stream_call(Peer& peer, const boost::json::object& request);
  [[nodiscard]] bool too_many_messages(Peer& peer, std::int64_t now_ms);

  // site_streams.cpp
  void publish_partial_books(const SymbolMarket& market, std::int64_t now_ms);
  void publish_tickers(std::int64_t now_ms);

  // site_faults.cpp
  [[nodiscard]] WebAnswer control(const WebRequest& request);
  [[nodiscard]] boost::json::value state();
  [[nodiscard]] boost::json::object published_books() const;
  [[nodiscard]] WebAnswer fail(const Failure& failure, std::int64_t now_ms) const;
  void check_maintenance(std::int64_t now_ms) const;
  void act_on_time(std::int64_t now_ms);
  void act(const Fault& fault, std::int64_t now_ms);
  void announce_shutdown(std::int64_t now_ms);

  Venue& venue_;
  std::vector<ApiKey> keys_;
  SiteSettings settings_;
  RateLimits limits_;
  std::map<WebPeer*, Peer> peers_;
  std::function<std::int64_t()> clock_;
  FaultPlan* faults_{nullptr};
  std::int64_t maintenance_until_ms_{0};
  std::int64_t revoked_until_ms_{0};
  std::int64_t clock_until_ms_{0};
  std::int64_t clock_shift_ms_{0};
  std::int64_t shutdown_ms_{0};  // 0: none
  SiteCounters counters_;
  std::int64_t depth_due_ms_{0};
  std::int64_t tickers_due_ms_{0};
  std::map<std::string, Published> published_;
};
// Times in answers and events, in place.
void to_microseconds(boost::json::value& value);
[[nodiscard]] std::int64_t wall_ms();
[[nodiscard]] std::string lower(std::string text);
// [["price","qty"], ...]
template <class Levels>
[[nodiscard]] boost::json::array level_list(const Levels& levels, std::size_t most = SIZE_MAX) {
  boost::json::array list;
  for (const auto& [price, qty] : levels) {
    if (list.size() == most) break;
    list.emplace_back(
        boost::json::array{boost::json::string{padded(price)}, boost::json::string{padded(qty)}});
  }
  return list;
}
}  // namespace sq::exchange
