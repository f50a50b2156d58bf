#include "engine/telemetry/histogram.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "tests/support/allocations.hpp"

using namespace sq::telemetry;
namespace {
std::uint64_t exact_percentile(const std::vector<std::uint64_t>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(
      std::max(1.0, std::ceil(share * static_cast<double>(sorted.size()))));
  return sorted[rank - 1];
}
double error_of(std::uint64_t found, std::uint64_t exact) {
  const double difference = std::abs(static_cast<double>(found) - static_cast<double>(exact));
  return exact == 0 ? difference : difference / static_cast<double>(exact);
}
}  // namespace

TEST_CASE("every bucket starts where the one before it ends, up to the end of the range",
          "[telemetry]") {
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < Buckets::kCount; ++i) {
    REQUIRE(Buckets::lower(i) == next);
    REQUIRE(Buckets::index_of(next) == i);
    next += Buckets::width(i);
    REQUIRE(Buckets::index_of(next - 1) == i);
  }
  CHECK(next == Buckets::kValueMax + 1);
  CHECK(next == std::uint64_t{1} << 40);
}

TEST_CASE("buckets are one wide below 128 and never wider than a 64th of their values",
          "[telemetry]") {
  CHECK(Buckets::width(Buckets::index_of(127)) == 1);
  CHECK(Buckets::width(Buckets::index_of(128)) == 2);
  for (std::size_t i = 0; i < Buckets::kCount; ++i)
    if (Buckets::width(i) > 1) REQUIRE(Buckets::width(i) * 64 <= Buckets::lower(i));
}

TEST_CASE("values beyond the range land in the last bucket and keep their exact maximum",
          "[telemetry]") {
  const auto histogram = std::make_unique<Histogram>();
  histogram->record(Buckets::kValueMax);
  histogram->record(Buckets::kValueMax + 1);
  histogram->record(~std::uint64_t{0});
  const auto snapshot = histogram->snapshot();
  CHECK(snapshot.count_at(Buckets::kCount - 1) == 3);
  CHECK(snapshot.max() == ~std::uint64_t{0});
  CHECK(snapshot.percentile(1.0) == ~std::uint64_t{0});
}

