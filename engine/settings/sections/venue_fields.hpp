// The keys of [[venue]]; see fields.hpp.
// Thread: start-up.
#pragma once

#include "engine/settings/sections/fields.hpp"

namespace sq::settings {
// A text that may be left out and is then empty.
template <class Io, class T, class Known>
void text_or_none(Io& io, std::string_view key, T& out, const Codec<Known>& codec) {
  if constexpr (requires { io.has(key); }) {
    io.coded(key, out, codec, Need::Optional);
  } else if (!out.empty()) {
    io.coded(key, out, codec, Need::Optional);
  }
}

template <class Io, Is<VenueConnection> T>
void fields(Io& io, T& venue) {
  io.coded("name", venue.venue, kVenueCodec, Need::Required);
  io.choice("environment", venue.environment, kEnvironments, Need::Required);
  io.coded("rest", venue.rest, kHttpUrlCodec, Need::Required);
  io.coded("stream", venue.stream, kWebSocketUrlCodec, Need::Required);
  text_or_none(io, "api", venue.api, kWebSocketUrlCodec);
  text_or_none(io, "key_file", venue.key_file, kPathCodec);
  text_or_none(io, "key_fingerprint", venue.key_fingerprint, kFingerprintCodec);
  text_or_none(io, "ca_file", venue.ca_file, kPathCodec);
  io.integer("cpu", venue.cpu, -1, kCpuMax, "CPU number, -1 is not pinned", Need::Optional);
  io.choice("market_format", venue.market_format, kMarketFormats, Need::Optional);
  io.integer("depth_ms", venue.depth_ms, 0, 1'000, "milliseconds", Need::Optional);
  io.choice("trades", venue.trades, kTradeFeeds, Need::Optional);
  io.duration("recv_window_ms", venue.recv_window_ns, 1, 60'000, Need::Optional);
  io.duration("order_age_ms_max", venue.order_age_ns_max, 1, 60'000, Need::Optional);
  io.duration("answer_wait_ms_max", venue.answer_wait_ns_max, 100, 60'000, Need::Optional);
  io.duration("silence_s_max", venue.silence_ns_max, 1, 300, Need::Optional);
  io.duration("dead_man_s", venue.dead_man_ns, 0, 600, Need::Optional);
}
}  // namespace sq::settings
