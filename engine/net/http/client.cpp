#include "engine/net/http/client.hpp"

#include <algorithm>
#include <array>

namespace sq::net {
namespace {
bool may_be_in_target(char c) { return c > 0x20 && c < 0x7F; }
bool may_be_in_value(char c) { return c == '\t' || (c >= 0x20 && c < 0x7F); }
bool all(std::string_view text, bool (*may)(char)) {
  return std::all_of(text.begin(), text.end(), may);
}
bool sound(const HttpAsk& ask) {
  if (ask.method.empty() || !all(ask.method, [](char c) { return c >= 'A' && c <= 'Z'; }))
    return false;
  if (!ask.target.starts_with('/') || !all(ask.target, may_be_in_target)) return false;
  return std::all_of(ask.headers.begin(), ask.headers.end(), [](const auto& header) {
    return !header.first.empty() &&
           all(header.first, [](char c) { return may_be_in_target(c) && c != ':'; }) &&
           all(header.second, may_be_in_value);
  });
}
std::string text_of(const HttpAsk& ask, const ConnectionSettings& to) {
  const std::uint16_t usual = to.tls != nullptr ? 443 : 80;
  std::string text;
  text.append(ask.method).append(" ").append(ask.target).append(" HTTP/1.1\r\nHost: ");
  text.append(to.host);
  if (to.port != usual) text.append(":").append(std::to_string(to.port));
  text.append("\r\n");
  for (const auto& [name, value] : ask.headers)
    text.append(name).append(": ").append(value).append("\r\n");
  const bool with_body = !ask.body.empty() || ask.method == "POST" || ask.method == "PUT";
  if (with_body)
    text.append("Content-Length: ").append(std::to_string(ask.body.size())).append("\r\n");
  return text.append("\r\n").append(ask.body);
}
}  // namespace

bool HttpClient::ask(const HttpAsk& ask, MonoTime now) {
  if (outcome_ == Outcome::Waiting || !sound(ask)) return false;
  request_ = text_of(ask, settings_.connection);
  head_request_ = ask.method == "HEAD";
  parser_ = HttpResponseParser{settings_.limits};
  parser_.expect(head_request_, false);
  outcome_ = Outcome::Waiting;
  why_.clear();
  asked_ = now;
  sent_ = heard_ = false;
  if (connection_) {
    // What came while nothing was asked, an end included, is for nobody: a new connection.
    std::array<std::byte, 1> extra{};
    const bool stale = now - idle_since_ >= settings_.idle_ns_max;
    if (stale || connection_->read(extra) != 0 || !connection_->open()) drop_connection();
  }
  if (!connection_) {
    connection_.emplace(settings_.connection, now);
    ++connections_made_;
  }
  static_cast<void>(step(now));
  return true;
}

void HttpClient::drop_connection() {
  if (connection_) connection_->close();
  connection_.reset();
}

void HttpClient::finish(Outcome outcome, std::string why) {
  outcome_ = outcome;
  why_ = std::move(why);
  if (outcome != Outcome::Answered || !parser_.keep_alive()) drop_connection();
}

HttpClient::Outcome HttpClient::step(MonoTime now) {
  if (outcome_ != Outcome::Waiting) return outcome_;
  connection_->step(now);
  if (connection_->open() && !sent_ && !send_request()) return outcome_;
  if (sent_) read_answer(now);
  if (outcome_ != Outcome::Waiting) return outcome_;
  if (connection_->state() == ConnectionState::Failed) {
    finish(sent_ ? Outcome::Unknown : Outcome::NotSent, connection_->failure());
  } else if (now - asked_ >= settings_.total_ns_max) {
    finish(sent_ ? Outcome::Unknown : Outcome::NotSent, "no whole answer in time");
  } else if (sent_ && !heard_ && now - asked_ >= settings_.first_byte_ns_max) {
    finish(Outcome::Unknown, "no answer in time");
  }
  return outcome_;
}

// Head and body in one piece. From here on it may have arrived.
bool HttpClient::send_request() {
  sent_ = true;
  if (connection_->write({reinterpret_cast<const std::byte*>(request_.data()), request_.size()}))
    return true;
  finish(Outcome::Unknown, connection_->failure());
  return false;
}

void HttpClient::read_answer(MonoTime now) {
  std::array<std::byte, 16'384> piece{};
  using State = HttpResponseParser::State;
  while (true) {
    const std::size_t n = connection_->read(piece);
    if (n == 0) {
      if (connection_->open()) return;
      parser_.end_of_input(connection_->state() == ConnectionState::Ended);
    } else {
      heard_ = true;
    }
    const std::size_t used = n == 0 ? 0 : parser_.feed({piece.data(), n});
    if (parser_.state() == State::Failed)
      return finish(Outcome::Unknown, std::string{parser_.failure()});
    if (parser_.state() == State::Done) {
      idle_since_ = now;
      finish(Outcome::Answered, {});
      // More than the answer: nothing of it is believed, and the connection is not used again.
      if (used < n) drop_connection();
      return;
    }
    if (n == 0) return finish(Outcome::Unknown, "the connection ended inside an answer");
  }
}
}  // namespace sq::net
