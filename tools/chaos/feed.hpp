// The market data connection: what of the market reaches the engine. Gaps, copies, old updates,
// silence, notices of a lost connection, crossed prices; and the snapshot that mends them.
// Thread: one. Cost: a copy a fault. Errors: none.
#pragma once

#include <vector>

#include "tools/chaos/faults.hpp"
#include "tools/chaos/market.hpp"

namespace sq::chaos {
class FeedSink {
 public:
  virtual void on_feed(RecordHeader& record) = 0;

 protected:
  ~FeedSink() = default;
};

class Feed {
 public:
  Feed(Market& market, FeedSink& sink);

  void fault(const Fault& fault, WallTime now);
  void mend(WallTime now);
  // The engine's books are empty: every instrument needs a snapshot.
  void restart(WallTime now);
  // Hands on what of `record` the engine gets, and before it what has become due.
  void pass(const RecordHeader& record, WallTime now);

 private:
  struct Line {
    WallTime down_until{};
    WallTime silent_until{};
    WallTime snapshot_at{};  // 0: none is due
    WallTime uncross_at{};
    std::uint32_t skip{0};  // so many updates do not come
    bool twice{false};
    bool down{false};
    bool cross{false};
    Level crossed{};  // shown beyond the other side, until taken away
    DepthRecord last{};
    DepthRecord old{};
  };
  void due(std::size_t i, WallTime now);
  void give_snapshot(std::size_t i);
  void status(std::size_t i, FeedEvent event);
  void give(const DepthRecord& record);
  void give_crossed(Line& line, const DepthRecord& update, bool end);
  void pass_depth(Line& line, const DepthRecord& update, WallTime now);

  Market& market_;
  FeedSink& sink_;
  std::vector<Line> lines_;
};
}  // namespace sq::chaos
