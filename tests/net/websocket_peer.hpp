// A scripted WebSocket peer, written without the code it tests: frames made by hand, also wrong
// ones, and the frames that come back taken apart.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/net/websocket/session.hpp"

namespace sq::test {
using Bytes = std::string;

struct MadeFrame {
  std::uint8_t opcode{1};
  Bytes payload{};
  bool fin{true};
  std::uint8_t rsv{0};
};
inline Bytes masked(Bytes payload, const Bytes& key) {
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
  return payload;
}
// As a server sends it; with a key as a client does.
inline Bytes frame(const MadeFrame& made, const Bytes& key = {}) {
  Bytes out;
  out.push_back(static_cast<char>((made.fin ? 0x80 : 0) | made.rsv << 4 | made.opcode));
  const int mask_bit = key.empty() ? 0 : 0x80;
  const std::uint64_t n = made.payload.size();
  const auto big_endian = [&](int bytes) {
    for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(n >> (8 * i) & 0xFF));
  };
  if (n < 126) {
    out.push_back(static_cast<char>(mask_bit | static_cast<int>(n)));
  } else if (n < 65536) {
    out.push_back(static_cast<char>(mask_bit | 126));
    big_endian(2);
  } else {
    out.push_back(static_cast<char>(mask_bit | 127));
    big_endian(8);
  }
  return out + key + (key.empty() ? made.payload : masked(made.payload, key));
}
inline MadeFrame text(Bytes payload, bool fin = true) { return {1, std::move(payload), fin, 0}; }
inline MadeFrame binary(Bytes payload, bool fin = true) { return {2, std::move(payload), fin, 0}; }
inline MadeFrame more(Bytes payload, bool fin = true) { return {0, std::move(payload), fin, 0}; }
inline MadeFrame ping(Bytes payload) { return {9, std::move(payload), true, 0}; }
inline MadeFrame pong(Bytes payload) { return {10, std::move(payload), true, 0}; }
inline MadeFrame closing(int code, const Bytes& reason = {}) {
  Bytes body;
  body.push_back(static_cast<char>(code >> 8));
  body.push_back(static_cast<char>(code & 0xFF));
  return {8, body + reason, true, 0};
}

// What came back, with masks taken off.
struct Heard {
  std::vector<MadeFrame> frames;
  bool masked_all{true};
  bool sound{true};  // whole frames in their shortest form, nothing left over
};
inline Heard take_apart(const Bytes& bytes) {
  Heard heard;
  std::size_t at = 0;
  const auto u8 = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  while (at + 2 <= bytes.size()) {
    MadeFrame f;
    f.fin = (u8(at) & 0x80) != 0;
    f.rsv = static_cast<std::uint8_t>(u8(at) >> 4 & 7);
    f.opcode = u8(at) & 15;
    const bool mask = (u8(at + 1) & 0x80) != 0;
    std::uint64_t n = u8(at + 1) & 0x7F;
    at += 2;
    const std::size_t extended = n == 126 ? 2 : n == 127 ? 8 : 0;
    if (extended != 0) {
      n = 0;
      for (std::size_t i = 0; i < extended; ++i) n = n << 8 | u8(at + i);
      if (n < (extended == 2 ? 126U : 65536U)) heard.sound = false;
      at += extended;
    }
    Bytes key = mask ? bytes.substr(at, 4) : Bytes(4, '\0');
    at += mask ? 4 : 0;
    if (at + n > bytes.size()) break;
    f.payload = masked(bytes.substr(at, n), key);
    at += n;
    heard.masked_all = heard.masked_all && mask;
    heard.frames.push_back(std::move(f));
  }
  heard.sound = heard.sound && at == bytes.size();
  return heard;
}
}  // namespace sq::test
