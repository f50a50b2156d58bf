#include "engine/wal/salvage.hpp"

#include <algorithm>

#include "engine/wal/checksum.hpp"

namespace sq::wal {
namespace {
class Search {
 public:
  Search(std::span<const std::byte> bytes, Stream stream) : bytes_{bytes}, stream_{stream} {}

  Salvage run(std::optional<std::uint64_t> seed) {
    std::uint64_t at = 0;
    while (at < bytes_.size()) {
      if (seed && possible(at)) {
        const std::uint64_t computed = checksum(*seed, at);
        const std::uint64_t next = at + record(at).length;
        const bool proven = computed == record(at).checksum;
        if (proven || follows(computed, next, record(at).sequence)) {
          take(at, *seed, computed);
          found_.healed += proven ? 0 : 1;
          open_ = proven;
          seed = computed;
          at = next;
          continue;
        }
      }
      const std::uint64_t end = last_byte(at);
      if (end == at) break;  // zeros to the end
      open_ = false;
      const auto [next, next_seed] = resume(at, end);
      found_.holes.push_back({at, next - at, last_});
      seed.reset();
      if (next == end) return std::move(found_);
      seed = next_seed;
      at = next;
    }
    found_.chain = seed;
    return std::move(found_);
  }

 private:
  struct Place {
    std::uint64_t at;
    std::uint64_t seed;
  };
  const RecordHeader& record(std::uint64_t at) const noexcept {
    return *reinterpret_cast<const RecordHeader*>(bytes_.data() + at);
  }
  std::uint64_t checksum(std::uint64_t seed, std::uint64_t at) const noexcept {
    return chain_checksum(seed, &record(at), record(at).length);
  }
  bool possible(std::uint64_t at, std::uint64_t after) const noexcept {
    return at + sizeof(RecordHeader) <= bytes_.size() &&
           plausible(record(at), bytes_.size() - at) && record(at).sequence > after &&
           record(at).kind != RecordKind::None && stream_of(record(at).kind) == stream_;
  }
  bool possible(std::uint64_t at) const noexcept { return possible(at, last_); }
  bool follows(std::uint64_t seed, std::uint64_t at, std::uint64_t after) const noexcept {
    return possible(at, after) && checksum(seed, at) == record(at).checksum;
  }
  // Behind the last byte from `at` on that is not zero, on the grid of records; `at`: all are zero.
  std::uint64_t last_byte(std::uint64_t at) const noexcept {
    std::uint64_t end = bytes_.size();
    while (end > at && bytes_[end - 1] == std::byte{0}) --end;
    const std::uint64_t used = end - at;
    return std::min<std::uint64_t>(
        bytes_.size(), at + (used + kRecordAlignment - 1) / kRecordAlignment * kRecordAlignment);
  }
  // The next proven record behind a break at `at`, and its seed; `end`: there is none.
  Place resume(std::uint64_t at, std::uint64_t end) const noexcept {
    const bool readable = at + sizeof(RecordHeader) <= bytes_.size();
    const std::uint64_t stated = readable ? record(at).checksum : 0;
    for (std::uint64_t o = at; o + sizeof(RecordHeader) <= end; o += kRecordAlignment) {
      if (!possible(o)) continue;
      if (o != at && follows(stated, o, last_)) return {o, stated};
      const std::uint64_t next = o + record(o).length;
      if (follows(record(o).checksum, next, record(o).sequence)) return {next, record(o).checksum};
    }
    return {end, 0};
  }
  void take(std::uint64_t at, std::uint64_t seed, std::uint64_t chain) {
    const RecordHeader& taken = record(at);
    if (!open_) found_.pieces.push_back({bytes_.data() + at, 0, seed, chain, taken.sequence, 0});
    Piece& piece = found_.pieces.back();
    piece.length += taken.length;
    piece.chain = chain;
    piece.last_sequence = last_ = taken.sequence;
  }

  std::span<const std::byte> bytes_;
  Stream stream_;
  Salvage found_;
  std::uint64_t last_{0};
  bool open_{false};  // the last piece goes on
};
}  // namespace

Salvage salvage(std::span<const std::byte> records, Stream stream,
                std::optional<std::uint64_t> seed) {
  return Search{records, stream}.run(seed);
}
}  // namespace sq::wal
