// BinaryFILE: each message after its length of two bytes; a length of 0 ends the session.
// Some files (RITCH's samples) have 0 for every length: then the message's type says how long it
// is. A 0 with a whole message of a known type behind it is taken so, one without is the end.
// Thread: one. Cost: about 1 ns a message. Errors: AnomalyLog.
// Source: Nasdaq BinaryFILE 1.00 (2010-03-30).
#pragma once

#include "engine/feed/itch/file_source.hpp"

namespace sq::feed::itch {
class BinaryFile final : public FileSource {
 public:
  BinaryFile(ByteReader& bytes, AnomalyLog& anomalies) : bytes_{bytes}, anomalies_{anomalies} {}
  [[nodiscard]] bool next(FramedMessage& out) override;
  void report(FileCounters& counters) const override;

 private:
  [[nodiscard]] bool without_length(FramedMessage& out);
  [[gnu::cold]] void end_of_file();

  ByteReader& bytes_;
  AnomalyLog& anomalies_;
  std::size_t given_{0};  // bytes of the message handed out
  std::uint64_t without_length_{0};
  bool ended_{false};
};
}  // namespace sq::feed::itch
