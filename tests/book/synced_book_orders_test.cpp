// Every order in which snapshot and updates can arrive, and faulty deliveries: the book equals the
// venue's or is not LIVE.
#include <catch2/catch.hpp>
#include <deque>

#include "tests/book/venue_model.hpp"

namespace sq::book {
namespace {
// A stream that starts in the middle: updates at and after `from`.
struct Session {
  explicit Session(DepthChain chain) : venue{chain, 17} {
    while (venue.id() < 60) venue.step();
    before = venue.flush().header().kind == RecordKind::DepthUpdate ? venue.id() : 0;
    for (int i = 0; i < 4; ++i) {
      const std::uint64_t until = venue.id() + 12;
      while (venue.id() < until || !venue.has_update()) {
        venue.step();
        snapshots.push_back(venue.snapshot());
      }
      updates.push_back(venue.flush());
    }
    for (int i = 0; i < 5; ++i) {
      venue.step();
      snapshots.push_back(venue.snapshot());
    }
  }
  VenueModel venue;
  std::uint64_t before{0};  // last id before the stream opened
  std::vector<DepthRecord> updates;
  std::vector<DepthRecord> snapshots;  // at every id while the stream is open
};

std::uint64_t last_id(const DepthRecord& record) {
  return payload_of<DepthHeader>(record.header()).last_id;
}
}  // namespace

TEST_CASE(
    "a snapshot of any id at any place among complete updates ends LIVE and equal to the venue") {
  const DepthChain chain = GENERATE(DepthChain::Contiguous, DepthChain::Linked);
  const Session session{chain};
  for (const DepthRecord& snapshot : session.snapshots) {
    for (std::size_t place = 0; place <= session.updates.size(); ++place) {
      SyncedBook book{test_settings()};
      for (std::size_t i = 0; i <= session.updates.size(); ++i) {
        if (i == place) book.on_snapshot(snapshot.header());
        REQUIRE(false_claim(book, session.venue, 0) == std::string{});
        if (i == session.updates.size()) break;
        book.on_depth(session.updates[i].header());
        REQUIRE(false_claim(book, session.venue, 0) == std::string{});
      }
      CAPTURE(chain, last_id(snapshot), place);
      CHECK(book.state() == BookState::Live);
      CHECK(book.last_id() == std::max(last_id(snapshot), last_id(session.updates.back())));
      CHECK(book.counters().gaps == 0);
    }
  }
}

TEST_CASE(
    "the oldest snapshot that bridges is the one right before the stream, and one id older never "
    "does") {
  const DepthChain chain = GENERATE(DepthChain::Contiguous, DepthChain::Linked);
  const Session session{chain};
  const std::uint64_t reached = session.before;
  for (std::size_t place = 0; place <= session.updates.size(); ++place) {
    for (const std::uint64_t id : {reached, reached - 1}) {
      SyncedBook book{test_settings()};
      for (std::size_t i = 0; i <= session.updates.size(); ++i) {
        if (i == place) {
          book.on_snapshot(snapshot_of(chain, id, {level_at(1, 1)}, {level_at(9'000, 1)}).header());
        }
        if (i < session.updates.size()) book.on_depth(session.updates[i].header());
      }
      CAPTURE(chain, place, id, reached);
      CHECK(book.state() == (id == reached ? BookState::Live : BookState::Syncing));
      CHECK(book.counters().snapshots_refused == (id == reached ? 0 : 1));
    }
  }
}

TEST_CASE("any one lost update makes the book not LIVE until a later snapshot bridges") {
  const DepthChain chain = GENERATE(DepthChain::Contiguous, DepthChain::Linked);
  const Session session{chain};
  for (std::size_t lost = 0; lost + 1 < session.updates.size(); ++lost) {
    SyncedBook book{test_settings()};
    book.on_depth(update_of(chain, {1, session.before, 0}, {}, {}).header());
    book.on_snapshot(snapshot_of(chain, session.before, {level_at(1, 1)}, {}).header());
    REQUIRE(book.state() == BookState::Live);
    for (std::size_t i = 0; i < session.updates.size(); ++i) {
      if (i != lost) book.on_depth(session.updates[i].header());
      CHECK((book.state() == BookState::Live) == (i <= lost));
    }
    CHECK(book.counters().gaps == 1);
    for (const DepthRecord& snapshot : session.snapshots) {
      if (last_id(snapshot) + 1 < last_id(session.updates[lost])) continue;
      SyncedBook again = [&] {
        SyncedBook other{test_settings()};
        other.on_depth(update_of(chain, {1, session.before, 0}, {}, {}).header());
        other.on_snapshot(snapshot_of(chain, session.before, {level_at(1, 1)}, {}).header());
        for (std::size_t i = 0; i < session.updates.size(); ++i) {
          if (i != lost) other.on_depth(session.updates[i].header());
        }
        return other;
      }();
      again.on_snapshot(snapshot.header());
      CAPTURE(chain, lost, last_id(snapshot), last_id(session.updates[lost]));
      CHECK(false_claim(again, session.venue, 0) == std::string{});
      if (last_id(snapshot) >= last_id(session.updates[lost])) {
        CHECK(again.state() == BookState::Live);
        CHECK(again.counters().resyncs == 1);
      }
    }
  }
}

namespace {
// Loses, doubles, swaps and delays messages; asks for snapshots that arrive late.
class FaultyLink {
 public:
  FaultyLink(DepthChain chain, std::uint64_t seed) : random_{seed}, venue_{chain, seed + 1000} {}

  // Empty: no false claim.
  const char* step() {
    now_ = now_ + kNsPerMs * static_cast<std::int64_t>(random_() % 5);
    venue_.step();
    if (chance(12) && venue_.has_update()) send(venue_.flush(now_));
    if (chance(12)) deliver_top();
    if (snapshot_ && chance(20)) {
      snapshot_->header().mono = now_;
      book_.on_snapshot(snapshot_->header());
      snapshot_.reset();
    } else if (!snapshot_ && chance(book_.state() == BookState::Live ? 400 : 10)) {
      snapshot_ = venue_.snapshot();
    }
    if (chance(1'500)) disconnect();
    if (chance(50)) book_.on_time(now_);
    live_ += book_.state() == BookState::Live;
    return false_claim(book_, venue_, top_id_);
  }
  [[nodiscard]] const SyncedBook& book() const { return book_; }
  [[nodiscard]] int live_steps() const { return live_; }

 private:
  bool chance(std::uint64_t one_in) { return random_() % one_in == 0; }
  void send(DepthRecord record) {
    if (chance(150)) return;                  // lost
    if (chance(60)) link_.push_back(record);  // doubled
    link_.push_back(std::move(record));
    if (link_.size() > 1 && chance(60)) std::swap(link_.back(), *(link_.end() - 2));
    while (link_.size() > 2 || (!link_.empty() && chance(2))) {
      link_.front().header().mono = now_;
      book_.on_depth(link_.front().header());
      link_.pop_front();
    }
  }
  void deliver_top() {
    tops_.push_back(venue_.top(now_));
    if (tops_.size() > 1 && chance(5)) std::swap(tops_.back(), tops_.front());
    while (tops_.size() > 1) {
      auto top = tops_.front();
      tops_.pop_front();
      if (chance(10)) continue;  // lost
      top.header.mono = now_;
      book_.on_top(top.header);
      top_id_ = std::max(top_id_, top.payload.update_id);
    }
  }
  void disconnect() {
    book_.on_disconnect();
    link_.clear();
    tops_.clear();
    top_id_ = 0;
  }

  std::mt19937_64 random_;
  VenueModel venue_;
  SyncedBook book_{test_settings()};
  std::deque<DepthRecord> link_;
  std::deque<Record<TopOfBook>> tops_;
  std::optional<DepthRecord> snapshot_;
  MonoTime now_{};
  std::uint64_t top_id_{0};
  int live_{0};
};
}  // namespace

TEST_CASE(
    "with messages lost, doubled, swapped and late the book equals the venue's or is not LIVE") {
  const DepthChain chain = GENERATE(DepthChain::Contiguous, DepthChain::Linked);
  int live = 0;
  std::uint64_t gaps = 0;
  std::uint64_t resyncs = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    FaultyLink link{chain, seed};
    for (int i = 0; i < 4'000; ++i) {
      const char* wrong = link.step();
      if (*wrong != '\0') FAIL("seed " << seed << " step " << i << ": " << wrong);
    }
    live += link.live_steps();
    gaps += link.book().counters().gaps;
    resyncs += link.book().counters().resyncs;
    CHECK(link.book().counters().off_tick == 0);
  }
  CHECK(live > 12 * 4'000 / 2);
  CHECK(gaps > 20);
  CHECK(resyncs > 20);
}
}  // namespace sq::book
