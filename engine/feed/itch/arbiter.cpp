#include "engine/feed/itch/arbiter.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "engine/types/check.hpp"

namespace sq::feed::itch {
Arbiter::Arbiter(const ArbiterSettings& settings)
    : settings_{settings},
      requests_(settings.requests_outstanding_max),
      lines_(std::max<std::size_t>(settings.lines, 1)) {
  constexpr std::size_t kLeast = 64;  // one word of bits_
  const std::size_t slots = std::bit_ceil(std::max(settings.window_messages, kLeast));
  mask_ = slots - 1;
  slots_.resize(slots);
  bits_.resize(slots / 64);
  bytes_.resize(slots * settings.message_bytes_max);
}

// The first sequence at or behind this that is (or is not) held, at most known_end_.
std::uint64_t Arbiter::first_from(std::uint64_t sequence, bool wanted) const noexcept {
  const std::uint64_t end = std::min(known_end_, expected_ + slots_.size());
  while (sequence < end) {
    const std::uint64_t word = bits_[(sequence & mask_) / 64];
    const std::uint64_t rest = (wanted ? word : ~word) >> (sequence % 64);
    if (rest != 0) {
      const auto found = sequence + static_cast<std::uint64_t>(std::countr_zero(rest));
      if (found < end) return found;
      break;  // a bit of the window's other end
    }
    sequence += 64 - sequence % 64;
  }
  return wanted ? known_end_ : end;  // behind the window nothing is held
}

// Since when the hole in front of `hole_end` is known: what showed it came then.
MonoTime Arbiter::known_since(std::uint64_t hole_end) const noexcept {
  const bool shown_by_message = hole_end < expected_ + slots_.size() && held(hole_end);
  return shown_by_message ? slots_[hole_end & mask_].received : end_known_;
}

void Arbiter::receive(std::size_t line, const MoldPacket& packet, MonoTime now) {
  SQ_CHECK(line < lines_.size() && !incoming_.open);
  LineCounters& counters = lines_[line];
  ++counters.packets;
  counters.messages += packet.count;
  counters.heard = now;
  giving_up_ = finishing_ = false;
  if (has_session_ && packet.session != session_) {
    if (has_previous_ && packet.session == previous_session_) {
      ++counters_.stale_packets;
      return;
    }
  } else if (has_session_ && packet.sequence > known_end_ + settings_.jump_max) {
    ++counters_.implausible_packets;
    return;
  }
  if (packet.sequence > UINT64_MAX / 2) {
    ++counters_.implausible_packets;
    return;
  }
  if (packet.count == 0) ++counters_.heartbeats;
  if (packet.sequence == 0 && packet.count == 0) return;
  incoming_ = {.packet = packet,
               .line = line,
               .now = now,
               .at = packet.messages.begin(),
               .sequence = packet.sequence,
               .end = packet.sequence + packet.count,
               .open = true,
               .unnumbered = packet.sequence == 0};
}

bool Arbiter::next(ArbiterMessage& out) noexcept {
  for (;;) {
    if (deliver_held(out)) return true;
    if (incoming_.open) {
      if (deliver_incoming(out)) return true;
      continue;
    }
    if (!giving_up_ || !gap_open()) return false;
    give_up_hole();
    giving_up_ = finishing_;
  }
}

bool Arbiter::deliver_held(ArbiterMessage& out) noexcept {
  if (held_count_ == 0 || !held(expected_)) return false;
  const std::uint64_t slot = expected_ & mask_;
  bits_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
  --held_count_;
  out.sequence = expected_++;
  out.bytes = {bytes_.data() + slot * settings_.message_bytes_max, slots_[slot].length};
  ++counters_.delivered;
  return true;
}

// One step: a message, or a change of state (the packet may be closed by it).
bool Arbiter::deliver_incoming(ArbiterMessage& out) noexcept {
  Incoming& in = incoming_;
  if (in.unnumbered) {
    if (in.at == in.packet.messages.end()) {
      in.open = false;
      return false;
    }
    out = {0, *in.at};
    ++in.at;
    ++counters_.unnumbered;
    return true;
  }
  if (!has_session_ || in.packet.session != session_) {
    if (has_session_ && gap_open()) {  // the old session's messages first
      give_up_hole();
    } else {
      change_session();
    }
    return false;
  }
  if (in.end > known_end_) {
    const bool same_hole = gap_open() && held_count_ == 0;
    if (!same_hole) end_known_ = in.now;
    known_end_ = in.end;
  }
  end_seen_ = end_seen_ || in.packet.end_of_session;
  while (in.sequence < expected_ && in.sequence < in.end) {
    ++in.at;
    ++in.sequence;
    ++lines_[in.line].duplicates;
  }
  if (in.sequence == in.end) {
    in.open = false;
  } else if (in.sequence == expected_) {
    out = {in.sequence, *in.at};
    ++in.at;
    ++in.sequence;
    ++expected_;
    ++lines_[in.line].first;
    ++counters_.delivered;
    return true;
  } else if (in.end - expected_ <= slots_.size()) {
    hold_incoming();
  } else {
    give_up_hole();
  }
  return false;
}

void Arbiter::hold_incoming() noexcept {
  Incoming& in = incoming_;
  in.open = false;
  for (; in.sequence != in.end; ++in.sequence, ++in.at) {
    const std::span<const std::byte> message = *in.at;
    if (held(in.sequence)) {
      ++lines_[in.line].duplicates;
      continue;
    }
    if (message.size() > settings_.message_bytes_max) {  // comes again, or is missing then
      ++counters_.oversized;
      continue;
    }
    const std::uint64_t slot = in.sequence & mask_;
    if (!message.empty())
      std::memcpy(bytes_.data() + slot * settings_.message_bytes_max, message.data(),
                  message.size());
    slots_[slot] = {static_cast<std::uint32_t>(message.size()), in.now};
    bits_[slot / 64] |= std::uint64_t{1} << (slot % 64);
    ++held_count_;
    ++lines_[in.line].first;
  }
}

// Up to the next that is there: held, or the first of the packet at hand.
void Arbiter::give_up_hole() noexcept {
  std::uint64_t to = first_from(expected_, true);
  const Incoming& in = incoming_;
  if (in.open && in.packet.session == session_ && in.sequence > expected_)
    to = std::min(to, in.sequence);
  if (to == expected_) return;
  ++counters_.gaps;
  counters_.missing += to - expected_;
  expected_ = to;
}

void Arbiter::change_session() noexcept {
  const MoldPacket& packet = incoming_.packet;
  expected_ = settings_.first_sequence != 0 ? settings_.first_sequence : packet.sequence;
  if (has_session_) {
    ++counters_.session_changes;
    previous_session_ = session_;
    has_previous_ = true;
    expected_ = 1;
  }
  session_ = packet.session;
  has_session_ = true;
  known_end_ = expected_;
  end_seen_ = false;
  request_count_ = 0;
}

void Arbiter::poll(MonoTime now) noexcept {
  if (!gap_open() || incoming_.open) return;
  const std::uint64_t hole_end = first_from(expected_, true);
  if (now - known_since(hole_end) >= settings_.gap_wait_ns) giving_up_ = true;
}

std::optional<MoldRequest> Arbiter::next_request(MonoTime now) noexcept {
  if (requests_.empty() || !gap_open() || incoming_.open) return std::nullopt;
  const auto done = [&](const Request& r) {
    return r.end <= expected_ || first_from(std::max(r.first, expected_), false) >= r.end;
  };
  const auto kept = std::remove_if(
      requests_.begin(), requests_.begin() + static_cast<std::ptrdiff_t>(request_count_), done);
  request_count_ = static_cast<std::size_t>(kept - requests_.begin());
  std::uint64_t at = expected_;
  while (at < known_end_ && at - expected_ < slots_.size()) {
    const std::uint64_t first = first_from(at, false);
    if (first >= known_end_ || first - expected_ >= slots_.size()) break;
    const std::uint64_t hole_end = std::min(first_from(first, true), expected_ + slots_.size());
    at = hole_end;
    if (now - known_since(hole_end) < settings_.request_after_ns) continue;
    if (auto request = ask(first, hole_end, now)) return request;
  }
  return std::nullopt;
}

// The first request that is due in the hole [at, end): again when one timed out, or a new one for
// what no request in flight covers.
std::optional<MoldRequest> Arbiter::ask(std::uint64_t at, std::uint64_t end,
                                        MonoTime now) noexcept {
  const auto piece_max = std::max<std::uint64_t>(settings_.request_messages_max, 1);
  while (at < end) {
    std::uint64_t to = std::min(end, at + piece_max);
    Request* covers = nullptr;
    for (std::size_t i = 0; i < request_count_; ++i) {
      Request& r = requests_[i];
      if (at >= r.first && at < r.end) covers = &r;
      if (at < r.first) to = std::min(to, r.first);
    }
    if (covers != nullptr) {
      to = std::min(end, covers->end);
      const bool due = now - covers->sent >= settings_.request_timeout_ns &&
                       covers->tries < settings_.request_tries_max;
      if (!due) {
        at = to;
        continue;
      }
      covers->sent = now;
      ++covers->tries;
    } else {
      if (request_count_ == requests_.size()) {
        at = to;
        continue;
      }
      requests_[request_count_++] = {at, to, now, 1};
    }
    ++counters_.requests;
    return MoldRequest{session_, at, static_cast<std::uint16_t>(to - at)};
  }
  return std::nullopt;
}
}  // namespace sq::feed::itch
