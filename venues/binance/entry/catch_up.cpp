#include "venues/binance/entry/catch_up.hpp"

#include <algorithm>

#include "venues/binance/entry/rest_paths.hpp"

namespace sq::binance {
std::optional<RestAsk> CatchUp::next() {
  if (failed_) return std::nullopt;
  if (!listed_) return ask_open_orders(context_);
  while (lookup_ || !subjects_.empty()) {
    if (!lookup_) {
      lookup_.emplace(context_, subjects_.back());
      subjects_.pop_back();
    }
    if (auto ask = lookup_->next()) return ask;
    if (lookup_->outcome() == OrderLookup::Outcome::Failed) {
      failed_ = true;
      return std::nullopt;
    }
    lookup_->report();
    lookup_.reset();
  }
  done_ = true;
  return std::nullopt;
}

void CatchUp::on_answer(const RestAnswer& answer) {
  if (lookup_) return lookup_->on_answer(answer);
  std::vector<ToldOrder> open;
  std::uint64_t last = 0;
  std::size_t rows = 0;
  if (!answer.told() || !context_.reader.read_orders(answer.body, open, last, rows)) {
    failed_ = true;
    return;
  }
  listed_ = true;
  compare(open);
}

void CatchUp::compare(const std::vector<ToldOrder>& open) {
  const auto by_id = [](const ToldOrder& a, const ToldOrder& b) { return a.id < b.id; };
  std::vector<ToldOrder> listed = open;
  std::sort(listed.begin(), listed.end(), by_id);
  context_.working.for_each([&](const WorkingOrder& working) {
    if (!working.answered) return;  // its answer is still to come, or it is unknown to the core
    ToldOrder wanted;
    wanted.id = working.id;
    const auto found = std::lower_bound(listed.begin(), listed.end(), wanted, by_id);
    const bool there = found != listed.end() && found->id == working.id;
    if (!there || found->filled != working.filled)
      subjects_.push_back({working.id, working.venue_order_id, working.instrument, false});
  });
}
}  // namespace sq::binance
