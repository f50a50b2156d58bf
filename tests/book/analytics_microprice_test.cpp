// Stoikov's micro-price: the solver on the reference matrices, the estimate on a market of which
// the transition law is known.
#include <catch2/catch.hpp>
#include <random>

#include "engine/book/analytics/quotes/microprice.hpp"
#include "tests/book/analytics_reference.hpp"

namespace sq::book::analytics {
namespace {
using Matrix = std::vector<std::vector<double>>;

Matrix matrix(simdjson::dom::element rows) {
  Matrix result;
  for (const auto row : simdjson::dom::array{rows}) result.push_back(numbers(row));
  return result;
}

void load(MicropriceSolver& solver, const Matrix& q, const Matrix& t,
          const std::vector<double>& k) {
  const std::size_t n = k.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      solver.q()[j * n + i] = q[i][j];
      solver.t()[j * n + i] = t[i][j];
    }
    solver.k()[i] = k[i];
  }
  solver.begin();
}

// A market of three imbalance classes and one spread: in class i the next quote raises the mid by a
// tick with probability up[i], lowers it with up[2 - i], else it stays; the next class is drawn
// from the row `next[i]`.
constexpr double kUp[3] = {0.05, 0.10, 0.25};
constexpr double kNext[3][3] = {{0.6, 0.3, 0.1}, {0.25, 0.5, 0.25}, {0.1, 0.3, 0.6}};

class KnownMarket {
 public:
  Quote next() {
    const double move = real();
    if (move < kUp[class_]) ++mid_;
    if (move > 1.0 - kUp[2 - class_]) --mid_;
    const double to = real();
    class_ = to < kNext[class_][0] ? 0 : to < kNext[class_][0] + kNext[class_][1] ? 1 : 2;
    const std::int32_t bids[3] = {1, 5, 9};
    return {
        {Price::from_raw(mid_ * kReferenceTick.raw()), Qty::from_units(bids[class_])},
        {Price::from_raw((mid_ + 1) * kReferenceTick.raw()), Qty::from_units(10 - bids[class_])}};
  }

 private:
  double real() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  std::mt19937_64 random_{17};
  std::int64_t mid_{100'000};
  std::size_t class_{1};
};

// G* of that market by iterating its definition, not by solving equations.
std::vector<double> adjustment_of_known_market() {
  std::vector<double> value(3, 0.0);
  for (int step = 0; step < 4'000; ++step) {
    std::vector<double> better(3, 0.0);
    for (std::size_t i = 0; i < 3; ++i) {
      better[i] = (kUp[i] - kUp[2 - i]) * kReferenceTick.to_double();
      for (std::size_t j = 0; j < 3; ++j) better[i] += kNext[i][j] * value[j];
    }
    value = better;
  }
  return value;
}
MicropriceSettings three_classes() {
  return {.tick = kReferenceTick,
          .imbalance_classes = 3,
          .spread_classes = 1,
          .refresh_quotes = 1024,
          .memory_quotes = 10'000'000};
}
}  // namespace

TEST_CASE("the micro-price matrices of the reference give its G1, B and adjustments",
          "[analytics]") {
  const auto file = reference_json("micro_microprice.json");
  if (!file) return;
  Errors errors;
  for (const auto one : simdjson::dom::array{(*file)["cases"]}) {
    const Matrix q = matrix(one["Q"]);
    const Matrix t = matrix(one["T"]);
    const Matrix r = matrix(one["R"]);
    const auto jumps = numbers(one["K"]);
    const std::size_t n = q.size();
    std::vector<double> k(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < jumps.size(); ++j) k[i] += r[i][j] * jumps[j];
    }
    MicropriceSolver solver{n};
    load(solver, q, t, k);
    const auto g1 = numbers(one["expected"]["G1"]);
    const auto after_six = numbers(one["expected"]["G_after_6"]);
    const auto g_star = numbers(one["expected"]["G_star"]);
    const Matrix b = matrix(one["expected"]["B"]);
    std::size_t steps = 0;
    while (solver.step()) {
      ++steps;
      if (solver.terms() != 6) continue;
      for (std::size_t i = 0; i < n; ++i)
        errors.compare("after 6 moves", solver.adjustment()[i], after_six[i], 1e-3);
    }
    REQUIRE_FALSE(solver.failed());
    CHECK(steps >= n + 7);
    for (std::size_t i = 0; i < n; ++i) {
      errors.compare("G1", solver.g1()[i], g1[i], 1e-3);
      errors.compare("G*", solver.adjustment()[i], g_star[i], 1e-3);
    }
    for (std::size_t column = 0; column < n; ++column) {
      std::vector<double> vector(n);
      for (std::size_t i = 0; i < n; ++i) vector[i] = t[i][column];
      solver.solve(vector);
      for (std::size_t i = 0; i < n; ++i) errors.compare("B", vector[i], b[i][column], 1e-3);
    }
  }
  errors.require_within(1e-9);
}

