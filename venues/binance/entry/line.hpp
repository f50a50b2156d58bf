// One WebSocket connection to the venue that says what it is for when it opens: a session of the
// WebSocket API that logs on, one that subscribes to user data, or a stream that needs no word.
// Thread: the venue's. Cost: TLS and a parse a message. Errors: state() Ended with why().
// Source: protocol facts of binance_spot 9 and 10, binance_futures 7 and 8; faults N01, N02, N13.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/net/websocket/client.hpp"
#include "venues/binance/entry/link_context.hpp"

namespace sq::binance {
enum class Greeting : std::uint8_t { None, Logon, Subscribe };

class Line;
class LineListener {
 public:
  // What is not of the greeting. `said`: valid in the call.
  virtual void on_said(Line& line, const Incoming& said) = 0;

 protected:
  ~LineListener() = default;
};

class Line {
 public:
  Line(LinkContext& context, const Server& server, std::string target, Greeting greeting,
       std::uint64_t number);

  enum class State : std::uint8_t { Opening, Greeting, Up, Ended };
  bool step(LineListener& listener);
  // False: not up, nothing was sent.
  [[nodiscard]] bool send(std::string_view text);
  void close();

  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] bool up() const noexcept { return state_ == State::Up; }
  [[nodiscard]] bool ended() const noexcept { return state_ == State::Ended; }
  [[nodiscard]] bool logged_on() const noexcept { return logged_on_; }
  [[nodiscard]] const std::string& why() const noexcept { return why_; }
  [[nodiscard]] bool key_refused() const noexcept { return key_refused_; }
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  [[nodiscard]] MonoTime up_since() const noexcept { return up_since_; }
  [[nodiscard]] std::size_t unsent() const noexcept { return client_.unsent(); }

 private:
  void greet();
  void say(std::string_view method, bool with_key);
  void on_greeted(const Incoming& said);
  void end(std::string_view why);

  LinkContext& context_;
  net::WebSocketClient client_;
  Greeting greeting_;
  State state_{State::Opening};
  std::uint64_t number_;
  std::uint64_t asked_{0};  // number of the greeting's request; its own, beyond those of orders
  bool logged_on_{false};
  bool subscribing_{false};
  bool key_refused_{false};
  MonoTime began_{};
  MonoTime up_since_{};
  std::string why_;
};
}  // namespace sq::binance
