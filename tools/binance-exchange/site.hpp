// The spot exchange on the wire: REST, market streams, the WebSocket API and user data streams on
// one port, as the venue's hosts have them under their own names. Thread: the server's. Cost: JSON.
// Errors: the venue's own codes. Source: protocol facts of binance_spot 2 to 5, 9, 10; npm_clients
// 3 (what real clients send).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tools/binance-exchange/server.hpp"
#include "tools/binance-exchange/venue.hpp"

namespace sq::exchange {
struct SiteCounters {
  std::uint64_t requests{0};
  std::uint64_t signed_requests{0};
  std::uint64_t bad_signatures{0};
  std::uint64_t limited{0};  // 429
  std::uint64_t banned{0};   // 418
};

struct Endpoint {
  const char* method;
  const char* path;
  const char* call;
  std::int64_t weight;
  enum Security : std::uint8_t { None, Key, Signed } security;
};

class ExchangeSite : public Site {
 public:
  ExchangeSite(Venue& venue, std::vector<ApiKey> keys, std::int64_t weight_limit);
  virtual ~ExchangeSite() = default;
  ExchangeSite(const ExchangeSite&) = delete;
  ExchangeSite& operator=(const ExchangeSite&) = delete;

  WebAnswer on_request(const WebRequest& request) override;
  bool on_open(WebPeer& peer) override;
  void on_text(WebPeer& peer, std::string_view text) override;
  void on_closed(WebPeer& peer) override;

  // Streams that are due: trades and best prices at once, depth every 100 ms.
  void publish(std::int64_t now_ms);
  // Times what the venue's limits allow; 1 is the venue's.
  void set_limit_factor(std::int64_t factor) { limit_factor_ = factor; }
  [[nodiscard]] const SiteCounters& counters() const noexcept { return counters_; }

 protected:
  struct Peer {
    WebPeer* peer{nullptr};
    bool api{false};                             // the WebSocket API
    bool combined{false};                        // wraps what it sends
    std::map<std::string, std::string> streams;  // lower case: as it was asked for
    int account{-1};                             // logged on
    std::string api_key;
    std::int64_t authorized_ms{0};
    std::int64_t connected_ms{0};
    std::map<int, int> subscriptions;  // user data: id -> account
    int next_subscription{0};
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
  virtual void publish_trade(const std::string& symbol, const PublicTrade& trade,
                             std::int64_t now_ms) = 0;
  virtual void publish_best(const SymbolMarket& market, std::int64_t now_ms) = 0;
  virtual void publish_depth(const SymbolMarket& market, const SymbolMarket::Changes& changes,
                             std::int64_t now_ms) = 0;
  virtual void publish_more(std::int64_t) {}

  // "a/b/c": names of streams.
  static void add_streams(Peer& peer, std::string_view names);
  [[nodiscard]] int api_account(const Peer& peer, const Params& params, std::int64_t now_ms) const;
  [[nodiscard]] const ApiKey& key_of(const std::string& name) const;
  void send_stream(const std::string& stream, const boost::json::value& data);
  [[nodiscard]] std::map<WebPeer*, Peer>& peers() noexcept { return peers_; }
  [[nodiscard]] Venue& venue() noexcept { return venue_; }

 private:
  struct Window {
    std::int64_t number{0};
    std::int64_t used{0};
  };
  [[nodiscard]] boost::json::value rest(const WebRequest& request, std::int64_t now_ms);
  [[nodiscard]] int account_of(const WebRequest& request, const Params& params,
                               std::int64_t now_ms);
  void check_stamp(const Params& params, std::int64_t now_ms) const;
  std::int64_t count_weight(std::int64_t weight, std::int64_t now_ms);
  [[nodiscard]] boost::json::object api_call(Peer& peer, const boost::json::object& request,
                                             std::int64_t now_ms);
  [[nodiscard]] boost::json::value session_call(Peer& peer, const std::string& method,
                                                const Params& params, std::int64_t now_ms);
  [[nodiscard]] boost::json::object stream_call(Peer& peer, const boost::json::object& request);

  Venue& venue_;
  std::vector<ApiKey> keys_;
  std::int64_t weight_limit_;  // a minute
  std::map<WebPeer*, Peer> peers_;
  Window weight_;  // of a minute, of the one address there is
  std::int64_t banned_until_ms_{0};
  std::int64_t strikes_{0};
  std::int64_t limit_factor_{1};
  SiteCounters counters_;
  std::int64_t depth_due_ms_{0};
  std::map<std::string, Published> published_;
};
[[nodiscard]] std::int64_t wall_ms();
[[nodiscard]] std::string lower(std::string text);
// [["price","qty"], ...]
template <class Levels>
[[nodiscard]] boost::json::array level_list(const Levels& levels) {
  boost::json::array list;
  for (const auto& [price, qty] : levels)
    list.emplace_back(
        boost::json::array{boost::json::string{padded(price)}, boost::json::string{padded(qty)}});
  return list;
}
}  // namespace sq::exchange
