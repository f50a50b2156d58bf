// A SoupBinTCP stream in a file: the bytes a client received, one connection after the other.
// A login that is accepted further on than the last message is a gap; messages that come again
// after it are dropped and counted.
// Thread: one. Cost: a few ns a message. Errors: AnomalyLog.
// Source: Nasdaq SoupBinTCP 3.00 (2017-02-22).
#pragma once

#include "engine/feed/itch/file_source.hpp"
#include "engine/feed/itch/soup_bin.hpp"

namespace sq::feed::itch {
class SoupFile final : public FileSource {
 public:
  SoupFile(ByteReader& bytes, AnomalyLog& anomalies) : bytes_{bytes}, anomalies_{anomalies} {}
  [[nodiscard]] bool next(FramedMessage& out) override;
  void report(FileCounters& counters) const override;

 private:
  void accepted(std::span<const std::byte> payload);
  [[gnu::cold]] void end_of_file();

  ByteReader& bytes_;
  AnomalyLog& anomalies_;
  std::size_t given_{0};
  SoupSessionName session_;
  bool open_{false};
  bool ended_{false};
  std::uint64_t arriving_{0};  // of the next sequenced packet
  std::uint64_t expected_{0};  // the first not given yet
  std::uint64_t gaps_{0};
  std::uint64_t missing_{0};
  std::uint64_t duplicates_{0};
  std::uint64_t logins_{0};
  std::uint64_t heartbeats_{0};
  std::uint64_t debug_{0};
  std::uint64_t ends_{0};
};
}  // namespace sq::feed::itch
