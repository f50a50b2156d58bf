// Distribution of durations in fixed memory: 64 buckets an octave, so a percentile is within
// 1/128 (0.8 %) of the true value; below 128 and for the largest it is exact.
// Thread: one writer calls record(); any thread may take a snapshot at any time and sees each
// count as it was at some moment during the copy. Cost: record() three loads and stores, no lock
// prefix (README.md). Units: the caller's, nanoseconds or ticks; range 0 to 2^40 (18 minutes in
// ns), above it counted in the last bucket. Memory: 18 KiB.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>

namespace sq::telemetry {
// The arithmetic of the buckets, shared by the histogram and its snapshot.
struct Buckets {
  static constexpr std::size_t kBits = 6;
  static constexpr std::size_t kOctave = std::size_t{1} << kBits;  // buckets
  static constexpr std::size_t kRangeBits = 40;
  static constexpr std::uint64_t kValueMax = (std::uint64_t{1} << kRangeBits) - 1;
  static constexpr std::size_t kCount = (kRangeBits - kBits + 1) * kOctave;

  static constexpr std::size_t index_of(std::uint64_t value) noexcept {
    const std::uint64_t v = std::min(value, kValueMax);
    // countl_zero and not bit_width: their result types differ between library versions.
    const std::uint64_t octave = 63 - kBits - static_cast<unsigned>(std::countl_zero(v | kOctave));
    return (octave << kBits) + (v >> octave);
  }
  // Smallest value of the bucket, and how many values it holds.
  static constexpr std::uint64_t lower(std::size_t index) noexcept {
    const std::size_t octave = index >> kBits;
    if (octave <= 1) return index;
    return ((index & (kOctave - 1)) | kOctave) << (octave - 1);
  }
  static constexpr std::uint64_t width(std::size_t index) noexcept {
    const std::size_t octave = index >> kBits;
    return octave <= 1 ? 1 : std::uint64_t{1} << (octave - 1);
  }
};

// The numbers a reader wants, in the unit asked for.
struct Percentiles {
  std::uint64_t count{0};
  double p50{0}, p90{0}, p99{0}, p999{0}, max{0}, mean{0};
};

// A plain copy: merge, subtract, ask. 18 KiB: not on a small stack.
class HistogramSnapshot {
 public:
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t sum() const noexcept { return sum_; }
  [[nodiscard]] std::uint64_t max() const noexcept { return max_; }  // 0 when empty
  [[nodiscard]] double mean() const noexcept {
    return count_ == 0 ? 0.0 : static_cast<double>(sum_) / static_cast<double>(count_);
  }
  [[nodiscard]] std::uint64_t count_at(std::size_t bucket) const noexcept { return at_[bucket]; }

  // Nearest rank: the smallest value with at least `share` (0 to 1) of all at or below it, as the
  // middle of its bucket. 0 when empty.
  [[nodiscard]] std::uint64_t percentile(double share) const noexcept {
    if (count_ == 0) return 0;
    const double wanted = std::ceil(share * static_cast<double>(count_));
    const std::uint64_t rank =
        wanted <= 1.0 ? 1 : std::min(count_, static_cast<std::uint64_t>(wanted));
    if (rank == count_) return max_;
    std::uint64_t seen = 0;
    std::size_t bucket = 0;
    while ((seen += at_[bucket]) < rank) ++bucket;
    return std::min(max_, Buckets::lower(bucket) + (Buckets::width(bucket) - 1) / 2);
  }
  // All of them, each multiplied: pass TickClock::ns_per_tick() for a histogram of ticks.
  [[nodiscard]] Percentiles percentiles(double scale = 1.0) const noexcept {
    const auto scaled = [&](double share) {
      return static_cast<double>(percentile(share)) * scale;
    };
    return {count_,        scaled(0.50),  scaled(0.90),
            scaled(0.99),  scaled(0.999), static_cast<double>(max_) * scale,
            mean() * scale};
  }

  void merge(const HistogramSnapshot& other) noexcept {
    for (std::size_t i = 0; i < Buckets::kCount; ++i) at_[i] += other.at_[i];
    count_ += other.count_;
    sum_ += other.sum_;
    max_ = std::max(max_, other.max_);
  }
  // What came after `earlier`, a snapshot of the same histogram. The maximum stays that of the
  // whole time, cut to the highest bucket in use.
  [[nodiscard]] HistogramSnapshot since(const HistogramSnapshot& earlier) const noexcept {
    HistogramSnapshot result;
    std::size_t top = 0;
    for (std::size_t i = 0; i < Buckets::kCount; ++i) {
      result.at_[i] = at_[i] - earlier.at_[i];
      result.count_ += result.at_[i];
      if (result.at_[i] != 0) top = i;
    }
    result.sum_ = sum_ - earlier.sum_;
    if (result.count_ == 0) return result;
    const bool last = top + 1 == Buckets::kCount;
    result.max_ = last ? max_ : std::min(max_, Buckets::lower(top) + Buckets::width(top) - 1);
    return result;
  }

 private:
  friend class Histogram;
  std::array<std::uint64_t, Buckets::kCount> at_{};
  std::uint64_t count_{0};
  std::uint64_t sum_{0};
  std::uint64_t max_{0};
};

class Histogram {
 public:
  void record(std::uint64_t value) noexcept {
    add(at_[Buckets::index_of(value)], 1);
    add(sum_, value);
    if (value > max_.load(std::memory_order_relaxed)) [[unlikely]]
      max_.store(value, std::memory_order_relaxed);
  }
  // Relaxed: counts of different buckets may be of slightly different moments.
  void copy_to(HistogramSnapshot& out) const noexcept {
    out.count_ = 0;
    for (std::size_t i = 0; i < Buckets::kCount; ++i) {
      out.at_[i] = at_[i].load(std::memory_order_relaxed);
      out.count_ += out.at_[i];
    }
    out.sum_ = sum_.load(std::memory_order_relaxed);
    out.max_ = max_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] HistogramSnapshot snapshot() const noexcept {
    HistogramSnapshot out;
    copy_to(out);
    return out;
  }

 private:
  static void add(std::atomic<std::uint64_t>& to, std::uint64_t n) noexcept {
    to.store(to.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::array<std::atomic<std::uint64_t>, Buckets::kCount> at_{};
  std::atomic<std::uint64_t> sum_{0};
  std::atomic<std::uint64_t> max_{0};
};
}  // namespace sq::telemetry
