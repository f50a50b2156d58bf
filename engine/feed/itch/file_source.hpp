// The messages of a file of ITCH 5.0, whatever framing it has: BinaryFILE, a SoupBinTCP stream as a
// client received it, or a capture of MoldUDP64 packets. Each is told by its first bytes.
// Thread: one, cold. Cost: BinaryFILE about 1 ns a message in a plain file; the others a few.
// Errors: what cannot be used goes to the AnomalyLog with its position; reading goes on behind it
// where that is possible.
// Source: Nasdaq BinaryFILE 1.00 (2010-03-30), SoupBinTCP 3.00, MoldUDP64 1.00.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "engine/feed/anomaly_log.hpp"
#include "engine/feed/byte_reader.hpp"
#include "engine/feed/market_file.hpp"
#include "engine/types/time.hpp"

namespace sq::feed::itch {
struct FramedMessage {
  std::span<const std::byte> bytes;  // unchecked; valid until the next call
  std::uint64_t position{0};         // of its frame, in the decompressed file
  WallTime received{};               // 0: the framing has no receive time
};

class FileSource {
 public:
  virtual ~FileSource() = default;
  [[nodiscard]] virtual bool next(FramedMessage& out) = 0;  // false: the end
  // Adds gaps and the framing's own counts; called when the counters are asked for.
  virtual void report(FileCounters& counters) const = 0;
};

enum class Framing : std::uint8_t { BinaryFile, SoupBin, Capture, Unknown };
[[nodiscard]] Framing framing_of(std::span<const std::byte> head) noexcept;
// Unknown is read as BinaryFile, so that the anomalies say what is wrong.
[[nodiscard]] std::unique_ptr<FileSource> open_source(Framing framing, ByteReader& bytes,
                                                      AnomalyLog& anomalies);
}  // namespace sq::feed::itch