TEST_CASE("percentiles are within 1 % of the sorted values", "[telemetry]") {
  const auto seed = GENERATE(1U, 2U, 3U, 4U);
  std::mt19937_64 random{seed};
  std::vector<std::uint64_t> values;
  const auto histogram = std::make_unique<Histogram>();
  std::lognormal_distribution<double> shape{seed == 4 ? 20.0 : 6.0, 0.5 * seed};
  for (int i = 0; i < 50'000; ++i) {
    const auto value = static_cast<std::uint64_t>(std::min(shape(random), 1e11));
    values.push_back(value);
    histogram->record(value);
  }
  std::sort(values.begin(), values.end());
  const auto snapshot = histogram->snapshot();
  for (const double share : {0.0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
    INFO("share " << share);
    CHECK(error_of(snapshot.percentile(share), exact_percentile(values, share)) <= 0.01);
  }
  CHECK(snapshot.max() == values.back());
  CHECK(snapshot.count() == values.size());
}

TEST_CASE("small values have exact percentiles by nearest rank", "[telemetry]") {
  const auto histogram = std::make_unique<Histogram>();
  for (std::uint64_t value = 1; value <= 100; ++value) histogram->record(value);
  const auto snapshot = histogram->snapshot();
  CHECK(snapshot.percentile(0.5) == 50);
  CHECK(snapshot.percentile(0.501) == 51);
  CHECK(snapshot.percentile(0.99) == 99);
  CHECK(snapshot.percentile(0.991) == 100);
  CHECK(snapshot.percentile(0.0) == 1);
  CHECK(snapshot.mean() == 50.5);
  CHECK(snapshot.sum() == 5050);
}

TEST_CASE("an empty histogram answers zero", "[telemetry]") {
  const auto snapshot = std::make_unique<Histogram>()->snapshot();
  CHECK(snapshot.count() == 0);
  CHECK(snapshot.percentile(0.5) == 0);
  CHECK(snapshot.percentile(1.0) == 0);
  CHECK(snapshot.mean() == 0.0);
  CHECK(snapshot.percentiles(2.0).max == 0.0);
}

TEST_CASE("no percentile is above the maximum", "[telemetry]") {
  const auto histogram = std::make_unique<Histogram>();
  histogram->record(1'000'003);  // its bucket's middle is higher
  histogram->record(1'000'003);
  const auto snapshot = histogram->snapshot();
  CHECK(snapshot.percentile(0.5) <= snapshot.max());
  CHECK(snapshot.max() == 1'000'003);
}

TEST_CASE("percentiles in another unit are multiplied, the count is not", "[telemetry]") {
  const auto histogram = std::make_unique<Histogram>();
  for (std::uint64_t value = 1; value <= 10; ++value) histogram->record(value);
  const Percentiles in_ns = histogram->snapshot().percentiles(0.5);
  CHECK(in_ns.count == 10);
  CHECK(in_ns.p50 == 2.5);
  CHECK(in_ns.p90 == 4.5);
  CHECK(in_ns.p99 == 5.0);
  CHECK(in_ns.p999 == 5.0);
  CHECK(in_ns.max == 5.0);
  CHECK(in_ns.mean == 2.75);
}

TEST_CASE("merged snapshots equal one histogram of everything", "[telemetry]") {
  std::mt19937_64 random{7};
  const auto a = std::make_unique<Histogram>();
  const auto b = std::make_unique<Histogram>();
  const auto both = std::make_unique<Histogram>();
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t value = random() >> (24 + random() % 40);
    (i % 3 == 0 ? a : b)->record(value);
    both->record(value);
  }
  auto merged = a->snapshot();
  merged.merge(b->snapshot());
  const auto expected = both->snapshot();
  for (std::size_t i = 0; i < Buckets::kCount; ++i)
    REQUIRE(merged.count_at(i) == expected.count_at(i));
  CHECK(merged.count() == expected.count());
  CHECK(merged.sum() == expected.sum());
  CHECK(merged.max() == expected.max());
}

TEST_CASE("a later snapshot since an earlier one holds only what came between", "[telemetry]") {
  const auto histogram = std::make_unique<Histogram>();
  histogram->record(5'000'000);
  const auto earlier = histogram->snapshot();
  for (std::uint64_t value = 1; value <= 100; ++value) histogram->record(value);
  const auto recent = histogram->snapshot().since(earlier);
  CHECK(recent.count() == 100);
  CHECK(recent.sum() == 5050);
  CHECK(recent.percentile(0.5) == 50);
  CHECK(recent.max() == 100);
  CHECK(histogram->snapshot().since(histogram->snapshot()).count() == 0);
  CHECK(histogram->snapshot().since(histogram->snapshot()).max() == 0);
}

TEST_CASE("a reader beside the writer sees counts that only grow", "[telemetry][threads]") {
  const auto histogram = std::make_unique<Histogram>();
  std::atomic<bool> done{false};
  std::thread writer{[&] {
    for (std::uint64_t i = 0; i < 50'000; ++i) histogram->record(i % 1000);
    done = true;
  }};
  std::uint64_t last = 0;
  std::uint64_t backwards = 0;
  const auto snapshot = std::make_unique<HistogramSnapshot>();
  bool finished = false;
  while (!finished) {
    finished = done.load();
    histogram->copy_to(*snapshot);
    backwards += snapshot->count() < last ? 1U : 0U;
    last = snapshot->count();
  }
  writer.join();
  CHECK(backwards == 0);
  CHECK(last == 50'000);
}

TEST_CASE("recording allocates nothing", "[telemetry][hot]") {
  const auto histogram = std::make_unique<Histogram>();
  const auto before = sq::allocations_on_this_thread();
  for (std::uint64_t i = 0; i < 1'000; ++i) histogram->record(i * i * i);
  const auto after = sq::allocations_on_this_thread();
  CHECK(after == before);
  CHECK(histogram->snapshot().count() == 1'000);
}
