#include "engine/book/l3/order_index.hpp"

namespace sq::book::l3 {
namespace {
constexpr std::uint64_t kLoadPercentMax = 62;  // of 15 slots a bucket
constexpr double kGoldenRatio = 1.6180339887498949;
}  // namespace

OrderIndex::OrderIndex(std::uint32_t orders_max, std::uint32_t reference_step) {
  const std::uint64_t slots = std::uint64_t{orders_max} * 100 / kLoadPercentMax + 1;
  buckets_ = static_cast<std::uint32_t>((slots + kPassed - 1) / kPassed);
  if (buckets_ < 4) buckets_ = 4;
  slots_ = HugeArray<std::uint32_t>(std::size_t{buckets_} * kSlots);
  step_ = static_cast<std::uint64_t>(0x1p64 / buckets_ * kGoldenRatio);
  handle_mask_ = (std::uint32_t{1} << std::bit_width(orders_max)) - 1;
  std::uint32_t step_bits = 0;
  while (reference_step >> step_bits > 1) ++step_bits;
  group_shift_ = step_bits + kGroupBits;
}

void OrderIndex::insert_further(Key key, std::uint32_t handle) noexcept {
  std::uint32_t bucket = key.bucket;
  for (;;) {
    std::uint32_t* slots = bucket_at(bucket);
    if (const std::uint32_t free = empty(slots); free != 0) {
      put(slots, free & (~free + 1), key.tag | handle);
      return;
    }
    ++slots[kPassed];
    bucket = next(bucket);
  }
}

void OrderIndex::erase_passing(Key key, std::uint32_t slot) noexcept {
  for (std::uint32_t bucket = key.bucket; bucket != slot / kSlots; bucket = next(bucket)) {
    --bucket_at(bucket)[kPassed];
  }
}
}  // namespace sq::book::l3
