#include "engine/net/connection.hpp"

#include <cstring>
#include <system_error>

#include "engine/net/wire_stamps.hpp"

namespace sq::net {
namespace {
constexpr std::size_t kReceiveBytes = 16U << 10U;
std::string text_of_errno(int error) { return std::generic_category().message(error); }
}  // namespace

Connection::Connection(ConnectionSettings settings, MonoTime now) : settings_{std::move(settings)} {
  failure_ = "no address";
  try_next(now);
}

void Connection::fail(std::string what) {
  state_ = ConnectionState::Failed;
  failure_ = std::move(what);
  socket_.close();
}

// The next address that lets itself be tried; the last problem is the one that is told.
void Connection::try_next(MonoTime now) {
  while (next_address_ < settings_.addresses.size()) {
    const Endpoint& to = settings_.addresses[next_address_++];
    int error = 0;
    socket_ = TcpSocket::connect(to, settings_.tcp, error);
    if (error == 0) {
      since_ = now;
      state_ = ConnectionState::Connecting;
      return;
    }
    failure_ = to.text() + ": " + text_of_errno(error);
  }
  fail("cannot connect to " + settings_.host + ": " + failure_);
}

void Connection::step(MonoTime now) {
  if (state_ == ConnectionState::Connecting) {
    int error = 0;
    switch (socket_.connected(error)) {
      case TcpSocket::Connected::Yes:
        on_connected(now);
        break;
      case TcpSocket::Connected::Failed:
        failure_ = settings_.addresses[next_address_ - 1].text() + ": " + text_of_errno(error);
        try_next(now);
        return;
      case TcpSocket::Connected::NotYet:
        if (now - since_ < settings_.connect_ns_max) return;
        failure_ = settings_.addresses[next_address_ - 1].text() + ": no answer";
        try_next(now);
        return;
    }
  }
  if (state_ == ConnectionState::Handshake) {
    receive_ciphertext();
    static_cast<void>(tls_->read({}));
    flush();
    look_at_tls();
    if (state_ == ConnectionState::Handshake && now - since_ >= settings_.handshake_ns_max)
      fail("no TLS handshake with " + settings_.host + " in time");
    return;
  }
  if (state_ == ConnectionState::Open) flush();
}

void Connection::on_connected(MonoTime now) {
  since_ = now;
  state_ = ConnectionState::Open;
  if (settings_.tls == nullptr) return;
  tls_.emplace(*settings_.tls, settings_.host);
  state_ = ConnectionState::Handshake;
}

void Connection::receive_ciphertext() {
  const std::uint64_t begin = wire_now();
  const auto received = socket_.receive(tls_->room(kReceiveBytes));
  if (received.bytes != 0) {
    if (wire_stamps != nullptr) [[unlikely]] {
      wire_stamps->read_begin = begin;
      wire_stamps->read_end = wire_now();
    }
    tls_->received(received.bytes);
    if (received.at.ns != 0) received_at_ = received.at;
  }
  // A reset is an end without a word: what came before can still be read.
  if (received.ended || received.error != 0) tls_->end_of_input();
}

void Connection::look_at_tls() {
  switch (tls_->state()) {
    case TlsState::Handshake:
      return;
    case TlsState::Open:
      state_ = ConnectionState::Open;
      return;
    case TlsState::Ended:
      state_ = ConnectionState::Ended;
      return;
    case TlsState::Truncated:
      state_ = ConnectionState::Truncated;
      failure_ = tls_->failure();
      return;
    case TlsState::Failed:
      return fail(settings_.host + ": " + std::string{tls_->failure()});
  }
}

std::size_t Connection::read(std::span<std::byte> to) {
  if (state_ != ConnectionState::Open || to.empty()) return 0;
  if (tls_) {
    std::size_t n = tls_->may_have_plaintext() ? tls_->read(to) : 0;
    if (n == 0 && tls_->state() == TlsState::Open) {
      receive_ciphertext();
      if (tls_->may_have_plaintext()) n = tls_->read(to);
    }
    if (n == 0) look_at_tls();
    if (n != 0) stamp_wire(&WireStamps::decrypted);
    if (!tls_->out().empty()) flush();  // an answer to a key update
    return n;
  }
  const auto received = socket_.receive(to);
  if (received.at.ns != 0) received_at_ = received.at;
  if (received.ended) state_ = ConnectionState::Ended;
  if (received.error != 0) {
    state_ = ConnectionState::Truncated;
    failure_ = text_of_errno(received.error);
  }
  return received.bytes;
}

bool Connection::write(std::span<const std::byte> bytes) {
  if (state_ != ConnectionState::Open) return false;
  stamp_wire(&WireStamps::write_begin);
  if (tls_) {
    if (!tls_->write(bytes)) {
      look_at_tls();
      return false;
    }
    stamp_wire(&WireStamps::encrypted);
  } else if (plain_.empty()) {  // straight to the socket
    const auto sent = socket_.send(bytes);
    if (sent.error != 0) {
      state_ = ConnectionState::Truncated;
      failure_ = text_of_errno(sent.error);
      return false;
    }
    plain_.append(bytes.subspan(sent.bytes));
    return true;
  } else {
    plain_.append(bytes);
  }
  flush();
  stamp_wire(&WireStamps::written);
  return true;
}

void Connection::flush() {
  SendBuffer& out = tls_ ? tls_->out() : plain_;
  if (out.empty() || !socket_) return;
  const auto sent = socket_.send(out.waiting());
  out.sent(sent.bytes);
  if (sent.error == 0) return;
  out.clear();
  if (state_ == ConnectionState::Open) {  // what the peer said before can still be read
    if (tls_) return tls_->end_of_input();
    state_ = ConnectionState::Truncated;
    failure_ = text_of_errno(sent.error);
  } else if (tls_) {
    tls_->end_of_input();
  }
}

void Connection::end() {
  if (tls_) tls_->close();
  flush();
  if (socket_) socket_.end_sending();
}
}  // namespace sq::net
