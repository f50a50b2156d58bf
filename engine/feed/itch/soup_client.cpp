#include <array>

#include "engine/feed/itch/soup_session.hpp"
#include "engine/types/check.hpp"

namespace sq::feed::itch {
SoupClient::SoupClient(const Settings& settings)
    : settings_{settings}, output_{settings.output_bytes} {}

void SoupClient::connect(MonoTime now) {
  framer_.reset();
  output_.clear();
  problem_ = SoupProblem::None;
  reject_reason_ = '\0';
  state_ = State::LoggingIn;
  connected_ = last_heard_ = now;
  SoupLogin login{.user = settings_.user,
                  .password = settings_.password,
                  .session = known_ ? session_ : settings_.session,
                  .sequence = known_ ? next_sequence_ : settings_.sequence};
  std::array<std::byte, kSoupLoginBytes> payload{};
  write_login(payload, login);
  static_cast<void>(put(SoupType::LoginRequest, payload, now));
}

void SoupClient::fail(SoupProblem problem) noexcept {
  state_ = State::Failed;
  problem_ = problem;
}

bool SoupClient::put(SoupType type, std::span<const std::byte> payload, MonoTime now) noexcept {
  if (!output_.put(type, payload)) return false;
  last_sent_ = now;
  return true;
}

void SoupClient::receive(std::span<const std::byte> bytes, MonoTime now) {
  if (state_ != State::LoggingIn && state_ != State::Open) return;
  last_heard_ = now;
  framer_.give(bytes);
}

bool SoupClient::next(SoupEvent& out) {
  SoupPacket packet;
  while ((state_ == State::LoggingIn || state_ == State::Open) && framer_.take(packet)) {
    const bool event =
        state_ == State::LoggingIn ? on_login_answer(packet, out) : on_packet(packet, out);
    if (event) return true;
  }
  if (framer_.broken() && !finished()) fail(SoupProblem::EmptyPacket);
  return false;
}

bool SoupClient::on_login_answer(const SoupPacket& packet, SoupEvent& out) {
  if (packet.type == SoupType::Debug) {
    out = {.kind = SoupEventKind::Debug, .payload = packet.payload};
    return true;
  }
  if (packet.type == SoupType::ServerHeartbeat) return false;
  if (packet.type == SoupType::LoginRejected) {
    if (!packet.payload.empty()) reject_reason_ = static_cast<char>(packet.payload[0]);
    fail(SoupProblem::Rejected);
    return false;
  }
  const auto accept =
      packet.type == SoupType::LoginAccepted ? parse_accept(packet.payload) : std::nullopt;
  if (!accept) {
    fail(packet.type == SoupType::LoginAccepted ? SoupProblem::BadLogin
                                                : SoupProblem::UnexpectedPacket);
    return false;
  }
  const bool same_session = known_ && accept->session == session_;
  const std::uint64_t wanted = same_session ? next_sequence_ : known_ ? 1 : settings_.sequence;
  if (wanted != 0 && accept->sequence > wanted) {
    ++gaps_;
    missing_ += accept->sequence - wanted;
  }
  // What comes again is dropped: only the numbers from next_sequence_ on are handed out.
  next_sequence_ = same_session && accept->sequence < wanted ? wanted : accept->sequence;
  arriving_ = accept->sequence;
  session_ = accept->session;
  known_ = true;
  state_ = State::Open;
  out = {.kind = SoupEventKind::Accepted, .sequence = next_sequence_};
  return true;
}

bool SoupClient::on_sequenced(const SoupPacket& packet, SoupEvent& out) {
  const std::uint64_t sequence = arriving_++;
  if (sequence < next_sequence_) {
    ++duplicates_;
    return false;
  }
  next_sequence_ = sequence + 1;
  out = {.kind = SoupEventKind::Sequenced, .sequence = sequence, .payload = packet.payload};
  return true;
}

bool SoupClient::on_packet(const SoupPacket& packet, SoupEvent& out) {
  switch (packet.type) {
    case SoupType::Sequenced:
      return on_sequenced(packet, out);
    case SoupType::ServerHeartbeat:
      return false;
    case SoupType::Unsequenced:
      out = {.kind = SoupEventKind::Unsequenced, .payload = packet.payload};
      return true;
    case SoupType::Debug:
      out = {.kind = SoupEventKind::Debug, .payload = packet.payload};
      return true;
    case SoupType::EndOfSession:
      state_ = State::Ended;
      out = {.kind = SoupEventKind::EndOfSession, .sequence = next_sequence_};
      return true;
    case SoupType::LoginAccepted:
    case SoupType::LoginRejected:
    case SoupType::LoginRequest:
    case SoupType::ClientHeartbeat:
    case SoupType::Logout:
      break;
  }
  fail(SoupProblem::UnexpectedPacket);
  return false;
}

void SoupClient::poll(MonoTime now) {
  if (state_ != State::LoggingIn && state_ != State::Open) return;
  if (state_ == State::LoggingIn && now - connected_ >= kSoupLogin_ns)
    return fail(SoupProblem::LoginTimedOut);
  if (state_ == State::Open && now - last_heard_ >= kSoupSilence_ns)
    return fail(SoupProblem::PeerSilent);
  if (state_ == State::Open && now - last_sent_ >= kSoupHeartbeat_ns &&
      !put(SoupType::ClientHeartbeat, {}, now))
    fail(SoupProblem::OutputFull);
}

bool SoupClient::send(std::span<const std::byte> payload, MonoTime now) {
  return state_ == State::Open && put(SoupType::Unsequenced, payload, now);
}
bool SoupClient::debug(std::string_view text, MonoTime now) {
  return state_ == State::Open && put(SoupType::Debug, std::as_bytes(std::span{text}), now);
}
void SoupClient::log_out(MonoTime now) {
  if (state_ != State::LoggingIn && state_ != State::Open) return;
  if (put(SoupType::Logout, {}, now)) {
    state_ = State::LoggedOut;
  } else {
    fail(SoupProblem::OutputFull);
  }
}
}  // namespace sq::feed::itch
