// A venue's matching side: one change of one level an update id, never crossed, and what the book
// was at every id.
#pragma once

#include <random>

#include "tests/book/book_model.hpp"
#include "tests/book/depth_records.hpp"

namespace sq::book {
class VenueModel {
 public:
  // Linked: ids are shared with other instruments, so not every id changes this book.
  VenueModel(DepthChain chain, std::uint64_t seed) : chain_{chain}, random_{seed} {
    remember();  // id 0: empty
    for (std::int64_t away = 1; away <= 20; ++away) {
      change(Side::Buy, price_at(5'000 - away), Qty::from_raw(away));
      change(Side::Sell, price_at(5'000 + away), Qty::from_raw(away));
    }
    flush();
  }

  void step() {
    if (chain_ == DepthChain::Linked && random_() % 3 == 0) {
      ++id_;  // another instrument's
      remember();
      return;
    }
    const Side side = random_() % 2 == 0 ? Side::Buy : Side::Sell;
    auto& opposite_levels = book_.levels(opposite(side));
    const std::int64_t reach = random_() % 50 == 0 ? 5'000 : 15;
    const auto away = static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(reach));
    if (opposite_levels.size() < 5) return change(opposite(side), beyond(opposite(side), 3), lot());
    const Price touch =
        side == Side::Buy ? opposite_levels.begin()->first : opposite_levels.rbegin()->first;
    if (random_() % 8 == 0) return change(opposite(side), touch, Qty{});
    const Price price = Price::from_raw(
        std::max(touch.raw() - sign_of(side) * (1 + away) * kTestTick.raw(), kTestTick.raw()));
    if (side == Side::Sell && price <= touch) return;
    change(side, price, random_() % 3 == 0 ? Qty{} : lot());
  }

  // What changed since the last call, as the venue sends it: the last quantity of each level.
  [[nodiscard]] bool has_update() const { return !changed_.empty(); }
  DepthRecord flush(MonoTime at = {}) {
    std::vector<Level> bids;
    std::vector<Level> asks;
    for (const auto& [key, qty] : changed_) {
      (key.first == Side::Buy ? bids : asks).push_back({key.second, qty});
    }
    const Ids ids{first_changed_, id_, last_sent_};
    changed_.clear();
    last_sent_ = id_;
    return update_of(chain_, ids, bids, asks, at);
  }
  [[nodiscard]] DepthRecord snapshot(MonoTime at = {}) const {
    return snapshot_of(chain_, id_, book_.sorted(Side::Buy), book_.sorted(Side::Sell), at);
  }
  [[nodiscard]] Record<TopOfBook> top(MonoTime at = {}) const {
    return top_of(id_, states_[id_].bid, states_[id_].ask, at);
  }
  [[nodiscard]] std::uint64_t id() const { return id_; }

  struct State {
    std::uint64_t checksum{0};
    Level bid{};
    Level ask{};
  };
  [[nodiscard]] const State& state_at(std::uint64_t id) const { return states_.at(id); }

 private:
  Qty lot() { return Qty::from_raw(1 + static_cast<std::int64_t>(random_() % 1'000)); }
  Price beyond(Side side, std::int64_t ticks) {
    const Level best = side == Side::Buy ? states_[id_].bid : states_[id_].ask;
    return Price::from_raw(best.price.raw() - sign_of(side) * ticks * kTestTick.raw());
  }
  void change(Side side, Price price, Qty qty) {
    ++id_;
    if (changed_.empty()) first_changed_ = chain_ == DepthChain::Contiguous ? last_sent_ + 1 : id_;
    book_.set(side, price, qty);
    mirror_.set(side, price, qty);
    changed_[{side, price}] = qty;
    remember();
  }
  void remember() {
    states_.resize(id_ + 1);
    states_[id_] = {mirror_.checksum(), mirror_.best(Side::Buy), mirror_.best(Side::Sell)};
  }

  DepthChain chain_;
  std::mt19937_64 random_;
  BookModel book_;
  L2Book mirror_{{.tick = kTestTick}};  // for its checksum; its own test compares it with BookModel
  std::map<std::pair<Side, Price>, Qty> changed_;
  std::vector<State> states_;
  std::uint64_t id_{0};
  std::uint64_t first_changed_{0};
  std::uint64_t last_sent_{0};
};

// Empty: what the book claims is what the venue's book was; else what is wrong.
inline const char* false_claim(const SyncedBook& book, const VenueModel& venue,
                               std::uint64_t top_id) {
  if (book.state() != BookState::Live) {
    return book.bid().qty == Qty{} && book.ask().qty == Qty{} ? "" : "a top although not LIVE";
  }
  const auto& state = venue.state_at(book.last_id());
  if (book.depth().checksum() != state.checksum) return "depth";
  const auto& freshest = venue.state_at(std::max(book.last_id(), top_id));
  return same(book.bid(), freshest.bid) && same(book.ask(), freshest.ask) ? "" : "top";
}
}  // namespace sq::book
