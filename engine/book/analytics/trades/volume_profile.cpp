#include "engine/book/analytics/trades/volume_profile.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace sq::book::analytics {
VolumeProfile::VolumeProfile(Price tick, std::uint32_t bucket_ticks, std::uint32_t buckets)
    : size_{Price::times(tick, bucket_ticks).value_or(Price{}).raw()},
      mask_{std::size_t{buckets} - 1},
      volumes_(std::has_single_bit(buckets) ? buckets : 0) {
  if (size_ <= 0 || size_ > Price::max().raw() / 4 || volumes_.size() < 16 ||
      volumes_.size() > (1U << 16))
    throw std::invalid_argument{"a setting of the volume profile is out of its range"};
}

void VolumeProfile::clear() noexcept {
  std::ranges::fill(volumes_, Int128{0});
  empty_ = true;
  low_edge_ = high_edge_ = 0;
  most_ = total_ = left_ = 0;
}

void VolumeProfile::find_bucket(std::int64_t raw) noexcept {
  bucket_ = raw / size_;
  low_edge_ = bucket_ * size_;
  high_edge_ = low_edge_ + size_;  // raw < kPriceRawEnd, size_ below a quarter of the range
  const auto buckets = static_cast<std::int64_t>(volumes_.size());
  if (empty_) {
    empty_ = false;
    first_ = bucket_ - buckets / 2;
  } else if (!inside(bucket_)) {
    move_to(bucket_ < first_ ? bucket_ : bucket_ - buckets + 1);
  }
}

// The window begins at bucket `first` from now on.
void VolumeProfile::move_to(std::int64_t first) noexcept {
  const auto buckets = static_cast<std::int64_t>(volumes_.size());
  const std::int64_t last = first_ + buckets;
  if (first >= last || first + buckets <= first_) {
    for (std::int64_t bucket = first_; bucket < last; ++bucket) drop(bucket);
  } else {
    for (std::int64_t bucket = first_; bucket < first; ++bucket) drop(bucket);
    for (std::int64_t bucket = first + buckets; bucket < last; ++bucket) drop(bucket);
  }
  first_ = first;
  if (!inside(most_bucket_)) find_most();
}

void VolumeProfile::drop(std::int64_t bucket) noexcept {
  Int128& volume = volumes_[static_cast<std::size_t>(bucket) & mask_];
  left_ += volume;
  total_ -= volume;
  volume = 0;
}

void VolumeProfile::find_most() noexcept {
  most_ = 0;
  for (std::int64_t bucket = first_; inside(bucket); ++bucket) {
    const Int128 volume = volumes_[static_cast<std::size_t>(bucket) & mask_];
    if (volume > most_) {
      most_ = volume;
      most_bucket_ = bucket;
    }
  }
}

ValueArea VolumeProfile::value_area(double share) const noexcept {
  if (total_ == 0) return {};
  const auto at = [&](std::int64_t bucket) {
    return inside(bucket) ? volumes_[static_cast<std::size_t>(bucket) & mask_] : Int128{-1};
  };
  const double wanted = static_cast<double>(total_) * share;
  std::int64_t low = most_bucket_;
  std::int64_t high = most_bucket_;
  Int128 volume = most_;
  while (static_cast<double>(volume) < wanted) {
    const Int128 above = at(high + 1);
    const Int128 below = at(low - 1);
    if (above < 0 && below < 0) break;
    volume += above >= below ? above : below;
    above >= below ? ++high : --low;
  }
  return {Price::from_raw(low * size_), Price::from_raw((high + 1) * size_),
          Price::from_raw(most_bucket_ * size_), volume};
}

Qty VolumeProfile::volume_at(Price price) const noexcept {
  const std::int64_t bucket = price.raw() / size_;
  if (empty_ || !inside(bucket)) return {};
  const Int128 volume = volumes_[static_cast<std::size_t>(bucket) & mask_];
  return volume > Qty::max().raw() ? Qty::max() : Qty::from_raw(static_cast<std::int64_t>(volume));
}
}  // namespace sq::book::analytics
