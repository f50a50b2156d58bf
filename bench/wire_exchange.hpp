// The exchange's side of wire/*: the local exchange on a thread of its own. Its traders move the
// market until the engine is ready; then it sends best prices of the same form at a given pace, and
// stamps when a price that asks for an order was due and when that order is read.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/ticks.hpp"
#include "bench/wire_pace.hpp"
#include "engine/app/live/live_clock.hpp"
#include "engine/types/decimal.hpp"
#include "tools/binance-exchange/server.hpp"
#include "tools/binance-exchange/spot_site.hpp"
#include "tools/binance-exchange/traders.hpp"

namespace sq::bench {
constexpr std::int64_t kLimitFactor = 1'000'000;
constexpr std::int64_t kAwayTicks = 5;  // of the order from the price it answers
// RFC 8410, 10.1 and 10.3.
inline constexpr const char* kPublicKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr const char* kPrivateKey =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
    "-----END PRIVATE KEY-----\n";

inline exchange::SpotSettings wire_settings(const std::vector<Instrument>& instruments) {
  exchange::SpotSettings settings;
  settings.instruments = instruments;
  exchange::Account user;
  user.name = "user";
  user.balances["BTC"].free = 1'000 * Amount::kScale;
  user.balances["USDT"].free = 1'000'000 * Amount::kScale;
  settings.accounts.push_back(user);
  return settings;
}
inline exchange::ApiKey wire_key() {
  exchange::ApiKey made;
  made.key = "K";
  made.hmac_secret = "S3CR3T";
  made.public_key_pem = kPublicKey;
  return made;
}

// A best price in the venue's own words, taken apart where the price and its number stand.
class PriceText {
 public:
  // `text` is one that the exchange sent; `tick` of the price in raw units.
  PriceText(const std::string& text, std::int64_t tick) : tick_{tick} {
    const auto [id_at, id_end] = value(text, "\"u\":");
    const auto [bid_at, bid_end] = value(text, "\"b\":\"");
    head_ = text.substr(0, id_at);
    middle_ = text.substr(id_end, bid_at - id_end);
    tail_ = text.substr(bid_end);
    id_ = std::stoull(text.substr(id_at, id_end - id_at));
    bid_ = parse_fixed<Price>(text.substr(bid_at, bid_end - bid_at)).value().raw() / (2 * tick) * 2;
  }
  // The next price: even ticks ask for an order, odd ones do not. No two in a row are the same.
  [[nodiscard]] std::string_view next(bool asks) {
    const std::int64_t ticks =
        bid_ - 4 - 2 * static_cast<std::int64_t>(++count_ % kPrices) - (asks ? 0 : 1);
    price_ = Price::from_raw(ticks * tick_);
    text_ = head_;
    text_ += std::to_string(++id_);
    text_ += middle_;
    text_ += to_text(price_);
    text_ += tail_;
    return text_;
  }

  [[nodiscard]] Price price() const noexcept { return price_; }

