// Traded volume by price: buckets of bucket_ticks ticks, kept for a window of prices that moves
// with the trades. Point of control (POC): the bucket with the most volume, the lowest of equals.
// Value area: grown from the POC, always by the larger of the two neighbours (the upper of equals),
// until it holds 70 % of the volume that is kept.
// Thread: one writer. Cost: 3 ns a trade, once per bucket 10 ns; a trade outside the window clears
// the buckets it leaves behind; value_area() 1 ns a bucket it holds. Units: Price of a bucket's
// lower edge; volume in Qty, summed in 128 bits. Errors: nothing is known before a trade; throws
// std::invalid_argument for settings out of range. Allocates in the constructor only.
// Source: Steidlmayer and Koy, "Markets and Market Logic", 1986; CBOT Market Profile handbook, 1991
// (POC, 70 % value area; there two rows at a time, here one).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/types/fixed.hpp"

namespace sq::book::analytics {
struct ValueArea {
  Price low{};               // lower edge of the lowest bucket
  Price high{};              // upper edge of the highest bucket
  Price point_of_control{};  // lower edge
  Int128 volume{0};          // inside, raw Qty; 0: nothing is known
};

class VolumeProfile {
 public:
  // buckets: a power of two, 16 to 65,536; bucket_ticks > 0.
  VolumeProfile(Price tick, std::uint32_t bucket_ticks, std::uint32_t buckets);

  void add(Price price, Qty qty) noexcept {
    const std::int64_t raw = price.raw();
    if (raw < low_edge_ || raw >= high_edge_) [[unlikely]]
      find_bucket(raw);
    Int128& volume = volumes_[static_cast<std::size_t>(bucket_) & mask_];
    volume += qty.raw();
    total_ += qty.raw();
    if (volume > most_ || (volume == most_ && bucket_ < most_bucket_)) {
      most_ = volume;
      most_bucket_ = bucket_;
    }
  }
  void clear() noexcept;

  // share: 0 to 1, of the volume that is kept.
  [[nodiscard]] ValueArea value_area(double share = 0.7) const noexcept;
  [[nodiscard]] Qty volume_at(Price price) const noexcept;  // of the price's bucket; saturates
  [[nodiscard]] Int128 total() const noexcept { return total_; }       // that is kept, raw Qty
  [[nodiscard]] Int128 left_behind() const noexcept { return left_; }  // outside the window
  [[nodiscard]] Price bucket_size() const noexcept { return Price::from_raw(size_); }

 private:
  void find_bucket(std::int64_t raw) noexcept;
  void move_to(std::int64_t bucket) noexcept;
  void drop(std::int64_t bucket) noexcept;
  void find_most() noexcept;
  [[nodiscard]] bool inside(std::int64_t bucket) const noexcept {
    return bucket >= first_ && bucket - first_ <= static_cast<std::int64_t>(mask_);
  }

  std::int64_t size_;  // of a bucket, raw Price
  std::size_t mask_;
  bool empty_{true};
  std::int64_t first_{0};     // lowest bucket of the window
  std::int64_t bucket_{0};    // of the last trade
  std::int64_t low_edge_{0};  // of that bucket, raw; equal: none
  std::int64_t high_edge_{0};
  std::int64_t most_bucket_{0};
  Int128 most_{0};
  Int128 total_{0};
  Int128 left_{0};
  std::vector<Int128> volumes_;  // ring by bucket number
};
}  // namespace sq::book::analytics