TEST_CASE("a set of states that the mid never leaves has no micro-price, and that is said") {
  MicropriceSolver solver{2};
  load(solver, {{0.5, 0.5}, {0.5, 0.5}}, {{0, 0}, {0, 0}}, {0, 0});
  while (solver.step()) {
  }
  CHECK(solver.failed());
  CHECK_FALSE(solver.busy());
}

TEST_CASE("the micro-price estimated from quotes comes to that of the market they follow") {
  Microprice micro{three_classes()};
  KnownMarket market;
  Quote quote{};
  for (int i = 0; i < 600'000; ++i) {
    quote = market.next();
    micro.on_quote(quote);
  }
  const auto expected = adjustment_of_known_market();
  CHECK(expected[2] > 0.003);  // a third of a tick and more
  for (std::size_t state = 0; state < 3; ++state) {
    CAPTURE(state, expected[state]);
    CHECK(std::abs(micro.adjustment(state) - expected[state]) < 2e-4);
    CHECK(micro.seen(state) > 100'000);
  }
  CHECK(micro.adjustment(0) == Approx(-micro.adjustment(2)).epsilon(1e-9));
  CHECK(micro.refreshes() > 500);
  CHECK(micro.refreshes_failed() == 0);
  const std::size_t state = micro.state_of(quote);
  CHECK(micro.value().value == Approx(quote.mid() + micro.adjustment(state)).epsilon(1e-15));
}

TEST_CASE("there is no micro-price before the first refresh, nor without a quote") {
  Microprice micro{three_classes()};
  KnownMarket market;
  for (int i = 0; i < 1023; ++i) micro.on_quote(market.next());
  CHECK(micro.refreshes() == 0);
  CHECK_FALSE(micro.value().known());
  for (int i = 0; i < 200; ++i) micro.on_quote(market.next());
  CHECK(micro.refreshes() == 1);
  CHECK(micro.value().known());
  micro.on_no_quote();
  CHECK_FALSE(micro.value().known());
  micro.on_quote(market.next());
  CHECK(micro.value().known());
}

TEST_CASE("old quotes are forgotten: counts stay bounded and follow a market that changed") {
  MicropriceSettings settings = three_classes();
  settings.memory_quotes = 20'000;
  Microprice micro{settings};
  KnownMarket market;
  // The same market with bids and asks exchanged in quantity only: the pressure points down.
  const auto exchanged = [](Quote quote) {
    std::swap(quote.bid.qty, quote.ask.qty);
    return quote;
  };
  for (int i = 0; i < 100'000; ++i) micro.on_quote(market.next());
  CHECK(micro.adjustment(2) > 0.002);
  CHECK(micro.seen(0) + micro.seen(1) + micro.seen(2) <= 2 * 21'100);  // each counts mirrored too
  for (int i = 0; i < 200'000; ++i) micro.on_quote(exchanged(market.next()));
  CHECK(micro.adjustment(2) < -0.002);
}

TEST_CASE(
    "the state is the imbalance class and the spread class, the last of each open to the end") {
  MicropriceSettings settings = three_classes();
  settings.spread_classes = 2;
  const Microprice micro{settings};
  const auto state = [&](std::int32_t bid_qty, std::int32_t ask_qty, std::int64_t ticks) {
    return micro.state_of(
        {{Price::from_units(10), Qty::from_units(bid_qty)},
         {Price::from_raw(Price::from_units(10).raw() + ticks * kReferenceTick.raw()),
          Qty::from_units(ask_qty)}});
  };
  CHECK(state(1, 1'000'000, 1) == 0);
  CHECK(state(33, 67, 1) == 0);
  CHECK(state(34, 66, 1) == 1);
  CHECK(state(66, 34, 1) == 1);
  CHECK(state(67, 33, 1) == 2);
  CHECK(state(1'000'000, 1, 1) == 2);
  CHECK(state(1, 1'000'000, 2) == 3);
  CHECK(state(1, 1'000'000, 50) == 3);
  CHECK(state(1, 1'000'000, 0) == 0);  // locked
}

TEST_CASE("micro-price settings out of range are refused") {
  MicropriceSettings settings = three_classes();
  settings.imbalance_classes = 17;
  CHECK_THROWS_AS(Microprice{settings}, std::invalid_argument);
  settings = three_classes();
  settings.tick = Price{};
  CHECK_THROWS_AS(Microprice{settings}, std::invalid_argument);
  settings = three_classes();
  settings.refresh_quotes = 255;
  CHECK_THROWS_AS(Microprice{settings}, std::invalid_argument);
  settings.refresh_quotes = 256;
  CHECK_NOTHROW(Microprice{settings});
}
}  // namespace sq::book::analytics
