// What the venue's best-price stream says the rebuilt book must be.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>

#include "engine/book/synced_book.hpp"
#include "tests/book/book_model.hpp"

namespace sq::book {
inline void feed(SyncedBook& book, const RecordHeader& record) {
  if (record.kind == RecordKind::DepthUpdate) book.on_depth(record);
  if (record.kind == RecordKind::DepthSnapshot) book.on_snapshot(record);
  if (record.kind == RecordKind::TopOfBook) book.on_top(record);
}

// Best prices by update id, from both streams; compares when the second of a pair comes.
class Oracle {
  struct Best {
    Level bid{};
    Level ask{};
  };

 public:
  void depth_at(std::uint64_t id, Level bid, Level ask) { compare(depth_, tops_, id, {bid, ask}); }
  void top_at(std::uint64_t id, Level bid, Level ask) { compare(tops_, depth_, id, {bid, ask}); }
  // Best prices are sent at every change, so the newest at or before an update holds there too.
  // Returns how many updates could be compared and how many differ.
  [[nodiscard]] std::pair<std::size_t, std::size_t> compare_all() const {
    const std::map<std::uint64_t, Best> tops{tops_.begin(), tops_.end()};
    std::pair<std::size_t, std::size_t> result;
    for (const auto& [id, best] : depth_) {
      const auto after = tops.upper_bound(id);
      if (after == tops.begin() || after == tops.end()) continue;
      ++result.first;
      result.second += !equal(std::prev(after)->second, best);
    }
    return result;
  }
  [[nodiscard]] std::size_t shared() const { return shared_; }
  [[nodiscard]] std::size_t different() const { return different_; }

 private:
  using ById = std::unordered_map<std::uint64_t, Best>;
  void compare(ById& own, const ById& other, std::uint64_t id, Best best) {
    if (!own.emplace(id, best).second) return;
    const auto found = other.find(id);
    if (found == other.end()) return;
    ++shared_;
    different_ += !equal(found->second, best);
  }
  static bool equal(const Best& a, const Best& b) {
    return same(a.bid, b.bid) && same(a.ask, b.ask);
  }
  ById depth_;
  ById tops_;
  std::size_t shared_{0};
  std::size_t different_{0};
};
}  // namespace sq::book
