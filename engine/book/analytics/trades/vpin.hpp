// VPIN: volume-synchronised probability of informed trading. Volume is cut into buckets of equal
// size; a trade fills as many as it needs:
//   VPIN = (sum over the last `window` full buckets of |buys - sells|) / (window x bucket)
// The share of buys of what is added is 1 or 0 where the aggressor is known, 1/2 where nobody can
// tell, and anything between for volume classified in bulk (bulk_volume.hpp).
// Thread: one writer. Cost: 5 ns; a trade larger than the whole window costs at most window + 1
// buckets. Units: 0 to 1. Errors: not known before `window` buckets are full; throws
// std::invalid_argument for an empty bucket or window. Allocates in the constructor only.
// Source: Easley, Lopez de Prado and O'Hara, "Flow Toxicity and Liquidity in a High-frequency
// World", Review of Financial Studies 25(5), 2012, eq. 7 and appendix A.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "engine/book/analytics/numeric/reading.hpp"
#include "engine/book/analytics/numeric/rolling_integers.hpp"
#include "engine/types/fixed.hpp"

namespace sq::book::analytics {
class Vpin {
 public:
  struct Bucket {
    Qty buys{};
    Qty sells{};
  };

  Vpin(Qty bucket, std::size_t window)
      : bucket_{bucket.raw()}, window_{window}, imbalances_{window} {
    if (bucket <= Qty{}) throw std::invalid_argument{"a volume bucket must hold something"};
  }

  // qty > 0; 0 <= buy_share <= 1.
  void add(Qty qty, double buy_share) noexcept {
    std::int64_t left = qty.raw();
    if (left >= bucket_ - filled_) [[unlikely]]
      left = fill(left, buy_share);
    put(left, buy_share);
  }

  [[nodiscard]] Reading value() const noexcept {
    if (!imbalances_.full()) return {};
    return {
        real_of(imbalances_.sum()) / (static_cast<double>(window_) * static_cast<double>(bucket_)),
        completed_};
  }
  [[nodiscard]] std::uint64_t completed() const noexcept { return completed_; }
  [[nodiscard]] Bucket last() const noexcept { return last_; }  // the last full bucket

 private:
  void put(std::int64_t qty, double buy_share) noexcept {
    buys_ += share_of(qty, buy_share);
    filled_ += qty;
  }
  [[nodiscard]] static std::int64_t share_of(std::int64_t qty, double buy_share) noexcept {
    const auto whole = static_cast<double>(qty);
    const double part = whole * buy_share;
    if (part >= whole) return qty;  // exact, also above 2^53
    return static_cast<std::int64_t>(part);
  }
  // Ends the bucket that is open and all that follow; returns what is left for a new one.
  [[gnu::cold, gnu::noinline]] std::int64_t fill(std::int64_t left, double buy_share) noexcept {
    const std::int64_t first = bucket_ - filled_;
    put(first, buy_share);
    end_bucket();
    left -= first;
    const auto whole = static_cast<std::uint64_t>(left / bucket_);
    const std::uint64_t seen = whole < window_ ? whole : window_;  // older ones leave no trace
    completed_ += whole - seen;
    for (std::uint64_t i = 0; i < seen; ++i) {
      put(bucket_, buy_share);
      end_bucket();
    }
    return left % bucket_;
  }
  void end_bucket() noexcept {
    const std::int64_t sells = bucket_ - buys_;
    imbalances_.push(buys_ > sells ? buys_ - sells : sells - buys_);
    last_ = {Qty::from_raw(buys_), Qty::from_raw(sells)};
    buys_ = 0;
    filled_ = 0;
    ++completed_;
  }

  std::int64_t bucket_;
  std::size_t window_;
  std::int64_t filled_{0};
  std::int64_t buys_{0};
  std::uint64_t completed_{0};
  Bucket last_{};
  RollingIntegers imbalances_;
};
}  // namespace sq::book::analytics
