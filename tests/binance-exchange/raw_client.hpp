// A client that knows nothing but sockets, HTTP/1.1 and WebSocket frames, and the world it talks
// to: the spot exchange behind its server, in this thread, with a clock of the test's own.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cstring>
#include <map>
#include <optional>
#include <string>

#include "engine/auth/signer.hpp"
#include "engine/net/socket/tcp_socket.hpp"
#include "engine/net/websocket/session.hpp"
#include "engine/types/decimal.hpp"
#include "tools/binance-exchange/spot_site.hpp"
#include "tools/binance-exchange/usdm_site.hpp"

namespace sq::exchange {
inline constexpr const char* kSecret = "S3CR3T";

inline Instrument test_instrument(const char* symbol = "BTCUSDT") {
  Instrument btc;
  btc.symbol = Symbol{symbol};
  btc.base = *Currency::parse("BTC");
  btc.quote = btc.settle = *Currency::parse("USDT");
  btc.tick = btc.price_min = *parse_fixed<Price>("0.01");
  btc.price_max = Price::from_units(100'000);
  btc.lot = btc.qty_min = *parse_fixed<Qty>("0.001");
  btc.qty_max = Qty::from_units(100);
  btc.notional_min = 5 * Amount::kScale;
  return btc;
}
// One user with 10 BTC and 10,000 USDT; key K.
inline SpotSettings test_settings() {
  SpotSettings made;
  made.instruments = {test_instrument()};
  Account user;
  user.balances["BTC"].free = 10 * Amount::kScale;
  user.balances["USDT"].free = 10'000 * Amount::kScale;
  made.accounts.push_back(user);
  return made;
}
inline UsdmSettings test_usdm_settings() {
  UsdmSettings made;
  made.instruments = {test_instrument()};
  made.wallet = 1'000 * Amount::kScale;
  return made;
}
// The private half of the key's Ed25519 pair, and the key with the other half and a secret.
struct KeyPair {
  std::string private_pem;
  std::string public_pem;
};
inline const KeyPair& test_pair() {
  static const KeyPair pair = [] {
    EVP_PKEY* const key = ::EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    const auto text = [&](auto write) {
      BIO* const bio = ::BIO_new(::BIO_s_mem());
      write(bio);
      char* data = nullptr;
      const long size = ::BIO_get_mem_data(bio, &data);
      std::string made{data, static_cast<std::size_t>(size)};
      ::BIO_free(bio);
      return made;
    };
    KeyPair made{text([&](BIO* bio) {
                   ::PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
                 }),
                 text([&](BIO* bio) { ::PEM_write_bio_PUBKEY(bio, key); })};
    ::EVP_PKEY_free(key);
    return made;
  }();
  return pair;
}
inline ApiKey test_key() {
  ApiKey key;
  key.key = "K";
  key.hmac_secret = kSecret;
  key.public_key_pem = test_pair().public_pem;
  return key;
}

// What a test waits for comes within so many turns of the server, or it fails.
inline constexpr int kTurnsMax = 3'000;

// A site behind a server, and the clock of both.
struct World {
  FaultPlan faults;
  std::optional<Server> server{std::in_place};
  MonoTime time{kNsPerSecond};
  std::uint16_t port{0};
  ExchangeSite* served{nullptr};

  void serve(ExchangeSite& site, const char* scenario) {
    served = &site;
    port = server->listen(0, site, nullptr);
    site.set_faults(faults);
    set(scenario);
  }
  void set(const char* scenario) { faults.set(scenario_of(scenario), wall_ms()); }
  void turn() {
    server->turn(1, time);
    served->publish(wall_ms());
  }
  // So that it matters what does not come: everything that is on its way is there.
  void settle() {
    for (int i = 0; i < 20; ++i) turn();
  }
};
struct SpotWorld : World {
  SpotExchange exchange{test_settings()};
  SpotSite site{exchange, {test_key()}};
  explicit SpotWorld(const char* scenario = "") { serve(site, scenario); }
  ~SpotWorld() { server.reset(); }
  SpotWorld(const SpotWorld&) = delete;
  SpotWorld& operator=(const SpotWorld&) = delete;
};
// Somebody else's order in its first symbol.
inline void submit(SpotWorld& world, Side side, std::int32_t price, std::int32_t qty) {
  matching::NewOrder made;
  made.id = world.exchange.next_order_id();
  made.owner = world.exchange.anonymous_owner();
  made.side = side;
  made.price = Price::from_units(price);
  made.qty = Qty::from_units(qty);
  made.self_trade = matching::SelfTrade::Allow;
  REQUIRE(world.exchange.trade_anonymously(*world.exchange.markets().at("BTCUSDT"), made,
                                           wall_ms()) == matching::Refusal::None);
}
// One user with 1,000 USDT; key K.
struct UsdmWorld : World {
  UsdmExchange exchange{test_usdm_settings()};
  UsdmSite site{exchange, {test_key()}};
  explicit UsdmWorld(const char* scenario = "") { serve(site, scenario); }
  ~UsdmWorld() { server.reset(); }
  UsdmWorld(const UsdmWorld&) = delete;
  UsdmWorld& operator=(const UsdmWorld&) = delete;
};

class RawClient {
 public:
  explicit RawClient(World& world) : world_{world} {
    std::string problem;
    int error = 0;
    socket_ =
        net::TcpSocket::connect(net::resolve("127.0.0.1", world.port, problem).at(0), {}, error);
  }
  struct Answer {
    int status{0};
    std::map<std::string, std::string> headers;  // as they are written
    std::string body;
    [[nodiscard]] boost::json::object json() const { return boost::json::parse(body).as_object(); }
    [[nodiscard]] std::int64_t code() const { return json().at("code").as_int64(); }
  };
  void request(const std::string& method, const std::string& target, const std::string& body = "") {
    std::string text = method + " " + target + " HTTP/1.1\r\nHost: x\r\nX-MBX-APIKEY: K\r\n";
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    send({reinterpret_cast<const std::byte*>(text.data()), text.size()});
  }
  void signed_request(const std::string& method, const std::string& path, std::string query) {
    query += (query.empty() ? "timestamp=" : "&timestamp=") + std::to_string(wall_ms());
    const auto signature = auth::Signer::hmac(kSecret).sign(query);
    request(method, path + "?" + query + "&signature=" + std::string{signature.view()});
  }
  void order(const std::string& client_id, const std::string& price, const char* side = "BUY") {
    signed_request("POST", "/api/v3/order",
                   "symbol=BTCUSDT&type=LIMIT&timeInForce=GTC&quantity=0.1&side=" +
                       std::string{side} + "&price=" + price + "&newClientOrderId=" + client_id);
  }
  // Waits for it; empty: the connection ended, or it did not come.
  std::optional<Answer> answer(int turns = kTurnsMax) {
    for (int i = 0; i < turns; ++i) {
      if (auto made = take_answer()) return made;
      if (ended_) return std::nullopt;
      step();
    }
    return std::nullopt;
  }
  Answer ask(const std::string& method, const std::string& target, const std::string& body = "") {
    request(method, target, body);
    return answer().value_or(Answer{});
  }

  bool open(const std::string& target, const std::string& key = "") {
    const std::string header = key.empty() ? "" : "X-MBX-APIKEY: " + key + "\r\n";
    const std::string text =
        "GET " + target +
        " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
        header + "\r\n";
    send({reinterpret_cast<const std::byte*>(text.data()), text.size()});
    const auto made = answer();
    if (!made || made->status != 101) return false;
    web_.emplace(net::WebSocketSettings{}, world_.time);
    feed();
    return true;
  }
  void say(const std::string& text) {
    web_->send_text(text);
    flush();
  }
  // The next message, waited for; empty: none came.
  std::optional<std::string> message(int turns = kTurnsMax) {
    for (int i = 0; i < turns; ++i) {
      net::WebSocketSession::Message got;
      if (web_->next(got, world_.time)) {
        flush();
        binary_ = got.opcode == net::Opcode::Binary;
        return std::string{got.text()};
      }
      flush();  // of a Close, too
      if (ended_ || web_->state() == net::WebSocketState::Ended) return std::nullopt;
      step();
      feed();
    }
    return std::nullopt;
  }
  // An open WebSocket API, logged on.
  bool log_on(const std::string& path) {
    if (!open(path)) return false;
    const std::string stamp = std::to_string(wall_ms());
    const auto signature =
        auth::Signer::pem(test_pair().private_pem).sign("apiKey=K&timestamp=" + stamp);
    say(R"({"id":1,"method":"session.logon","params":{"apiKey":"K","timestamp":)" + stamp +
        R"(,"signature":")" + std::string{signature.view()} + "\"}}");
    const auto answer = message();
    return answer && boost::json::parse(*answer).as_object().at("status") == 200;
  }
  // One call of the WebSocket API: the whole answer. `params`: members, without the timestamp.
  boost::json::object call(const std::string& method, const std::string& params = "") {
    std::string text = R"({"id":7,"method":")" + method + R"(","params":{"timestamp":)";
    text += std::to_string(wall_ms()) + (params.empty() ? "" : ",") + params + "}}";
    say(text);
    while (const auto answer = message()) {
      auto made = boost::json::parse(*answer).as_object();
      if (made.contains("id")) return made;
    }
    return {};
  }
  // The next message of a kind ("e"), those before it passed over.
  std::optional<boost::json::object> event(const std::string& kind) {
    while (const auto text = message()) {
      auto object = boost::json::parse(*text).as_object();
      if (const auto* inner = object.if_contains("event")) {
        auto copy = inner->as_object();
        object = copy;
      }
      if (const auto* name = object.if_contains("e"); name != nullptr && name->as_string() == kind)
        return object;
    }
    return std::nullopt;
  }
  [[nodiscard]] bool ended() {
    world_.settle();
    read();
    return ended_;
  }
  [[nodiscard]] bool was_binary() const { return binary_; }  // the last message
  [[nodiscard]] bool was_reset() const { return error_ == ECONNRESET; }
  [[nodiscard]] std::uint16_t close_code() const { return web_->end().code; }
  // Pieces in which bytes came, by receive.
  [[nodiscard]] std::size_t pieces() const { return pieces_; }
  void step() {
    world_.turn();
    read();
  }

 private:
  void send(std::span<const std::byte> bytes) {
    for (int i = 0; i < kTurnsMax && !bytes.empty(); ++i) {
      int error = 0;
      if (socket_.connected(error) == net::TcpSocket::Connected::Yes)
        bytes = bytes.subspan(socket_.send(bytes).bytes);
      if (!bytes.empty()) world_.turn();
    }
  }
  void flush() {
    send(web_->out().waiting());
    web_->out().clear();
  }
  void read() {
    std::array<std::byte, 65'536> piece{};
    const auto got = socket_.receive(piece);
    if (got.bytes > 0) ++pieces_;
    in_.append(reinterpret_cast<const char*>(piece.data()), got.bytes);
    if (got.error != 0) error_ = got.error;
    if (got.ended || got.error != 0) ended_ = true;
  }
  void feed() {
    if (in_.empty()) return;
    const auto room = web_->room(in_.size());
    std::memcpy(room.data(), in_.data(), in_.size());
    web_->received(in_.size(), world_.time);
    in_.clear();
  }
  std::optional<Answer> take_answer() {
    const std::size_t end = in_.find("\r\n\r\n");
    if (end == std::string::npos) return std::nullopt;
    Answer made;
    made.status = std::stoi(in_.substr(9, 3));
    for (std::size_t at = in_.find("\r\n") + 2; at < end;) {
      const std::size_t stop = in_.find("\r\n", at);
      const std::size_t colon = in_.find(": ", at);
      made.headers[in_.substr(at, colon - at)] = in_.substr(colon + 2, stop - colon - 2);
      at = stop + 2;
    }
    const auto length = made.headers.find("Content-Length");
    const std::size_t bytes = length == made.headers.end() ? 0 : std::stoul(length->second);
    if (in_.size() < end + 4 + bytes) return std::nullopt;
    made.body = in_.substr(end + 4, bytes);
    in_.erase(0, end + 4 + bytes);
    return made;
  }

  World& world_;
  net::TcpSocket socket_;
  std::string in_;
  std::optional<net::WebSocketSession> web_;
  bool ended_{false};
  bool binary_{false};
  int error_{0};
  std::size_t pieces_{0};
};
}  // namespace sq::exchange