 private:
  static constexpr std::size_t kPrices = 256;
  static std::pair<std::size_t, std::size_t> value(const std::string& text, std::string_view key) {
    const std::size_t at = text.find(key) + key.size();
    return {at, text.find_first_not_of("0123456789.", at)};
  }
  std::int64_t tick_;
  std::string head_, middle_, tail_, text_;
  std::uint64_t id_{0};
  std::int64_t bid_{0};  // ticks, even
  Price price_{};
  std::size_t count_{0};
};

// Stands before the site: stamps the orders, keeps the last best price and who was told.
class Stamping final : public exchange::Site {
 public:
  Stamping(exchange::Site& site, std::int64_t tick) : site_{site}, tick_{tick} {}
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
      ++orders;
      // Which price it answers, its own tells: see Answering. Those before it had no order.
      const Price answered = answered_price(text);
      while (!asked.empty() && asked.front().price != answered) {
        asked.pop_front();
        ++lost;
      }
      if (!asked.empty()) {
        ticks.push_back(now - asked.front().due);
        asked.pop_front();
      }
    }
    site_.on_text(line_of(peer), text);
  }
  void on_closed(exchange::WebPeer& peer) override {
    site_.on_closed(line_of(peer));
    std::erase_if(lines_, [&](const auto& each) { return &each->peer == &peer; });
  }
  std::vector<std::uint64_t> ticks;
  struct Asked {
    Price price{};
    std::uint64_t due{0};
  };
  std::deque<Asked> asked;  // prices that wait for their orders
  std::size_t lost{0};      // that had none
  std::uint64_t orders{0};
  std::string price;  // the last best price
  exchange::WebPeer* told{nullptr};
  std::size_t order_bytes{0};

 private:
  struct Line final : exchange::WebPeer {
    Line(Stamping& of, exchange::WebPeer& to) : stamping{of}, peer{to} {}
    void send(std::string_view text, const exchange::Delivery& how) override {
      if (text.find("@bookTicker") != std::string_view::npos) {
        stamping.price = text;
        stamping.told = &peer;
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
  [[nodiscard]] Price answered_price(std::string_view text) const {
    constexpr std::string_view kKey = "\"price\":\"";
    const std::size_t at = std::min(text.find(kKey), text.size() - kKey.size()) + kKey.size();
    const auto limit = parse_fixed<Price>(text.substr(at, text.find('"', at) - at));
    return limit ? Price::from_raw(limit->raw() + kAwayTicks * tick_) : Price{};
  }
  exchange::Site& site_;
  std::int64_t tick_;
  std::vector<std::unique_ptr<Line>> lines_;
};

// The local exchange on a thread of its own.
class WireExchange {
 public:
  WireExchange(const Instrument& instrument, net::TlsContext& tls)
      : venue_{wire_settings({instrument})},
        site_{venue_, {wire_key()}},
        traders_{venue_, 42, 2'000},
        stamping_{site_, instrument.tick.raw()},
        tick_{instrument.tick.raw()} {
    site_.set_limit_factor(kLimitFactor);
    traders_.open(now_ms());
    port_ = server_.listen(0, stamping_, &tls);
  }
  // `measuring` is set when the engine has shown that it trades.
  void run(const Pace& pace, std::atomic<bool>& measuring) {
    if (!wait_for_engine()) return;
    PriceText text{stamping_.price, tick_};
    message_bytes = text.next(true).size() + 4;
    stamping_.ticks.clear();
    stamping_.asked.clear();
    stamping_.lost = 0;
    measuring.store(true);
    if (pace.closed()) {
      for (std::size_t i = 0; i < pace.rounds; ++i) {
        send(text, true, ticks_begin());
        const MonoTime end = clock_.now() + kAnswerNsMax;
        while (!stamping_.asked.empty() && clock_.now() < end) server_.turn(0, clock_.now());
        stamping_.lost += stamping_.asked.size();
        stamping_.asked.clear();
        const std::uint64_t answered = ticks_begin();
        while (ticks_begin() - answered < pace.pause) server_.turn(0, clock_.now());
      }
    } else {
      const std::uint64_t begin = ticks_begin();
      for (std::size_t i = 0; i < pace.dues.size(); ++i) {
        while (ticks_begin() - begin < pace.dues[i]) server_.turn(0, clock_.now());
        send(text, Pace::asks(i), begin + pace.dues[i]);
      }
      const MonoTime end = clock_.now() + kAnswerNsMax;
      while (!stamping_.asked.empty() && clock_.now() < end) server_.turn(0, clock_.now());
      stamping_.lost += stamping_.asked.size();
    }
  }
  std::size_t message_bytes{0};
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] Stamping& stamping() noexcept { return stamping_; }

 private:
  static constexpr std::int64_t kAnswerNsMax = kNsPerSecond / 5;
  void send(PriceText& text, bool asks, std::uint64_t due) {
    const std::string_view next = text.next(asks);
    if (asks) stamping_.asked.push_back({text.price(), due});
    stamping_.told->send(next);
  }
  // Until twenty orders have come, or half a minute.
  bool wait_for_engine() {
    const MonoTime end = clock_.now() + 30 * kNsPerSecond;
    std::int64_t said_ms = 0;
    while (stamping_.orders < 20 && clock_.now() < end) {
      server_.turn(0, clock_.now());
      const std::int64_t now = now_ms();
      if (now == said_ms) continue;
      traders_.act(now);
      site_.publish(now);
      said_ms = now;
    }
    const MonoTime quiet = clock_.now() + kAnswerNsMax;
    while (clock_.now() < quiet) server_.turn(0, clock_.now());
    return stamping_.orders >= 20 && stamping_.told != nullptr;
  }
  [[nodiscard]] std::int64_t now_ms() const { return clock_.wall().ns / kNsPerMs; }
  app::LiveClock clock_;
  exchange::SpotExchange venue_;
  exchange::SpotSite site_;
  exchange::Traders traders_;
  Stamping stamping_;
  exchange::Server server_;
  std::int64_t tick_;
  std::uint16_t port_{0};
};

}  // namespace sq::bench
