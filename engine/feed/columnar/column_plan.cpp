#include "engine/feed/columnar/column_plan.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <numeric>

#include "engine/feed/columnar/bit_packing.hpp"
#include "engine/feed/columnar/format.hpp"

namespace sq::feed::columnar {
namespace {
constexpr std::size_t kSample = 64;
constexpr std::uint64_t kPlaceBits = 16;

std::int64_t as_signed(std::uint64_t word) { return static_cast<std::int64_t>(word); }
std::uint8_t width_of(std::uint64_t value) {
  return static_cast<std::uint8_t>(std::bit_width(value));
}

struct Bounds {
  std::int64_t low;
  std::int64_t high;
};
Bounds bounds_of(std::span<const std::uint64_t> values) {
  Bounds bounds{as_signed(values[0]), as_signed(values[0])};
  for (const std::uint64_t value : values) {
    bounds.low = std::min(bounds.low, as_signed(value));
    bounds.high = std::max(bounds.high, as_signed(value));
  }
  return bounds;
}

// Greatest common divisor of the sample and the lowest value; 1 where there is none to speak of.
std::uint64_t divisor_of(std::span<const std::int64_t> sample, std::int64_t low) {
  const auto magnitude = [](std::int64_t value) {
    const auto word = static_cast<std::uint64_t>(value);
    return value < 0 ? 0 - word : word;
  };
  std::uint64_t divisor = magnitude(low);
  for (const std::int64_t value : sample) {
    if (divisor == 1) return 1;
    const std::uint64_t size = magnitude(value);
    if (divisor == 0 || size % divisor != 0) divisor = std::gcd(divisor, size);
  }
  return std::max<std::uint64_t>(divisor, 1);
}

// Drops the outermost values of the sorted sample one by one, always that with the wider gap, and
// takes the cheapest window. Of n values outside the sample's ends one in its size is expected.
Window best_window(std::span<const std::int64_t> sample, Bounds bounds, std::uint64_t scale,
                   std::size_t count) {
  const auto span_of = [scale](std::int64_t low, std::int64_t high) {
    return (static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low)) / scale;
  };
  const std::uint8_t full = width_of(span_of(bounds.low, bounds.high));
  Window best{static_cast<std::uint64_t>(bounds.low), scale, full, count * full};
  if (count < 4 * kSample || count > kExceptionRowsMax) return best;
  std::size_t first = 0;
  std::size_t last = sample.size() - 1;
  for (std::size_t dropped = 0; first < last && dropped < sample.size() * 3 / 4; ++dropped) {
    const std::uint8_t width = width_of(span_of(sample[first], sample[last]));
    const std::uint64_t outside = count * (dropped + 1) / sample.size();
    const std::uint64_t bits = count * width + outside * (kPlaceBits + full);
    if (bits < best.bits) {
      // What the rounding to a power of two leaves over goes to both sides.
      const std::uint64_t room = mask_of(width) - span_of(sample[first], sample[last]);
      const std::uint64_t below = std::min(room / 2, span_of(bounds.low, sample[first])) * scale;
      best = {static_cast<std::uint64_t>(sample[first]) - below, scale, width, bits};
    }
    if (span_of(sample[first], sample[first + 1]) > span_of(sample[last - 1], sample[last])) {
      ++first;
    } else {
      --last;
    }
  }
  return best;
}
}  // namespace

Window plan_window(std::span<const std::uint64_t> values, bool scaled) {
  const Bounds bounds = bounds_of(values);
  if (bounds.low == bounds.high) return {values[0], 1, 0, 0};
  std::array<std::int64_t, kSample> taken;
  const std::size_t size = std::min(values.size(), kSample);
  for (std::size_t i = 0; i < size; ++i) taken[i] = as_signed(values[i * values.size() / size]);
  const std::span<std::int64_t> sample{taken.data(), size};
  const std::uint64_t scale = scaled ? divisor_of(sample, bounds.low) : 1;
  std::sort(sample.begin(), sample.end());
  return best_window(sample, bounds, scale, values.size());
}
}  // namespace sq::feed::columnar
