#include "engine/backtest/queue_model.hpp"

#include <catch2/catch.hpp>

#include "engine/backtest/random_bits.hpp"

using namespace sq;
using backtest::cancelled_ahead;
using backtest::QueueRule;
using settings::QueueModel;

namespace {
Qty q(std::int64_t raw) { return Qty::from_raw(raw); }
}  // namespace

TEST_CASE("pessimistic puts a cancel ahead only when there is not enough behind", "[backtest]") {
  const QueueRule rule{QueueModel::Pessimistic, 3};
  CHECK(cancelled_ahead(rule, q(6), q(10), q(4)) == q(0));
  CHECK(cancelled_ahead(rule, q(6), q(10), q(5)) == q(1));
  CHECK(cancelled_ahead(rule, q(6), q(10), q(10)) == q(6));
  CHECK(cancelled_ahead(rule, q(0), q(10), q(10)) == q(0));
}

TEST_CASE("proportional is the exact share, rounded down", "[backtest]") {
  const QueueRule rule{QueueModel::Proportional, 3};
  CHECK(cancelled_ahead(rule, q(6), q(10), q(5)) == q(3));
  CHECK(cancelled_ahead(rule, q(1), q(3), q(1)) == q(0));
  CHECK(cancelled_ahead(rule, q(2), q(3), q(1)) == q(0));
  CHECK(cancelled_ahead(rule, q(2), q(3), q(2)) == q(1));
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK(cancelled_ahead(rule, q(most / 2), q(most), q(most - 1)) == q(most / 2 - 1));
}

TEST_CASE("power n weighs ahead^n against behind^n within n+1 units of 2^-32", "[backtest]") {
  for (std::uint32_t n = 1; n <= 8; ++n) {
    const QueueRule rule{QueueModel::Power, n};
    for (std::int64_t ahead = 1; ahead < 12; ++ahead) {
      for (std::int64_t behind = 1; behind < 12; ++behind) {
        // Small enough against the level that the bound by what is behind does not matter.
        const std::int64_t unit = 1'000'000'000;
        const std::int64_t cancelled = unit;
        Int128 a = 1;
        Int128 b = 1;
        for (std::uint32_t i = 0; i < n; ++i) {
          a *= ahead;
          b *= behind;
        }
        const auto exact = static_cast<std::int64_t>(Int128{cancelled} * a / (a + b));
        const Qty got =
            cancelled_ahead(rule, q(ahead * unit), q((ahead + behind) * unit), q(cancelled));
        INFO("n " << n << " ahead " << ahead << " behind " << behind);
        CHECK(std::abs(got.raw() - exact) <= static_cast<std::int64_t>(n) + 1);
        if (ahead == behind) CHECK(got.raw() == cancelled / 2);
      }
    }
  }
}

TEST_CASE("no model takes more from the front than was there or leaves more behind than was there",
          "[backtest]") {
  backtest::RandomBits random{7};
  for (int i = 0; i < 20'000; ++i) {
    const int shift = static_cast<int>(random.next() % 62);
    const auto shown = static_cast<std::int64_t>((random.next() >> 1) >> shift) + 1;
    const auto draw = [&](std::int64_t most) {
      return static_cast<std::int64_t>(random.next() % (static_cast<std::uint64_t>(most) + 1));
    };
    const std::int64_t ahead = draw(shown);
    const std::int64_t cancelled = draw(shown);
    for (const QueueModel model :
         {QueueModel::Pessimistic, QueueModel::Proportional, QueueModel::Power}) {
      const QueueRule rule{model, 1 + static_cast<std::uint32_t>(i % 8)};
      const std::int64_t gone = cancelled_ahead(rule, q(ahead), q(shown), q(cancelled)).raw();
      REQUIRE(gone >= 0);
      REQUIRE(gone <= ahead);
      REQUIRE(gone <= cancelled);
      REQUIRE(cancelled - gone <= shown - ahead);
    }
  }
}
