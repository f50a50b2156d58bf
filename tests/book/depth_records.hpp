// Records as a venue's decoder makes them, from a few numbers: price in whole ticks, quantity in
// lots.
#pragma once

#include <cstring>
#include <vector>

#include "engine/book/synced_book.hpp"

namespace sq::book {
constexpr Price kTestTick = Price::from_raw(100'000'000);  // 0.1
constexpr Price price_at(std::int64_t ticks) { return Price::from_raw(ticks * kTestTick.raw()); }
constexpr Level level_at(std::int64_t ticks, std::int64_t lots) {
  return {price_at(ticks), Qty::from_raw(lots)};
}

class DepthRecord {
 public:
  DepthRecord(RecordKind kind, MonoTime at, DepthHeader depth, const std::vector<Level>& bids,
              const std::vector<Level>& asks) {
    const std::size_t payload = sizeof(DepthHeader) + (bids.size() + asks.size()) * sizeof(Level);
    words_.resize(record_length(payload) / 8);
    depth.bid_count = static_cast<std::uint32_t>(bids.size());
    depth.ask_count = static_cast<std::uint32_t>(asks.size());
    RecordHeader header;
    header.kind = kind;
    header.length = record_length(payload);
    header.mono = at;
    auto* out = reinterpret_cast<std::byte*>(words_.data());
    out = put(out, &header, sizeof(header));
    out = put(out, &depth, sizeof(depth));
    out = put(out, bids.data(), bids.size() * sizeof(Level));
    put(out, asks.data(), asks.size() * sizeof(Level));
  }
  [[nodiscard]] const RecordHeader& header() const {
    return *reinterpret_cast<const RecordHeader*>(words_.data());
  }
  [[nodiscard]] RecordHeader& header() { return *reinterpret_cast<RecordHeader*>(words_.data()); }

 private:
  static std::byte* put(std::byte* out, const void* from, std::size_t bytes) {
    if (bytes != 0) std::memcpy(out, from, bytes);
    return out + bytes;
  }
  std::vector<std::uint64_t> words_;
};

struct Ids {
  std::uint64_t first{0};
  std::uint64_t last{0};
  std::uint64_t previous{0};  // Linked only
};

inline DepthRecord update_of(DepthChain chain, Ids ids, const std::vector<Level>& bids,
                             const std::vector<Level>& asks, MonoTime at = {}) {
  return {RecordKind::DepthUpdate,
          at,
          {.first_id = ids.first, .last_id = ids.last, .previous_id = ids.previous, .chain = chain},
          bids,
          asks};
}
inline DepthRecord snapshot_of(DepthChain chain, std::uint64_t id, const std::vector<Level>& bids,
                               const std::vector<Level>& asks, MonoTime at = {}) {
  return {
      RecordKind::DepthSnapshot, at, {.first_id = id, .last_id = id, .chain = chain}, bids, asks};
}
inline Record<TopOfBook> top_of(std::uint64_t id, Level bid, Level ask, MonoTime at = {}) {
  auto record = make_record(RecordKind::TopOfBook, TopOfBook{.update_id = id,
                                                             .bid_price = bid.price,
                                                             .bid_qty = bid.qty,
                                                             .ask_price = ask.price,
                                                             .ask_qty = ask.qty});
  record.header.mono = at;
  return record;
}

constexpr std::int64_t kTestStaleAfter = 5 * kNsPerSecond;
constexpr std::int64_t kTestCrossedFor = 100 * kNsPerMs;
inline SyncSettings test_settings(std::size_t pending_bytes = 1U << 16) {
  return {.l2 = {.tick = kTestTick, .window_ticks = 1024, .far_levels_max = 512},
          .stale_after_ns = kTestStaleAfter,
          .crossed_for_ns = kTestCrossedFor,
          .pending_bytes = pending_bytes};
}
}  // namespace sq::book
