#include <array>

#include "engine/feed/itch/soup_session.hpp"
#include "engine/types/check.hpp"

namespace sq::feed::itch {
SoupServer::SoupServer(MonoTime now, std::size_t output_bytes)
    : output_{output_bytes}, connected_{now}, last_sent_{now}, last_heard_{now} {}

void SoupServer::fail(SoupProblem problem) noexcept {
  state_ = State::Failed;
  problem_ = problem;
}

bool SoupServer::put(SoupType type, std::span<const std::byte> payload, MonoTime now) noexcept {
  if (!output_.put(type, payload)) return false;
  last_sent_ = now;
  return true;
}

void SoupServer::receive(std::span<const std::byte> bytes, MonoTime now) {
  if (finished()) return;
  last_heard_ = now;
  framer_.give(bytes);
}

bool SoupServer::next(SoupEvent& out) {
  SoupPacket packet;
  while (!finished() && framer_.take(packet)) {
    if (on_packet(packet, out)) return true;
  }
  if (framer_.broken() && !finished()) fail(SoupProblem::EmptyPacket);
  return false;
}

bool SoupServer::on_packet(const SoupPacket& packet, SoupEvent& out) {
  switch (packet.type) {
    case SoupType::ClientHeartbeat:
      return false;
    case SoupType::Debug:
      out = {.kind = SoupEventKind::Debug, .payload = packet.payload};
      return true;
    case SoupType::LoginRequest:
      if (state_ != State::AwaitingLogin) break;
      if (const auto login = parse_login(packet.payload)) {
        state_ = State::Deciding;
        out = {.kind = SoupEventKind::LoginRequested, .login = *login};
        return true;
      }
      fail(SoupProblem::BadLogin);
      return false;
    case SoupType::Logout:
      state_ = State::LoggedOut;
      out = {.kind = SoupEventKind::LogoutRequested};
      return true;
    case SoupType::Unsequenced:
      if (state_ != State::Open) break;
      out = {.kind = SoupEventKind::Unsequenced, .payload = packet.payload};
      return true;
    case SoupType::LoginAccepted:
    case SoupType::LoginRejected:
    case SoupType::Sequenced:
    case SoupType::ServerHeartbeat:
    case SoupType::EndOfSession:
      break;
  }
  fail(SoupProblem::UnexpectedPacket);
  return false;
}

void SoupServer::poll(MonoTime now) {
  if (finished()) return;
  if (state_ == State::AwaitingLogin && now - connected_ >= kSoupLogin_ns)
    return fail(SoupProblem::LoginTimedOut);
  if (state_ == State::Open && now - last_heard_ >= kSoupSilence_ns)
    return fail(SoupProblem::PeerSilent);
  if (state_ == State::Open && now - last_sent_ >= kSoupHeartbeat_ns &&
      !put(SoupType::ServerHeartbeat, {}, now))
    fail(SoupProblem::OutputFull);
}

void SoupServer::accept(const SoupSessionName& session, std::uint64_t sequence, MonoTime now) {
  SQ_CHECK(sequence >= 1);
  if (state_ != State::Deciding) return;
  std::array<std::byte, kSoupAcceptBytes> payload{};
  write_accept(payload, {session, sequence});
  if (!put(SoupType::LoginAccepted, payload, now)) return fail(SoupProblem::OutputFull);
  next_sequence_ = sequence;
  state_ = State::Open;
}

void SoupServer::reject(SoupReject reason, MonoTime now) {
  if (state_ != State::Deciding) return;
  const std::array<std::byte, 1> payload{static_cast<std::byte>(reason)};
  if (!put(SoupType::LoginRejected, payload, now)) return fail(SoupProblem::OutputFull);
  state_ = State::Rejected;
}

bool SoupServer::send(std::span<const std::byte> payload, MonoTime now) {
  if (state_ != State::Open || !put(SoupType::Sequenced, payload, now)) return false;
  ++next_sequence_;
  return true;
}
bool SoupServer::send_unsequenced(std::span<const std::byte> payload, MonoTime now) {
  return state_ == State::Open && put(SoupType::Unsequenced, payload, now);
}
bool SoupServer::debug(std::string_view text, MonoTime now) {
  return state_ <= State::Open && put(SoupType::Debug, std::as_bytes(std::span{text}), now);
}
void SoupServer::end_session(MonoTime now) {
  if (state_ != State::Open) return;
  if (!put(SoupType::EndOfSession, {}, now)) return fail(SoupProblem::OutputFull);
  state_ = State::Ended;
}
}  // namespace sq::feed::itch
