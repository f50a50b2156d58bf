// The exchange's side of wire/*: the local exchange on a thread of its own, stamping when a best
// price leaves and when an order arrives.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/ticks.hpp"
#include "engine/app/live/live_clock.hpp"
#include "tools/binance-exchange/server.hpp"
#include "tools/binance-exchange/spot_site.hpp"
#include "tools/binance-exchange/traders.hpp"

namespace sq::bench {
constexpr std::int64_t kLimitFactor = 1'000'000;
// RFC 8410, 10.1 and 10.3.
inline constexpr const char* kPublicKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr const char* kPrivateKey =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
    "-----END PRIVATE KEY-----\n";

// The exchange's end: stamps when a best price leaves and when an order arrives.
class Stamping final : public exchange::Site {
 public:
  explicit Stamping(exchange::Site& site) : site_{site} {}
  [[nodiscard]] exchange::WebAnswer on_request(const exchange::WebRequest& request) override {
    return site_.on_request(request);
  }
  [[nodiscard]] std::optional<exchange::WebAnswer> on_open(exchange::WebPeer& peer) override {
    lines_.push_back(std::make_unique<Line>(*this, peer));
    auto refused = site_.on_open(*lines_.back());
    if (refused) lines_.pop_back();
    return refused;
  }
  void on_text(exchange::WebPeer& peer, std::string_view text) override {
    if (text.find("order.place") != std::string_view::npos) {
      const std::uint64_t now = ticks_end();
      order_bytes = text.size() + 8;
      if (out != 0) {
        ticks.push_back(now - out);
        out = 0;
        ++answered;
      }
    }
    site_.on_text(line_of(peer), text);
  }
  void on_closed(exchange::WebPeer& peer) override {
    site_.on_closed(line_of(peer));
    std::erase_if(lines_, [&](const auto& each) { return &each->peer == &peer; });
  }
  std::vector<std::uint64_t> ticks;
  std::uint64_t out{0};  // when the price left; 0: it was answered
  std::uint64_t answered{0};
  std::size_t message_bytes{0};
  std::size_t order_bytes{0};

 private:
  struct Line final : exchange::WebPeer {
    Line(Stamping& of, exchange::WebPeer& to) : stamping{of}, peer{to} {}
    void send(std::string_view text, const exchange::Delivery& how) override {
      const bool price = text.find("@bookTicker") != std::string_view::npos;
      if (price) {
        stamping.message_bytes = text.size() + 4;
        stamping.out = ticks_begin();
      }
      peer.send(text, how);
    }
    void close(std::uint16_t code, std::string_view reason) override { peer.close(code, reason); }
    void drop() override { peer.drop(); }
    [[nodiscard]] const exchange::WebRequest& request() const noexcept override {
      return peer.request();
    }
    [[nodiscard]] std::size_t unsent() const noexcept override { return peer.unsent(); }
    Stamping& stamping;
    exchange::WebPeer& peer;
  };
  exchange::WebPeer& line_of(exchange::WebPeer& peer) {
    for (auto& each : lines_)
      if (&each->peer == &peer) return *each;
    return peer;
  }
  exchange::Site& site_;
  std::vector<std::unique_ptr<Line>> lines_;
};

// The local exchange on a thread of its own.
class WireExchange {
 public:
  WireExchange(const Instrument& instrument, net::TlsContext& tls)
      : venue_{settings_of(instrument)},
        site_{venue_, {key()}},
        traders_{venue_, 42, 2'000},
        stamping_{site_} {
    site_.set_limit_factor(kLimitFactor);
    traders_.open(now_ms());
    port_ = server_.listen(0, stamping_, &tls);
  }
  // Until `rounds` prices were answered, or two minutes.
  void run(std::size_t rounds) {
    std::int64_t said_ms = 0;
    const MonoTime end = clock_.now() + 120 * kNsPerSecond;
    while (stamping_.answered < rounds && clock_.now() < end) {
      server_.turn(0, clock_.now());
      const std::int64_t now = now_ms();
      // A price that was not answered (the engine was not ready) is forgotten.
      if (stamping_.out != 0 && now - said_ms < 20) continue;
      stamping_.out = 0;
      traders_.act(now);
      site_.publish(now);
      said_ms = now;
    }
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] Stamping& stamping() noexcept { return stamping_; }

 private:
  static exchange::SpotSettings settings_of(const Instrument& instrument) {
    exchange::SpotSettings settings;
    settings.instruments = {instrument};
    exchange::Account user;
    user.name = "user";
    user.balances["BTC"].free = 1'000 * Amount::kScale;
    user.balances["USDT"].free = 1'000'000 * Amount::kScale;
    settings.accounts.push_back(user);
    return settings;
  }
  static exchange::ApiKey key() {
    exchange::ApiKey made;
    made.key = "K";
    made.hmac_secret = "S3CR3T";
    made.public_key_pem = kPublicKey;
    return made;
  }
  [[nodiscard]] std::int64_t now_ms() const { return clock_.wall().ns / kNsPerMs; }
  app::LiveClock clock_;
  exchange::SpotExchange venue_;
  exchange::SpotSite site_;
  exchange::Traders traders_;
  Stamping stamping_;
  exchange::Server server_;
  std::uint16_t port_{0};
};

}  // namespace sq::bench
